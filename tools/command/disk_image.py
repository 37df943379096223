# SPDX-License-Identifier: BSD-2-Clause
"""Disk images: made, locked, checked, copied."""

import contextlib
import fcntl
import os
import tempfile
import time
from pathlib import Path

from tools.command import layout, ownership, process, superblock
from tools.command.progress import say
from tools.command.refusal import Refusal

default_size = 1 << 30


def make(path: Path, size: int, folder: Path) -> None:
    """A new image at `path` with the contents of `folder`, whose files are root's; all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".making")
    try:
        with draft.open("wb") as image:
            image.truncate(size)
        _format(draft, folder, f"making the disk image {path}")
        if os.geteuid() != 0:
            ownership.give_to_root(draft, folder)
        draft.rename(path)
    except OSError as error:
        raise Refusal(f"the disk image {path} cannot be made: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def _format(draft: Path, folder: Path, what: str) -> None:
    try:
        process.quiet(["mke2fs", "-q", "-t", "ext4", "-b", "4096", "-L", "bulkhead", "-E", "root_owner=0:0", "-d",
                       folder, draft], what)
    except Refusal as refusal:
        full = ("Could not allocate", "too small", "No free space", "No space left")
        if any(words in str(refusal) for words in full) and draft.stat().st_size:
            raise Refusal(f"{what}: the contents do not fit; give it a larger --size") from None
        raise


@contextlib.contextmanager
def locked(path: Path, shared: bool = False):
    """Keeps others off the image; yields the descriptor that holds the lock, for QEMU to hold it too."""
    try:
        descriptor = os.open(path, os.O_RDONLY if shared else os.O_RDWR)
    except OSError as error:
        raise Refusal(f"the disk image {path} cannot be opened: {error.strerror}") from None
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(f"the disk image {path} is in use by another run; "
                          "end that one, or take another image with --disk") from None
        yield descriptor
    finally:
        os.close(descriptor)


def mend(path: Path) -> None:
    """Brings an image that was not left clean back into order, as a system does at its start."""
    if superblock.examine(path).clean:
        return
    say(f"{path} was not left clean: checking it")
    # e2fsck's status: 0 clean, 1 mended; from 4 on it wants a person.
    done = process.quiet(["sh", "-c", 'e2fsck -p "$1" || test $? -lt 4', "sh", path],
                         f"{path} needs more than an automatic check (e2fsck -f {path} asks what to do)")
    for line in done.stdout.splitlines():
        say(line)


@contextlib.contextmanager
def scratch_copy(path: Path, keep: bool = False):
    """A copy to change at will; sharing the blocks of the original where the file system can."""
    superblock.examine(path)
    folder = layout.kept if keep else layout.scratch
    folder.mkdir(parents=True, exist_ok=True)
    _remove_abandoned()
    descriptor, name = tempfile.mkstemp(prefix="disk-", suffix=".img", dir=folder)
    copy = Path(name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with locked(path, shared=True):
            process.quiet(["cp", "--reflink=auto", "--sparse=always", path, copy], f"copying {path}")
        yield copy
    finally:
        os.close(descriptor)
        if not keep:
            copy.unlink(missing_ok=True)


def _remove_abandoned() -> None:
    """Scratch copies of commands that were killed: an hour old, and locked by nobody."""
    for path in layout.scratch.glob("disk-*.img"):
        with contextlib.suppress(OSError, Refusal):
            if time.time() - path.stat().st_mtime > 3600:
                with locked(path):
                    path.unlink()
