# SPDX-License-Identifier: BSD-2-Clause
"""What the documents name is there: commands, tests, other pages, and the figures that the README quotes."""

import re
import tomllib
import unittest

from tools.command import __main__ as command
from tools.command import bench, layout

pages = {path.relative_to(layout.root).as_posix(): path.read_text()
         for path in [layout.root / "README.md", *(layout.root / "docs").glob("*.md")]}
# Kinds whose tests are files of this name. What the tutorial makes is there only for who follows it.
files = {"system": "tests/system/test_{}.py", "fuzz": "tests/fuzz/test_{}.py"}


def unknown(text: str) -> list[str]:
    """Commands and tests that are not there."""
    named = [name for name in re.findall(r"\./bulkhead ([a-z]+)", text) if name not in command.commands]
    for kind, name in re.findall(r"\./bulkhead test (system|fuzz) ([a-z_]+)", text):
        if not (layout.root / files[kind].format(name)).exists():
            named.append(f"test {kind} {name}")
    return named


def lost(page: str, text: str) -> list[str]:
    """Links to pages that are not there."""
    folder = (layout.root / page).parent
    return [link for link in re.findall(r"\]\(([\w./-]+)\)", text) if not (folder / link).exists()]


def figures(text: str) -> dict[str, int]:
    """What the README says that the rows of `./bulkhead bench` count."""
    raw, generated = re.search(r"cost (\d+) instructions, (\d+) through", text).groups()
    return {"ipc_raw": int(raw), "ipc_generated": int(generated)}


class Documents(unittest.TestCase):
    def test_commands_and_tests_are_there(self):
        self.assertEqual({page: found for page, text in pages.items() if (found := unknown(text))}, {})
        self.assertEqual(unknown("`./bulkhead fly`, `./bulkhead test system nothing`"), ["fly", "test system nothing"])

    def test_links_lead_somewhere(self):
        self.assertEqual({page: found for page, text in pages.items() if (found := lost(page, text))}, {})
        self.assertEqual(lost("docs/guide.md", "[a](none.md) [b](guide.md)"), ["none.md"])

    def test_figures_are_those_that_are_measured(self):
        """The check `instructions` measures the rows, and fails above these."""
        recorded = tomllib.loads((layout.root / "tests/bench/ceilings.toml").read_text())
        for row, figure in figures(pages["README.md"]).items():
            self.assertEqual(figure, recorded[row], row)
            self.assertIn(row, {each.name for each in bench.rows()})
            self.assertIn(row, pages["README.md"])
        self.assertEqual(len(re.findall(r"\d+ (?:instructions|us|ms|MiB|s)\b", pages["README.md"])), 1)
        self.assertEqual(figures("cost 1 instructions, 2 through"), {"ipc_raw": 1, "ipc_generated": 2})

    def test_pages_are_in_the_index(self):
        index = pages["docs/README.md"]
        names = {page.removeprefix("docs/") for page in pages} - {"README.md"}
        self.assertEqual(sorted(name for name in names if f"`{name}`" not in index), [])
