# SPDX-License-Identifier: BSD-2-Clause
"""Copies the kernel's core with every guard made a switch.

A guard is a line `if (condition) action;  // guard`. In the copy it reads
`if (explore::guard(N) && (condition)) action;`, so that one program can run with any one guard deleted.
Usage: mutate.py SOURCE_FOLDER TARGET_FOLDER NAMES_HEADER
"""
import pathlib
import sys



def split_condition(text):
    """The condition of `if (condition) action`, with its parentheses matched, and the action."""
    depth = 0
    for place, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return text[1:place], text[place + 1:].strip()
    raise ValueError(text)


def main():
    source, target, names = (pathlib.Path(word) for word in sys.argv[1:4])
    target.mkdir(parents=True, exist_ok=True)
    guards = []
    for path in sorted(source.glob("*.hpp")):
        lines = path.read_text().splitlines()
        for index, line in enumerate(lines):
            if not line.endswith("// guard"):
                continue
            body = line[: -len("// guard")].strip()
            if not body.startswith("if ("):
                sys.exit(f"{path}:{index + 1}: a guard is one line: if (condition) action;  // guard")
            condition, action = split_condition(body[3:])
            lines[index] = f"if (explore::guard({len(guards)}) && ({condition})) {action}"
            guards.append(f"{path.name}:{index + 1}: {condition}")
        (target / path.name).write_text("\n".join(lines) + "\n")
    if not guards:
        sys.exit(f"{source}: no guard found")
    rows = "\n".join(f'    R"guard({guard})guard",' for guard in guards)
    names.write_text(
        "// Made by mutate.py.\n#pragma once\n#include <cstddef>\n"
        "namespace explore {\n"
        "inline std::size_t deleted_guard = ~std::size_t{0};\n"
        "inline bool guard(std::size_t number) { return number != deleted_guard; }\n"
        f"inline constexpr const char* guard_names[] = {{\n{rows}\n}};\n"
        "}  // namespace explore\n")


if __name__ == "__main__":
    main()
