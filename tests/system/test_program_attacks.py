# SPDX-License-Identifier: BSD-2-Clause
"""Programs try what no program may do, and docs/program-attacks.md says what comes of it: every row is tried, and a
row that says something else than what was seen fails."""

import re
from pathlib import Path

from tests.system.harness import Context, System, check, prompt
from tools.command import layout, options, process, transfer

sources = layout.root / "tests" / "attacks"
table = layout.root / "docs" / "program-attacks.md"
here = "/root/attacks"
made_of = {"forbidden": ["forbidden.c"], "race": ["race.c"]}
compiler = ["gcc", "-std=gnu17", "-static", "-O2", "-Wall", "-Wextra", "-Werror"]


def rows(kind: str, text: str | None = None) -> dict[str, list[str]]:
    """The cells of the documents' rows of that kind, by attack."""
    found = {}
    for line in (table.read_text() if text is None else text).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if match := re.fullmatch(rf"`{kind} ([\w-]+)`", cells[-1]):
            check(match[1] not in found, f"{table.name} has two rows of {kind} {match[1]}")
            found[match[1]] = cells
    return found


def _disk(context: Context) -> Path:
    made = context.folder / "attacks"
    made.mkdir()
    for name, parts in made_of.items():
        process.quiet([*compiler, "-o", made / name, *(sources / part for part in parts), "-lpthread"],
                      f"compiling {name}")
    disk = context.disk()
    transfer.put(disk, options.Transfer(str(made), here))
    return disk


def _system(context: Context, **how) -> System:
    system = context.boot(disk=_disk(context), **how)
    system.wait_for(prompt)
    return system


def _said(system: System, command: str) -> list[tuple[str, dict[str, str]]]:
    """The lines "PROGRAM NAME KEY=VALUE ..." of a program that ended well."""
    text, status = system.shell(f"{here}/{command}")
    check(status == 0, f"{command} ended with status {status}: {text!r}")
    program = command.split()[0]
    lines = re.findall(rf"^{program} ([\w-]+) (\w+=.*)$", text, re.MULTILINE)
    return [(name, dict(pair.split("=", 1) for pair in rest.split())) for name, rest in lines]


def the_forbidden_is_refused(context):
    recorded = rows("forbidden")
    said = _said(_system(context), "forbidden")
    check({name for name, _ in said} == set(recorded), f"seen {said}, and the rows are {list(recorded)}")
    wrong = [f"{name}: {line['answer']}, not {recorded[name][1]}" for name, line in said
             if line["answer"] != recorded[name][1] or
             recorded[name][2] != ("succeeds" if name.startswith("control-") else "contained")]
    wrong += [f"{name} succeeds" for name, line in said if (line["answer"] == "none") != name.startswith("control-")]
    check(not wrong, "; ".join(wrong))


def arguments_that_change_leak_nothing(context):
    recorded = rows("race")
    said = dict(_said(_system(context), "race"))
    check(set(said) == set(recorded), f"seen {said}, and the rows are {list(recorded)}")
    for name in ("path", "vector"):
        check(said[name] == {"both": "yes", "leaked": "0"}, f"{name}: {said[name]}")
    check(said["control"] == {"fooled": "yes"}, "the arguments never changed between a check and a use")


tests = [the_forbidden_is_refused, arguments_that_change_leak_nothing]
