# SPDX-License-Identifier: BSD-2-Clause
import shutil
import tempfile
import unittest
from pathlib import Path

from tools import check_format
from tools.command import layout


class Format(unittest.TestCase):
    def complaints(self, name: str, source: str) -> list[str]:
        """Of a tree that has one file only."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "lib", name)
            path.parent.mkdir()
            path.write_text(source)
            shutil.copy(layout.root / ".clang-format", folder)
            return check_format.check(Path(folder))

    def test_the_tree_is_formatted(self):
        self.assertEqual(check_format.check(layout.root), [])

    def test_what_clang_format_would_change_is_found(self):
        for name in ("a.cpp", "a.hpp", "a.c", "a.h"):
            self.assertEqual(self.complaints(name, "int f();\n\nint g() { return 1; }\n"), [])
            found = self.complaints(name, "int f();\n\nint g()  {return 1;}\nint  h();\n")
            self.assertEqual(len(found), 1, found)
            self.assertTrue(found[0].startswith(f"lib/{name}:3: not as clang-format"), found)

    def test_a_long_line_of_python_is_found(self):
        self.assertEqual(self.complaints("a.py", "#" * 120 + "\n"), [])
        self.assertEqual(self.complaints("a.py", "\n" + "#" * 121 + "\n"), ["lib/a.py:2: 121 columns, 120 at most"])

    def test_a_formatter_that_cannot_work_is_no_success(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "lib").mkdir()
            Path(folder, "lib", "a.cpp").write_text("int f();\n")
            self.assertEqual(len(check_format.check(Path(folder))), 1, "there is no .clang-format")


if __name__ == "__main__":
    unittest.main()
