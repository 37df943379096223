# SPDX-License-Identifier: BSD-2-Clause
"""The table that `./bulkhead bench` prints."""

import statistics
from dataclasses import dataclass, field


@dataclass
class Row:
    """A row with what it is to reach; `values` are the runs of each system, in the row's unit."""
    name: str
    unit: str
    target: str
    what: str
    values: dict[str, list[float]] = field(default_factory=dict)

    def cells(self) -> list[str]:
        ours = self.values.get("Bulkhead", [])
        others = [self.values.get(name, []) for name in ("Linux", "Linux tuned")]
        return [self.name, self.unit, median(ours), *map(median, others), *(ratio(ours, other) for other in others),
                self.target, ", ".join(spread(values) for values in (ours, *others) if values)]


heads = ["row", "unit", "Bulkhead", "Linux", "tuned", "ratio", "to tuned", "target", "spread (least to most)"]


def median(values: list[float]) -> str:
    return number(statistics.median(values)) if values else "-"


def ratio(ours: list[float], other: list[float]) -> str:
    return f"{statistics.median(ours) / statistics.median(other):.3f}" if ours and other else "-"


def spread(values: list[float]) -> str:
    """Of many values, also what one in a hundred is above."""
    if min(values) == max(values):
        return "none"
    tail = f" (p99 {number(statistics.quantiles(values, n=100)[98])} of {len(values)})" if len(values) >= 50 else ""
    return f"{number(min(values))} to {number(max(values))}{tail}"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def text(rows: list[Row]) -> str:
    lines = [heads, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)
