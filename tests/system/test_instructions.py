# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's paths cost no more instructions than they did: tests/bench/ceilings.toml. Counted, not timed, so that a
busy host changes nothing."""

from tests.system.harness import check
from tools.command.measuring import ceilings, instructions


def counts_are_below_their_ceilings(context):
    wrong = ceilings.above(instructions.measure(), ceilings.recorded())
    check(not wrong, "; ".join(wrong))


def counts_are_exact_and_one_more_fails(context):
    counts = instructions.measure()
    check(counts == instructions.measure(), "two runs of the same binaries differ")
    for name in counts:
        lowered = counts | {name: counts[name] - 1}
        check(len(ceilings.above(counts, lowered)) == 1,
              f"{name}: one instruction above its ceiling, and nobody says so")


tests = [counts_are_below_their_ceilings, counts_are_exact_and_one_more_fails]
