# SPDX-License-Identifier: BSD-2-Clause
import unittest

from tools.command import code_lines


class CodeLines(unittest.TestCase):
    def expect(self, lines: int, source: str, **options) -> None:
        self.assertEqual(code_lines.count(source, **options), lines, code_lines.without_comments(source))

    def test_blank_lines_are_not_counted(self):
        self.expect(2, "int a;\n\n   \t\nint b;\n")

    def test_comments_are_not_counted(self):
        self.expect(1, "// one\nint a;  // two\n/* three\n   four */\n/**/\n")

    def test_code_beside_a_block_comment_is_counted(self):
        self.expect(2, "/* a */ int a;\n/* b\n*/ int b;\n")

    def test_a_comment_continued_by_a_backslash(self):
        self.expect(1, "// one \\\nstill a comment\nint a;\n")

    def test_comment_signs_in_a_string_are_text(self):
        self.expect(3, 'auto a = "//";\nauto b = "/*";\nauto c = "*/";\n')

    def test_an_escaped_quote_does_not_end_a_string(self):
        self.expect(2, 'auto a = "\\"/*";\nint b;\n')

    def test_a_quote_as_a_character(self):
        self.expect(3, "char a = '\"'; /*\n*/ char b = '\\'';\nint c; // '\n")

    def test_digit_separators_are_no_quotes(self):
        self.expect(1, "int a = 1'000'000; /* ' \n */\n")
        self.expect(2, "int a = 0xab'cd; // 'a\nint b;\n")

    def test_a_raw_string_is_code_throughout(self):
        self.expect(3, 'auto a = R"x(\n// text )"\n/* )x";\n')
        self.expect(2, 'auto a = u8R"(/*)";\nint b;\n')

    def test_a_name_that_ends_in_r_is_no_raw_string(self):
        self.expect(1, 'CALLER"(" /*\n*/\n')

    def test_an_exponent_is_part_of_a_number(self):
        self.expect(1, "double a = 1e+5'0; /*\n*/\n")

    def test_a_comment_that_never_ends(self):
        self.expect(1, "int a; /* open\nint b;\n")

    def test_assembly(self):
        self.expect(3, "# a comment\n#include <a.h>\n  mov %rax, %rbx  # beside\n// other\n#define A 1\n",
                    assembly=True)


if __name__ == "__main__":
    unittest.main()
