# SPDX-License-Identifier: BSD-2-Clause
"""What became of the tests."""

from dataclasses import dataclass, field


@dataclass
class Totals:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)  # one line for each: what failed and how to see it again

    def add(self, other: "Totals") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures

    @property
    def executed(self) -> int:
        return self.passed + self.failed

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass(frozen=True)
class Choice:
    """Which tests, and how."""
    name: str | None
    seed: int

    def takes(self, name: str) -> bool:
        """Those whose name holds the one that was given."""
        return self.name is None or self.name in name
