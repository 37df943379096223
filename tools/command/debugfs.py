# SPDX-License-Identifier: BSD-2-Clause
"""Reads and changes an image's files with debugfs, without mounting and without being root."""

import subprocess
from pathlib import Path

from tools.command import process
from tools.command.refusal import Refusal


def quote(name: str) -> str:
    if "\n" in name:
        raise Refusal(f"a name with a line break cannot be carried into an image: {name!r}")
    return '"' + name.replace('"', '""') + '"'


def execute(image: Path, commands: list[str], writing: bool = False) -> list[str]:
    """Runs the commands; returns what debugfs complained of (it always ends with status 0)."""
    try:
        done = subprocess.run(["debugfs", *(["-w"] if writing else []), "-f", "-", str(image)],
                              input="\n".join(commands) + "\n", capture_output=True, text=True, errors="replace",
                              env=process.environment())
    except FileNotFoundError:
        raise Refusal("the program debugfs is missing; install the package e2fsprogs") from None
    return [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("debugfs 1.")]


def ask(image: Path, command: str) -> list[str]:
    """The answer to one command that changes nothing."""
    done = subprocess.run(["debugfs", "-R", command, str(image)], capture_output=True, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, env=process.environment())
    return done.stdout.splitlines()


def kind(image: Path, path: str) -> str | None:
    """'directory', 'regular', 'symlink' ..., or None if there is no such file."""
    for line in ask(image, f"stat {quote(path)}"):
        if line.startswith("Inode:") and "Type:" in line:
            return line.split("Type:")[1].split()[0]
    return None
