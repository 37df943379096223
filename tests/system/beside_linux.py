# SPDX-License-Identifier: BSD-2-Clause
"""The same files are run on Bulkhead and on Linux, each from a copy of one disk, and what they print is compared."""

from pathlib import Path

from tools.command.linux import errand
from tests.system.harness import check

environment = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C"
# The control prints what is the system's own.
control = """
echo "=== control"
cat /proc/version
"""
on_linux = """
mount -t ext4 /dev/vdb /mnt
mount -t proc proc /mnt/proc
mount -t devtmpfs devtmpfs /mnt/dev
mkdir -p /mnt/dev/pts
mount -t devpts devpts /mnt/dev/pts
ln -s /proc/self/fd /mnt/dev/fd
chroot /mnt /usr/bin/{}
umount /mnt/dev/pts /mnt/dev /mnt/proc /mnt
"""


def run(context, disk: Path, script: str, names: set[str]) -> None:
    """`script`, which lies on the disk and ends with `control`, prints a section "=== NAME" for each of the names."""
    order = f"env -i {environment} sh {script}"
    done = context.execute(order, "--disk", str(disk), deadline=600)
    check(done.returncode == 0, f"status {done.returncode}; {done.stderr[-500:]!r}")
    ours, theirs = _sections(done.stdout), _sections(errand.run(on_linux.format(order), [disk]))
    check(set(ours) == names | {"control"}, f"not all were run: {list(ours)}")
    check(ours.pop("control") != theirs.pop("control"), "two systems are compared, and have one version")
    different = [f"{name}: {_first_difference(ours[name], theirs.get(name, []))}"
                 for name in ours if ours[name] != theirs.get(name)]
    check(not different, "; ".join(different))


def _sections(printed: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in printed.decode(errors="backslashreplace").splitlines():
        if line.startswith("=== "):
            lines = found.setdefault(line[4:], [])
        else:
            lines.append(line)
    return found


def _first_difference(ours: list[str], theirs: list[str]) -> str:
    for number, (mine, other) in enumerate(zip(ours, theirs)):
        if mine != other:
            return f"line {number + 1} is {mine!r}, and on Linux {other!r}"
    return f"{len(ours)} lines, and on Linux {len(theirs)}; behind the common ones: {(ours + theirs)[-3:]}"
