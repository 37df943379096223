# SPDX-License-Identifier: BSD-2-Clause
"""Disks that a system has written, judged by Linux's own tools and by Linux itself."""

from pathlib import Path

from tools.command import process
from tools.command.linux import errand
from tests.system.harness import Context, check

# A shell function for both systems: everything that a tree shows of itself but times of access. Sums of contents come
# behind the lines with attributes.
survey = r"""
survey() {
  ( cd "$1" && find . -exec stat -c '%A %h %u %g %s %b %t:%T %y %z %N' {} + && find . -type f -exec sha256sum {} + )
}
"""


def after(context: Context, command: str, *options: str, disk: Path | None = None, input: bytes = b"",
          deadline: float = 600) -> tuple[bytes, Path]:
    """Runs a shell command that must succeed; returns what it printed and the disk as it was left, which is sound."""
    chosen = ["--disk", str(disk)] if disk else []
    done = context.execute(command, "--keep", *chosen, *options, input=input, deadline=deadline)
    left = [line.split("stays: ")[1] for line in done.stderr.decode().splitlines() if "stays: " in line]
    check(left, f"no disk was kept; status {done.returncode}; {done.stderr[-500:]!r}")
    # Into the test's folder, where it stays only if the test fails.
    image = context.folder / f"left-{len(list(context.folder.glob('left-*')))}.img"
    Path(left[0]).rename(image)
    check(done.returncode == 0, f"status {done.returncode}, printed {done.stdout[-500:]!r}; {done.stderr[-500:]!r}")
    sound(image)
    return done.stdout, image


def sound(image: Path) -> None:
    """e2fsck finds nothing to say of it."""
    process.quiet(["e2fsck", "-fn", image], "checking the kept disk")


def seen_by_linux(image: Path, folder: str) -> bytes:
    """The survey of a folder, by a Linux that mounts the disk without changing it."""
    return errand.run(f"{survey}\nmount -t ext4 -o ro,noload /dev/vdb /mnt\nsurvey /mnt{folder}\n", [image])


def same(ours: bytes, theirs: bytes, whose: str) -> None:
    """Both surveys say the same of the same files."""
    mine, others = (sorted(text.decode().splitlines()) for text in (ours, theirs))
    check(mine, "a survey is empty")
    if mine != others:
        only = [[line for line in some if line not in set(rest)] for some, rest in ((mine, others), (others, mine))]
        check(False, f"{whose} sees other files: {only[0][:3]} here are {only[1][:3]} there")
