# SPDX-License-Identifier: BSD-2-Clause
"""Runs Ninja: silent when there is nothing to do, its progress on one line where somebody watches, and all
that a compiler says when something fails."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tools.command import layout, process
from tools.command.progress import say
from tools.command.refusal import Refusal

_step = re.compile(r"\[\d+/\d+\] (?!Re-checking|Re-running)")
_noise = re.compile(r"\[\d+/\d+\] Re-|ninja: (Entering|no work)|-- |Preset CMake|  (CMAKE|BULKHEAD)_|$")


# For ccache, where there is one: what is compiled does not know where the tree lies (cmake/Bulkhead.cmake), so another
# copy of it, as a test makes one, need not compile it again.
_cache = {"CCACHE_BASEDIR": str(layout.root), "CCACHE_NOHASHDIR": "1"}


def run(tree: Path, targets: list[str]) -> None:
    command = ["ninja", "-C", str(tree), "-j", str(os.cpu_count() or 1), *targets]
    watched = sys.stderr.isatty()
    columns = os.get_terminal_size(2).columns - 1 if watched else 0
    begun = False
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, errors="replace", env={**process.environment(), **_cache})
    try:
        for line in child.stdout:
            if _step.match(line):
                if not begun:
                    begun = True
                    say(f"building build/{tree.name}")
                if watched:
                    print(f"\r\033[K{line.rstrip()[:columns]}", end="", file=sys.stderr, flush=True)
            elif not _noise.match(line):
                print(f"\r\033[K{line}" if watched else line, end="", file=sys.stderr, flush=True)
    finally:
        if child.poll() is None and sys.exc_info()[0]:
            child.terminate()
        child.wait()
        if watched and begun:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
    if child.returncode != 0:
        raise Refusal(f"building build/{tree.name} failed (what is wrong stands above)")
