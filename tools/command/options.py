# SPDX-License-Identifier: BSD-2-Clause
"""Options: one line for whatever is wrong with them."""

import argparse
import re
from dataclasses import dataclass

from tools.command.refusal import Refusal


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line instead of a page of usage."""

    def __init__(self, name: str, **options):
        super().__init__(prog=f"bulkhead {name}", allow_abbrev=False, **options)

    def parse_args(self, arguments):
        """Options may stand before, between and behind the names."""
        return self.parse_intermixed_args(arguments)

    def error(self, message: str):
        raise Refusal(f"{self.prog.split()[-1]}: {message}; see ./{self.prog} --help", 2)


@dataclass(frozen=True)
class Transfer:
    """A file to carry between host and guest; the guest's path is absolute."""
    source: str
    target: str


@dataclass(frozen=True)
class Forward:
    """A port of the host's loopback that leads to a port of the guest."""
    host: int
    guest: int


def size(text: str) -> int:
    """Bytes, of 1048576, 64M or 2G."""
    match = re.fullmatch(r"([0-9]+)([KMGT]?)", text, re.IGNORECASE)
    if not match or int(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size; write a number with K, M or G behind it, as in 256M")
    return int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}[match[2].upper()]


def positive(text: str) -> int:
    if not re.fullmatch(r"[0-9]+", text) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return int(text)


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds")
    return value


def put(text: str) -> Transfer:
    source, colon, target = text.rpartition(":")
    if not colon or not source or not target.startswith("/"):
        raise argparse.ArgumentTypeError(f"'{text}' is not SRC:DST with an absolute DST in the guest")
    return Transfer(source, target)


def get(text: str) -> Transfer:
    source, colon, target = text.partition(":")
    if not colon or not target or not source.startswith("/"):
        raise argparse.ArgumentTypeError(f"'{text}' is not SRC:DST with an absolute SRC in the guest")
    return Transfer(source, target)


def forward(text: str) -> Forward:
    match = re.fullmatch(r"([0-9]{1,5}):([0-9]{1,5})", text)
    if not match or not all(0 < int(port) < 65536 for port in match.groups()):
        raise argparse.ArgumentTypeError(f"'{text}' is not HOST:GUEST, two ports from 1 to 65535")
    return Forward(int(match[1]), int(match[2]))


# As the help of an option: it is accepted, but not shown.
hidden = argparse.SUPPRESS
