# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead disk IMG`: a new disk image, with the system's root on it or a folder of the user's."""

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

from tools.command import build, disk_image, guest_root, layout, options, packages
from tools.command.progress import say
from tools.command.refusal import Refusal


def main(arguments: list[str]) -> int:
    parser = options.Parser("disk", description="Makes an ext4 disk image with 4 KiB blocks.")
    parser.add_argument("image", metavar="IMG", type=Path, help="where to make it")
    parser.add_argument("--size", type=options.size, help="its size (default 1G, or what the contents need)")
    parser.add_argument("--from", dest="folder", metavar="DIR", type=Path, help="a folder to put on it as well")
    parser.add_argument("--bare", action="store_true", help="only DIR, nothing of the system's own root")
    chosen = parser.parse_args(arguments)
    if chosen.bare and chosen.folder is None:
        parser.error("--bare says that only DIR goes on the disk: name it with --from DIR")
    if chosen.folder is not None and not chosen.folder.is_dir():
        raise Refusal(f"--from: there is no folder {chosen.folder}")
    if chosen.image.exists():
        raise Refusal(f"{chosen.image} exists already, and a disk is never overwritten; remove it or take another name")
    if not chosen.image.absolute().parent.is_dir():
        raise Refusal(f"there is no folder {chosen.image.absolute().parent} to make {chosen.image.name} in")
    packages.ensure("disk")
    if not chosen.bare:
        build.system()
    with _contents(chosen.folder, chosen.bare) as folder:
        disk_image.make(chosen.image, chosen.size or max(disk_image.default_size, _ample(folder)), folder)
    say(f"made {chosen.image}")
    return 0


@contextlib.contextmanager
def _contents(folder: Path | None, bare: bool):
    """The folder that goes on the disk; the two are laid one over the other where both are wanted."""
    if bare:
        yield folder
    elif folder is None:
        yield guest_root.prepare_disk()
    else:
        layout.scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="root-", dir=layout.scratch) as both:
            for source in (guest_root.prepare_disk(), folder):
                done = subprocess.run(["cp", "-a", "--reflink=auto", "--remove-destination", f"{source}/.", both],
                                      stdin=subprocess.DEVNULL, capture_output=True, text=True)
                if done.returncode != 0:
                    raise Refusal(f"--from: {done.stderr.strip().splitlines()[0]}")
            yield Path(both)
            _make_removable(both)


def _make_removable(folder: str) -> None:
    for parent, folders, _ in os.walk(folder):
        for name in folders:
            path = os.path.join(parent, name)
            if not os.path.islink(path):
                os.chmod(path, 0o700)


def _ample(folder: Path) -> int:
    """Bytes of an image that holds the folder with room to spare: journal and tables take 64 MiB at most."""
    blocks = 0
    for parent, folders, files in os.walk(folder):
        blocks += len(folders)
        for name in files:
            blocks += 1 + os.lstat(os.path.join(parent, name)).st_size // 4096
    return (64 << 20) + blocks * 4096 * 5 // 4
