# SPDX-License-Identifier: BSD-2-Clause
"""Root file systems in memory for that Linux: busybox, and what it is to begin with."""

from pathlib import Path

from tools.command import guest_root, layout
from tools.command.linux import cpio

shell = """#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs devtmpfs /dev
exec /bin/busybox setsid /bin/busybox cttyhack /bin/busybox sh
"""


def make(name: str, init: str, files: dict[str, bytes]) -> Path:
    """The archive `name`, with a script as its init and other files of these paths."""
    path = layout.build / "linux" / f"{name}.cpio"
    folders = dict.fromkeys(["bin", "dev", "proc", "root", *(str(Path(file).parent) for file in files)])
    entries = [cpio.folder(folder) for folder in folders]
    entries += [cpio.device("dev/console", 5, 1), cpio.file("bin/busybox", guest_root.busybox.read_bytes()),
                cpio.file("init", init.encode()), *(cpio.file(*file) for file in files.items())]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cpio.archive(entries))
    return path
