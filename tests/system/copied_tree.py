# SPDX-License-Identifier: BSD-2-Clause
"""A copy of the source tree with builds of its own, for tests that change the source. What the compiler's cache knows
from this tree is not compiled again."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.system.harness import Context, Failure
from tools.command import layout

ignored = shutil.ignore_patterns("build", ".git", "__pycache__", ".cache", "*.img")
patience = 900.0  # seconds, for one command; the first of them builds


class CopiedTree:
    def __init__(self, context: Context):
        self.root = context.folder / "tree"
        shutil.copytree(layout.root, self.root, ignore=ignored, symlinks=True)
        self._environment = {**os.environ, "XDG_DATA_HOME": str(context.folder / "data")}

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def run(self, commands: str) -> tuple[str, int]:
        """What a shell prints that runs the commands, up to the first that fails, and its status."""
        try:
            done = subprocess.run(["bash", "-e"], input=commands, cwd=self.root, env=self._environment, text=True,
                                  errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=patience)
        except subprocess.TimeoutExpired:
            raise Failure(f"{commands.strip()!r} did not end within {patience:g} s") from None
        return done.stdout, done.returncode


def source_of(path: str) -> str:
    return (layout.root / path).read_text()
