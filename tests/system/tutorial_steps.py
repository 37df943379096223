# SPDX-License-Identifier: BSD-2-Clause
"""The steps of a tutorial, out of its own text. A line that is a path in backquotes and a colon names the file whose
contents the next fence has; a fence of `sh` is commands; one of `text` behind them is what they must have said, line by
line. There is no other fence: what a reader sees is done."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    path: str
    text: str


@dataclass(frozen=True)
class Commands:
    text: str
    said: tuple[str, ...] = ()


class Unclear(ValueError):
    """The text has something of which nobody could say what is to be done."""


def steps(text: str) -> list[File | Commands]:
    found: list[File | Commands] = []
    path = None
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if not line.startswith("```"):
            # Only blank lines may stand between a file's name and its contents.
            path = named[1] if (named := re.fullmatch(r"`([\w./-]+)`:", line)) else path if not line else None
            continue
        kind, block = line[3:].strip(), []
        for _, inside in lines:
            if inside.startswith("```"):
                break
            block.append(inside)
        else:
            raise Unclear(f"line {number}: a fence without an end")
        if path is not None:
            found.append(File(path, "\n".join(block) + "\n"))
        elif kind == "sh":
            found.append(Commands("\n".join(block) + "\n"))
        elif kind == "text" and found and isinstance(found[-1], Commands) and not found[-1].said:
            found[-1] = Commands(found[-1].text, tuple(line for line in block if line.strip()))
        else:
            raise Unclear(f"line {number}: a fence of '{kind}' is neither a file, nor commands, nor what they say")
        path = None
    return found
