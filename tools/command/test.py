# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead test`: runs tests and ends with how many passed, failed and were skipped."""

import sys

from tools.command import build, layout, options, packages
from tools.command.refusal import Refusal
from tools.command.testing import booted, conformance, coverage, fuzz, unit
from tools.command.testing.totals import Choice, Totals

kinds = ("unit", "coverage", "fuzz", "conformance", "system", "campaign")


def main(arguments: list[str]) -> int:
    parser = options.Parser("test", description="Runs the tests. The last line says how many passed, failed and were "
                            "skipped; the status is 0 only if some were executed and none failed.")
    parser.add_argument("kind", nargs="?", choices=(*kinds, "all"), default="all", help="(default all)")
    parser.add_argument("name", metavar="NAME", nargs="?", help="only those whose name holds NAME")
    parser.add_argument("--list", action="store_true", help="print the names instead")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of all that is chosen at random")
    parser.add_argument("--repeat", metavar="N", type=options.positive, default=1, help="run them N times")
    chosen = parser.parse_args(arguments)
    packages.ensure("test")
    wanted = kinds if chosen.kind == "all" else (chosen.kind,)
    if chosen.list:
        build.configured("host")
        for kind in wanted:
            for name in names(kind):
                if Choice(chosen.name, 0).takes(name):
                    print(kind, name)
        return 0
    totals = Totals()
    for turn in range(chosen.repeat):
        seed = chosen.seed + turn if chosen.seed or chosen.repeat > 1 else 0
        for kind in wanted:
            result = run(kind, Choice(chosen.name, seed))
            if chosen.name is None and result.executed == 0 and (layout.root / "tests" / kind).is_dir():
                result.add(Totals(failed=1, failures=[f"{kind}: no test was executed, though tests/{kind} is there"]))
            totals.add(result)
    return report(totals)


def names(kind: str) -> list[str]:
    if kind == "unit":
        return unit.names()
    if kind == "coverage":
        return coverage.names()
    if kind == "fuzz":
        return fuzz.names()
    if kind == "conformance":
        return conformance.names()
    return list(booted.find(kind))


def run(kind: str, choice: Choice) -> Totals:
    print(f"== {kind}", flush=True)
    try:
        if kind == "unit":
            return unit.run(choice)
        if kind == "coverage":
            return coverage.run(choice)
        if kind == "fuzz":
            return fuzz.run(choice)
        if kind == "conformance":
            return conformance.run(choice)
        return booted.run(kind, choice)
    except Refusal as refusal:
        # What cannot be built or found fails the tests that stand on it; the others still have their turn.
        print(f"{kind}: {refusal}", flush=True)
        return Totals(failed=1, failures=[f"{kind}: {refusal}"])


def report(totals: Totals) -> int:
    for failure in totals.failures:
        print(f"failed: {failure}")
    if totals.executed == 0:
        print("no test was executed, which is a failure", file=sys.stderr)
    sys.stderr.flush()
    print(totals, flush=True)
    return 0 if totals.failed == 0 and totals.executed > 0 else 1
