# SPDX-License-Identifier: BSD-2-Clause
"""Programs attack the system beside a bystander, and docs/program-attacks.md says what comes of it: every row is tried,
and a row that says something else than what was seen fails. The floods run on a machine whose clock counts
instructions, so that a busy host changes nothing."""

import re
from pathlib import Path

from tests.system.harness import Context, Failure, System, check, prompt
from tools.command import layout, options, process, transfer
from tools.command.measuring import instructions

sources = layout.root / "tests" / "attacks"
table = layout.root / "docs" / "program-attacks.md"
here = "/root/attacks"
made_of = {"arena": ["arena.c", "floods.c"], "forbidden": ["forbidden.c"], "race": ["race.c"]}
compiler = ["gcc", "-std=gnu17", "-static", "-O2", "-Wall", "-Wextra", "-Werror"]

least = 80      # what the bystander keeps, of 100, where an attack is contained
margin = 15     # above that, where it may still be said not to be
deviation = 25  # how far the recorded figure may be from what is seen


def rows(kind: str) -> dict[str, list[str]]:
    """The cells of the documents' rows of that kind, by attack."""
    found = {}
    for line in table.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if match := re.fullmatch(rf"`{kind} ([\w-]+)`", cells[-1]):
            check(match[1] not in found, f"{table.name} has two rows of {kind} {match[1]}")
            found[match[1]] = cells
    return found


def wrong_flood(cells: list[str], said: dict[str, str]) -> str | None:
    """What the row of a flood says that is not so."""
    _, answer, outcome, kept, *_ = cells
    kept_now = int(said["kept"]) if said["bystander"] == "right" else 0
    if answer != said["answer"]:
        return f"the answer is {said['answer']}, not {answer}"
    # What is close to the bound is said not to be contained.
    true = kept_now >= least if outcome == "contained" else kept_now < least + margin
    if not true or not re.fullmatch(r"contained|not contained: .+", outcome):
        return f"the bystander was {said['bystander']} and kept {said['kept']} of 100, and the outcome is {outcome!r}"
    if abs(min(100, int(said["kept"])) - int(kept)) > deviation:
        return f"the bystander kept {said['kept']} of 100, not {kept}"
    return None


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


def _floods(exhausting: bool) -> list[str]:
    """The attacks that go on until they are refused, or the others."""
    found = re.findall(r'\{"([\w-]+)", \w+, \d+, [01], ([01])\}', (sources / "floods.c").read_text())
    return [name for name, exhausts in found if exhausts == str(int(exhausting))]


def _beside(context, names: list[str]) -> System:
    """Each of the attacks beside a bystander, compared with its row."""
    recorded = rows("arena")
    system = _system(context, extra=list(instructions.counted), **instructions.exact)
    wrong = []
    for name in names:
        try:
            (_, said), = _said(system, f"arena {name}")
        except Failure as failed:
            raise Failure(f"{name}: {failed}; before it: {wrong}") from None
        if problem := wrong_flood(recorded[name], said):
            wrong.append(f"{name}: {problem}")
        # It is over when it is over: programs start, and the machine answers.
        check(system.shell("/bin/busybox true")[1] == 0, f"after {name} nothing can be started")
    check(not wrong, "; ".join(wrong))
    return system


def each_flood_has_a_row(context):
    known, recorded = {*_floods(False), *_floods(True)}, set(rows("arena"))
    check(len(known) > 20 and known == recorded, f"the floods and the rows of {table.name} differ: {known ^ recorded}")


def a_bystander_works_beside_floods(context):
    system = _beside(context, _floods(False))
    # The control: six that compute where one is compared with are no fair share, and are seen.
    (_, said), = _said(system, "arena spin 6")
    check(int(said["kept"]) < least, f"beside six times as many the bystander kept {said['kept']} of 100")
    check(wrong_flood(rows("arena")["spin"], said), "a row says contained where it is not, and nobody says so")


def a_bystander_works_beside_exhaustion(context):
    _beside(context, _floods(True))


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


tests = [the_forbidden_is_refused, arguments_that_change_leak_nothing, each_flood_has_a_row,
         a_bystander_works_beside_floods, a_bystander_works_beside_exhaustion]
