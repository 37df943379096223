# SPDX-License-Identifier: BSD-2-Clause
"""Counts the lines of C++ and assembly that hold code: neither blank nor comment alone."""

import re

_token = re.compile(
    r"""(?P<raw>(?:u8|[uUL])?R"(?P<end>[^()\\\s]{0,16})\(.*?\)(?P=end)")
      | (?P<line>//(?:\\\n|[^\n])*)
      | (?P<block>/\*.*?(?:\*/|\Z))
      | (?P<text>"(?:\\.|[^"\\\n])*"?)
      | (?P<number>\.?[0-9](?:'?[A-Za-z0-9_.]|(?<=[eEpP])[+-])*)
      | (?P<character>'(?:\\.|[^'\\\n])*'?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    """, re.DOTALL | re.VERBOSE)

_directive = re.compile(r"\s*#\s*(define|undef|include|if|ifdef|ifndef|elif|else|endif|error|pragma|line)\b")


def without_comments(source: str) -> str:
    """The source with a blank for each character of its comments; line breaks stay."""

    def blank(match: re.Match) -> str:
        if match.lastgroup in ("line", "block"):
            return re.sub(r"[^\n]", " ", match[0])
        return match[0]

    return _token.sub(blank, source)


def count(source: str, assembly: bool = False) -> int:
    lines = without_comments(source).split("\n")
    if assembly:
        # The assembler's own comments begin with #, as do the preprocessor's directives.
        lines = [line for line in lines if not line.lstrip().startswith("#") or _directive.match(line)]
    return sum(1 for line in lines if line.strip())
