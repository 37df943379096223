# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead lines`: the code that runs in ring 0, counted over every project file that goes into it."""

import subprocess
from pathlib import Path

from tools.command import build, code_lines, layout, options, packages, process
from tools.command.refusal import Refusal

budget = 4000


def main(arguments: list[str]) -> int:
    parser = options.Parser("lines", description="Counts the lines of code in ring 0: every project file in the "
                            "dependency files of the kernel's objects, formatted by clang-format at 120 columns, blank "
                            "lines and comments left out.")
    parser.add_argument("--files", action="store_true", help="a row for each file, not only for each folder")
    chosen = parser.parse_args(arguments)
    packages.ensure("lines")
    build.kernel()
    counts = {path: count(path) for path in files(dependencies())}
    rows = {}
    for path, lines in counts.items():
        row = str(path) if chosen.files else folder(path)
        rows[row] = rows.get(row, 0) + lines
    for row in sorted(rows):
        print(f"{rows[row]:6}  {row}")
    total = sum(counts.values())
    print(f"{total} of {budget} lines")
    return 0 if total <= budget else 1


def dependencies() -> str:
    """Ninja's record of the dependency files, which it deletes when it has read them."""
    return process.quiet(["ninja", "-C", layout.target, "-t", "deps"], "reading the kernel's dependencies").stdout


def files(record: str, root: Path = layout.root, start: Path = layout.target) -> list[Path]:
    """The project's files, relative to its root, on which objects of the target `kernel` depend."""
    found = set()
    kernel = False
    for line in record.splitlines():
        if not line.startswith(" "):
            kernel = "/kernel.dir/" in line.split(":")[0]
        elif kernel:
            path = Path(start, line.strip()).resolve()
            if path.is_relative_to(root):
                found.add(path.relative_to(root))
    if not found:
        raise Refusal("the build tree has no dependency files of the kernel; run: ./bulkhead clean, and build anew")
    return sorted(found)


def folder(path: Path) -> str:
    """The row that a file is counted in."""
    parent = str(path.parent)
    return "generated" if parent.startswith("build/") else parent


def count(path: Path) -> int:
    source = (layout.root / path).read_text()
    if path.suffix == ".S":
        return code_lines.count(source, assembly=True)
    done = subprocess.run(["clang-format-19", f"--style=file:{layout.root / '.clang-format'}",
                           f"--assume-filename={path}"], input=source, capture_output=True, text=True)
    if done.returncode != 0:
        raise Refusal(f"clang-format cannot read {path}: {done.stderr.strip().splitlines()[0]}")
    return code_lines.count(done.stdout)
