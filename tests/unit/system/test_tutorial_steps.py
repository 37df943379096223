# SPDX-License-Identifier: BSD-2-Clause
import unittest

from tests.system.tutorial_steps import Commands, File, Unclear, steps


class Steps(unittest.TestCase):
    def test_files_commands_and_what_they_say(self):
        text = "# T\n\nText of `x`:\n\n`a/b.cpp`:\n\n```cpp\nint a;\n```\n\n```sh\nls\n```\n\n```text\nb\n\nc\n```\n"
        self.assertEqual(steps(text), [File("a/b.cpp", "int a;\n"), Commands("ls\n", ("b", "c"))])

    def test_what_nobody_could_do_is_unclear(self):
        for text in ("```cpp\nint a;\n```\n", "```text\nsaid\n```\n", "```sh\nls\n", "`a`:\n\nBut\n\n```cpp\nx\n```\n",
                     "```sh\nls\n```\n```text\na\n```\n```text\nb\n```\n"):
            with self.assertRaises(Unclear):
                steps(text)


if __name__ == "__main__":
    unittest.main()
