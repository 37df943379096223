# SPDX-License-Identifier: BSD-2-Clause
"""Checks that a folder includes what stands below it and never what stands above (docs/contributing.md), and
that only the runtime and generated code include the raw primitives of messages.

Prints what is wrong, one line each, and ends with status 1 if there is anything.
"""

import re
import sys
from pathlib import Path

suffixes = (".hpp", ".cpp", ".S", ".c", ".h")
raw = "abi/raw.hpp"
# The benchmark's components count what the primitives cost, and the hostile one misuses them.
raw_users = ("lib/contract/", "lib/component/", "lib/driver/kernel_target.hpp", "abi/", "servers/bench/",
             "servers/test/hostile/")
raw_use = re.compile(r"\babi::raw::|\bnamespace\s+abi::raw\b")
include = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]', re.MULTILINE)

# What a folder may include besides itself, by the longest beginning that fits. Host programs and tests may
# include anything, and are left out.
below = {
    "abi/": (),
    "lib/base/": ("abi/",),
    "boot/": ("abi/", "lib/base/"),
    "kernel/": ("abi/", "lib/base/"),
    "lib/": ("abi/", "lib/", "generated/"),
    "servers/": ("abi/", "lib/", "generated/"),
    "drivers/": ("abi/", "lib/", "generated/"),
    "programs/": ("abi/", "lib/base/", "generated/"),
}
ours = (*below, "generated/", "contracts/", "walls/", "tools/", "tests/")


def home(path: str) -> str:
    """The folder whose files may include each other: one component, or one layer."""
    parts = path.split("/")
    depth = {"servers": 2, "drivers": 3, "programs": 2, "lib": 2}.get(parts[0], 1)
    return "/".join(parts[:min(depth, len(parts) - 1)]) + "/"


def complaints(path: str, source: str) -> list[str]:
    """What is wrong with the includes of one file, whose path is relative to the root."""
    rule = max((start for start in below if path.startswith(start)), key=len, default=None)
    if rule is None or "/tests/" in path:
        return []
    found = []
    for match in include.finditer(source):
        name = match[1]
        line = source.count("\n", 0, match.start()) + 1
        if not name.startswith(ours):
            continue
        if name == raw and not path.startswith(raw_users):
            found.append(f"{path}:{line}: {raw} is for the runtime and generated code; call through a contract instead")
        elif not name.startswith(home(path)) and not name.startswith(below[rule]):
            found.append(f"{path}:{line}: {home(path)} may not include {name}, which does not stand below it")
    # The header may come in through one of the runtime's; its primitives are not for others all the same.
    if not path.startswith(raw_users) and (use := raw_use.search(source)):
        line = source.count("\n", 0, use.start()) + 1
        found.append(f"{path}:{line}: abi::raw is for the runtime and generated code; call through a contract instead")
    return found


def check(root: Path) -> list[str]:
    found = []
    for start in sorted({name.split("/")[0] for name in below}):
        for path in sorted((root / start).rglob("*")):
            if path.suffix in suffixes:
                found += complaints(path.relative_to(root).as_posix(), path.read_text(errors="replace"))
    return found


if __name__ == "__main__":
    wrong = check(Path(__file__).resolve().parent.parent)
    print("\n".join(wrong) or "every include is of what stands below")
    sys.exit(1 if wrong else 0)
