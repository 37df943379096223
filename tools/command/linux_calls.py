# SPDX-License-Identifier: BSD-2-Clause
"""The table of Linux's calls: who takes each is the contract's to say (contracts/linux.contract), and how much of it
there is tests/system/linux_calls.toml's, beside the tests that compare it with Linux."""

import re
import tomllib
from pathlib import Path

from tools.command import layout
from tools.command.refusal import Refusal

declared_in = Path("tests/system/linux_calls.toml")
no_comparison = "no comparison with Linux"
errors = ("ENOSYS", "EAFNOSUPPORT", "ENOTSOCK", "EOPNOTSUPP", "EPERM", "EINVAL")


def declared(text: str | None = None) -> dict[str, str]:
    """The state of each call, as the table has it. Every claim in it is checked, or it is refused."""
    said = tomllib.loads((layout.root / declared_in).read_text() if text is None else text)
    strange = said.keys() - {"complete", "by_another_name", "partial", "refused", "plain"}
    if strange:
        raise _wrong(f"there is no part [{min(strange)}]")
    states: dict[str, str] = {}

    def add(call: str, state: str) -> None:
        if call in states:
            raise _wrong(f"{call} has two states; leave out one of them")
        states[call] = state

    for test, calls in said.get("complete", {}).items():
        source = source_of(test)
        for call in calls:
            if not uses(source, call, said.get("by_another_name", {}).get(call, [])):
                raise _wrong(f"tests/system/{test} does not use {call}; name a test that does, or say what is missing")
            add(call, f"complete: `{test}`")
    for call, missing in said.get("partial", {}).items():
        if not missing.strip():
            raise _wrong(f"{call} is partial, and nobody says what is missing")
        add(call, f"partial: {missing}")
    for call, error in said.get("refused", {}).items():
        if error not in errors:
            raise _wrong(f"{call} is refused with {error}, which is none of {', '.join(errors)}")
        add(call, f"refused with {error}")
    for call in said.get("plain", {}).get("uncompared", []):
        add(call, f"partial: {no_comparison}")
    for call in said.get("plain", {}).get("internal", []):
        add(call, "none of Linux's: between servers")
    return states


def claims() -> dict[str, list[str]]:
    """The calls that each test is said to compare."""
    return tomllib.loads((layout.root / declared_in).read_text())["complete"]


def source_of(test: str) -> str:
    """Of a test that is compared with Linux: those of `./bulkhead test system programs` and `shell`."""
    if not re.fullmatch(r"programs/\w+\.(c|cpp)|scripts/\w+\.sh", test):
        raise _wrong(f"{test} is no test that is compared with Linux; those are programs/*.c, *.cpp and scripts/*.sh")
    path = layout.root / "tests/system" / test
    if not path.exists():
        raise _wrong(f"there is no test tests/system/{test}")
    return path.read_text()


def uses(source: str, call: str, other_words: list[str]) -> bool:
    """By its name as a function or a number, or in words that stand for it; a comment does not count."""
    code = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("//", "#")))
    return bool(re.search(rf"\b{call}\(|\bSYS_{call}\b", code)) or any(word in code for word in other_words)


def table(contract: dict, states: dict[str, str]) -> str:
    """Markdown, of the contract as contractc describes it."""
    here = {call["name"] for call in contract["calls"]}
    if silent := sorted(here - states.keys()):
        raise _wrong(f"{', '.join(silent)}: in contracts/linux.contract and without a state here")
    if strange := sorted(states.keys() - here):
        raise _wrong(f"{', '.join(strange)}: not in contracts/linux.contract")
    lines = [
        "# Linux's system calls", "",
        "Made by `./bulkhead docs` of `contracts/linux.contract` (who takes a call) and "
        f"`{declared_in}` (how much of it there is). *Complete*: nothing is known to be missing, and the test that is "
        "named calls it on Bulkhead and on Linux and compares what comes of it. A call that is not here is answered "
        "with ENOSYS.", "", *_counts(states), "",
        f"Page faults go to `{contract['fault']}`.", "",
        "| number | call | server | arguments | state |", "|---|---|---|---|---|"]
    for call in sorted(contract["calls"], key=lambda call: call["number"]):
        arguments = ", ".join(_argument(argument) for argument in call["arguments"])
        shown = f"`{arguments}`" if arguments else ""
        lines.append(f"| {call['number']} | `{call['name']}` | {call['server']} | {shown} | {states[call['name']]} |")
    lines += ["", "## Answered with ENOSYS", "",
              ", ".join(f"{call['name']} ({call['number']})" for call in contract["absent"]) + "."]
    return "\n".join(lines) + "\n"


def _counts(states: dict[str, str]) -> list[str]:
    kinds = [state.split()[0].rstrip(":") for state in states.values()]
    return ["| complete | partial | refused |", "|---|---|---|",
            f"| {kinds.count('complete')} | {kinds.count('partial')} | {kinds.count('refused')} |"]


def _argument(argument: dict) -> str:
    kind = argument["kind"]
    types = {"integer": lambda: argument["type"]["text"], "address": lambda: f"user {argument['type']}"}
    count = f"[{argument['count']}]" if "count" in argument else ""
    return f"{types.get(kind, lambda: f'user {kind}')()} {argument['name']}{count}"


def _wrong(what: str) -> Refusal:
    return Refusal(f"{declared_in}: {what}")
