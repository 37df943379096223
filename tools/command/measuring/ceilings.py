# SPDX-License-Identifier: BSD-2-Clause
"""Counts of instructions above which a change is a regression: tests/bench/ceilings.toml."""

import tomllib
from pathlib import Path

from tools.command import layout

listing = layout.root / "tests/bench/ceilings.toml"
head = """# SPDX-License-Identifier: BSD-2-Clause
# Instructions that each row of `./bulkhead bench` may cost at most; the check `instructions` fails above them. They
# only fall: `./bulkhead bench --lower` writes what is lower now.
"""


def recorded(path: Path = listing) -> dict[str, int]:
    return tomllib.loads(path.read_text())


def above(counts: dict[str, int], ceilings: dict[str, int]) -> list[str]:
    """One line for each count that is too high, and for each that is missing on either side."""
    wrong = [f"{name}: {count} instructions, and {ceilings[name]} is the ceiling" for name, count in counts.items()
             if count > ceilings.get(name, count)]
    wrong += [f"{name}: has no ceiling; record it with ./bulkhead bench --lower" for name in counts
              if name not in ceilings]
    return wrong + [f"{name}: was not measured" for name in ceilings if name not in counts]


def lower(counts: dict[str, int], path: Path = listing) -> list[str]:
    """Records what is lower than its ceiling, or has none; a line for each."""
    ceilings = recorded(path) if path.exists() else {}
    fallen = [name for name, count in counts.items() if count < ceilings.get(name, count + 1)]
    said = [f"{name}: {ceilings.get(name, 'no ceiling')} -> {counts[name]}" for name in fallen]
    ceilings |= {name: counts[name] for name in fallen}
    if fallen:
        path.write_text(head + "".join(f"{name} = {count}\n" for name, count in ceilings.items()))
    return said
