# SPDX-License-Identifier: BSD-2-Clause
"""Gives the files of an image to root, when it was made by a user who is not."""

import os
from pathlib import Path

from tools.command import debugfs
from tools.command.refusal import Refusal


def give_to_root(image: Path, folder: Path) -> None:
    """All files that were copied from `folder`. mke2fs takes the owner from the host's files."""
    commands = []
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            inside = "/" + os.path.relpath(os.path.join(parent, name), folder)
            commands += [f"sif {debugfs.quote(inside)} uid 0", f"sif {debugfs.quote(inside)} gid 0"]
    complaints = debugfs.execute(image, commands, writing=True)
    if complaints:
        raise Refusal(f"giving the files of {image} to root: {complaints[0]}")
