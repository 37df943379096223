# SPDX-License-Identifier: BSD-2-Clause
"""Checks that C and C++ are as clang-format makes them by .clang-format, and that no line of Python has more than 120
columns.

Prints what is wrong, one line each, and ends with status 1 if there is anything.
"""

import re
import subprocess
import sys
from pathlib import Path

formatter = "clang-format-19"
columns = 120
folders = ("abi", "kernel", "lib", "servers", "drivers", "walls", "programs", "tools", "tests")
suffixes = (".hpp", ".cpp", ".h", ".c")


def unformatted(root: Path, paths: list[Path]) -> list[str]:
    """Where the first difference is in each file that clang-format would change."""
    if not paths:
        return []
    done = subprocess.run([formatter, "--dry-run", "-Werror", f"--style=file:{root / '.clang-format'}",
                           *map(str, paths)], capture_output=True, text=True)
    names = {}
    for path, number in re.findall(r"^(/.*):(\d+):\d+: error: code should be", done.stderr, re.MULTILINE):
        names.setdefault(Path(path).relative_to(root).as_posix(), number)
    if done.returncode and not names:
        return [f"{formatter}: {done.stderr.strip()}"]
    return [f"{name}:{number}: not as {formatter} makes it; run: {formatter} -i {name}"
            for name, number in names.items()]


def too_long(path: str, source: str) -> list[str]:
    return [f"{path}:{number}: {len(line)} columns, {columns} at most"
            for number, line in enumerate(source.splitlines(), 1) if len(line) > columns]


def check(root: Path) -> list[str]:
    paths = sorted(path for folder in folders for path in (root / folder).rglob("*"))
    found = unformatted(root, [path for path in paths if path.suffix in suffixes])
    for path in paths:
        if path.suffix == ".py":
            found += too_long(path.relative_to(root).as_posix(), path.read_text())
    return found


if __name__ == "__main__":
    wrong = check(Path(__file__).resolve().parent.parent)
    print("\n".join(wrong) or "everything is formatted")
    sys.exit(1 if wrong else 0)
