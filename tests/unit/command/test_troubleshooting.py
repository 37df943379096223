# SPDX-License-Identifier: BSD-2-Clause
"""docs/troubleshooting.md has each line with which ./bulkhead refuses something, in the words of the source."""

import ast
import unittest
from pathlib import Path

from tools.command import layout

page = (layout.root / "docs/troubleshooting.md").read_text()


def refusals(source: str) -> list[str]:
    """What each Refusal names, before its mend; `…` stands for what is put in. Those that pass on what another said
    have no words of their own."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal"):
            continue
        match node.args[0]:
            case ast.Constant(value=text):
                found.append(text)
            case ast.JoinedStr(values=parts):
                found.append("".join(part.value if isinstance(part, ast.Constant) else "…" for part in parts))
    named = [text.partition(";")[0].partition("\n")[0].removesuffix(": …").removesuffix(" (…)") for text in found]
    return [text.partition(", as in")[0] for text in named if any(letter.isalpha() for letter in text)]


def without_parts(text: str) -> str:
    """A page may leave out a list of files in parentheses behind it."""
    return text.partition(" (servers/")[0].partition(" (drivers/")[0].partition(": kernel/")[0].partition(
        ": no component")[0]


class Messages(unittest.TestCase):
    def sources(self) -> list[Path]:
        # Of the table of Linux's calls only who changes it reads.
        return [path for path in sorted((layout.root / "tools/command").glob("*.py")) if path.stem != "linux_calls"]

    def test_each_stands_in_the_page(self):
        missing = [f"{path.name}: {text}" for path in self.sources() for text in refusals(path.read_text())
                   if f"`{without_parts(text)}" not in page]
        self.assertEqual(missing, [], "say in docs/troubleshooting.md what to do about these")

    def test_they_are_found(self):
        self.assertGreater(sum(len(refusals(path.read_text())) for path in self.sources()), 50)
        self.assertEqual(refusals("raise Refusal(f'no {x} here: {y}; make one')\nraise Refusal('plain', 2)"),
                         ["no … here", "plain"])
        self.assertNotIn("a line that nobody says", page)
