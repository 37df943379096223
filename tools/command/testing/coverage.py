# SPDX-License-Identifier: BSD-2-Clause
"""Coverage of the kernel's portable core: its unit tests and its exploration have to take every branch both ways. As
the control, the tests of the table of frames alone have to be seen to miss some."""

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tools.command import build, layout, process
from tools.command.refusal import Refusal
from tools.command.testing.totals import Choice, Totals

subject = "kernel"
control = "FrameTable.*"
counted = ("kernel/core/", "kernel/memory/")
compiled_root = "/bulkhead/"  # what the compiler is told to call the root of the project (cmake/Bulkhead.cmake)
llvm = "-19"  # of the compiler, whose counters only its own tools read


@dataclass(frozen=True)
class Branch:
    """A condition of the source, and how often it was so and not so, over all its instantiations."""
    file: str
    line: int
    column: int
    condition: str
    taken: int
    passed: int

    @property
    def sides(self) -> int:
        return bool(self.taken) + bool(self.passed)

    def __str__(self) -> str:
        never = " or ".join(side for side, count in (("true", self.taken), ("false", self.passed)) if not count)
        return f"{self.file}:{self.line}:{self.column}: '{self.condition}' is never {never}"


def names() -> list[str]:
    return [subject]


def run(choice: Choice) -> Totals:
    totals = Totals()
    if not choice.takes(subject):
        return totals
    build.configured("host")
    build.host([f"coverage-{subject}"])
    found = measure("*")
    print(table(found))
    missed = [branch for branch in found if branch.sides < 2]
    for branch in missed:
        print(branch)
    count(totals, bool(found) and not missed, f"{subject} ({len(missed)} branches are not covered)")
    alone = measure(control)
    unseen = sum(branch.sides < 2 for branch in alone)
    print(f"control: {control} alone leaves {unseen} of {len(alone)} branches uncovered", flush=True)
    count(totals, len(alone) == len(found) and 0 < unseen < len(alone), f"{subject} (control: nothing is missed)")
    return totals


def count(totals: Totals, passed: bool, name: str) -> None:
    if passed:
        totals.passed += 1
    else:
        totals.failed += 1
        totals.failures.append(f"coverage {name}; again: ./bulkhead test coverage")


def measure(tests: str) -> list[Branch]:
    """Runs the tests of a GoogleTest filter, and says of every branch of the core what they did to it."""
    program = layout.host / "coverage" / subject
    raw, merged = (program.with_suffix(suffix) for suffix in (".profraw", ".profdata"))
    print(f"{program.relative_to(layout.root)} --gtest_filter={tests}", flush=True)
    ended = subprocess.run([str(program), "--gtest_brief=1", f"--gtest_filter={tests}"], check=False,
                           stdin=subprocess.DEVNULL, stdout=sys.stdout, stderr=sys.stdout, cwd=layout.root,
                           env={**process.environment(), "LLVM_PROFILE_FILE": str(raw)})
    if ended.returncode:
        raise Refusal("the kernel's tests fail (see above), so what they cover says nothing; mend them first")
    process.quiet([f"llvm-profdata{llvm}", "merge", "-o", merged, raw], "reading the counters")
    told = process.quiet([f"llvm-cov{llvm}", "export", f"-instr-profile={merged}", program], "reading the counters")
    return branches(json.loads(told.stdout), layout.root)


def branches(export: dict, root: Path) -> list[Branch]:
    """Of the core's sources, in their order. A template counts once, whichever instantiation it was."""
    found = []
    for file in export["data"][0]["files"]:
        name = file["filename"].removeprefix(compiled_root)
        if not name.startswith(counted):
            continue
        lines = (root / name).read_text().splitlines()
        sums: dict[tuple[int, ...], list[int]] = defaultdict(lambda: [0, 0])
        for branch in file["branches"]:
            sums[tuple(branch[:4])][0] += branch[4]
            sums[tuple(branch[:4])][1] += branch[5]
        for (line, column, end_line, end), (taken, passed) in sorted(sums.items()):
            text = lines[line - 1][column - 1:end - 1 if end_line == line else None]
            found.append(Branch(name, line, column, text, taken, passed))
    return found


def table(found: list[Branch]) -> str:
    """Of each file: sides of its branches, and how many were taken."""
    files = sorted({branch.file for branch in found})
    rows = [(file, [branch for branch in found if branch.file == file]) for file in files]
    rows.append(("all", found))
    return "\n".join(f"{name:32} {2 * len(of):5} sides of branches {sum(b.sides for b in of):5} taken"
                     for name, of in rows)
