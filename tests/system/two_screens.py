# SPDX-License-Identifier: BSD-2-Clause
"""The same keys typed at Bulkhead and at Linux, each on a copy of one disk, until both screens show the same."""

import re
import subprocess

from tools.command import accelerator, qemu
from tools.command.linux import kernel, root
from tests.system.harness import Failure, check
from tests.system.screen import Screen, columns, rows

home = "root@bulkhead:~#"                            # the first shell's prompt
prompt = re.compile(r"^(\w+@bulkhead:\S+[#$]|bash>|\$|>)$")  # any shell's, as the tests set them
settled = 20.0  # seconds in which a screen that says enough is to be complete

# Linux's own part: the disk as the root, and on it what Bulkhead's init does, at the same kind of line.
init = f"""#!/bin/busybox sh
/bin/busybox mkdir -p /mnt /sys
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev
for module in /modules/*; do insmod $module; done
mount -t ext4 /dev/vda /mnt
mount -t proc proc /mnt/proc
mount -t devtmpfs devtmpfs /mnt/dev
mkdir -p /mnt/dev/pts
mount -t devpts devpts /mnt/dev/pts
ln -s /proc/self/fd /mnt/dev/fd
hostname bulkhead
export HOME=/root TERM=vt100 USER=root LOGNAME=root SHELL=/bin/sh
cd /mnt/root
# Children of the first process itself would be orphans, which no terminal stops.
chroot /mnt /bin/busybox setsid /bin/busybox cttyhack /bin/sh -c 'cd; exec sh -l'
reboot -f
"""


# Numbers that no two systems have in common: process ids behind a job's number.
job = re.compile(r"^(\[\d+\][ +-]*)\d+\b")


class Pair:
    """Two machines and their screens, in a shell of the same name and the same settings."""

    def __init__(self, context):
        self.ours = _start(context, qemu.Machine(
            log=context.folder / "kernel.log", accelerator=accelerator.choose("auto"), disk=context.disk("ours.img")))
        modules = {f"modules/{number:02}.ko": path.read_bytes()
                   for number, path in enumerate(kernel.modules("virtio_pci", "virtio_blk"))}
        self.theirs = _start(context, qemu.Machine(
            log=context.folder / "debug.log", accelerator=accelerator.choose("auto"),
            disk=context.disk("theirs.img"), kernel=kernel.kernel(),
            image=root.make(f"{context.folder.name}-root", init, modules),
            append="console=ttyS0,115200 quiet panic=-1"))
        for screen in (self.ours, self.theirs):
            screen.wait_until(lambda: prompts(screen), "the shell's prompt")
        # What both said until here is their own.
        self.run(f"stty rows {rows} cols {columns}; export TERM=linux LC_ALL=C.UTF-8; clear; echo at once\r",
                 "^at once$")

    def type(self, keys: str, then: str) -> None:
        """Types the keys at both; then both are to show the same, the pattern `then` among it, which they did not
        show before. What a program reads is not to be typed with what the next one will: who reads it is chance."""
        self._type(keys, lambda screen: re.search(then, "\n".join(screen.lines()), re.MULTILINE), repr(then))

    def run(self, keys: str, then: str) -> None:
        """As `type`, at a shell and for it: until it prompts again, since what is typed before that is shown twice or
        once, as it falls."""
        self._type(keys, lambda screen: prompts(screen) and re.search(then, "\n".join(screen.lines()), re.MULTILINE),
                   f"{then!r} and a prompt")

    def leave(self, keys: str) -> None:
        """Types what ends a program, and waits for the first shell."""
        self._type(keys, lambda screen: screen.lines()[screen.cursor()[0]] == home, "the shell's prompt")

    def _type(self, keys: str, shown, what: str) -> None:
        check(not shown(self.ours) and not shown(self.theirs), f"waits for {what}, which is there already")
        for screen in (self.ours, self.theirs):
            screen.type(keys)
        for screen in (self.theirs, self.ours):
            screen.wait_until(lambda: shown(screen), f"{what} after the keys {keys!r}")
        try:
            self.ours.wait_until(self._alike, "both to be alike", settled)
        except Failure:
            raise Failure(f"after the keys {keys!r} they differ: {self._difference()}") from None

    def _alike(self) -> bool:
        return _comparable(self.ours) == _comparable(self.theirs)

    def _difference(self) -> str:
        (ours, our_cursor), (theirs, their_cursor) = _comparable(self.ours), _comparable(self.theirs)
        lines = [f"line {number}: {mine!r}, and on Linux {other!r}"
                 for number, (mine, other) in enumerate(zip(ours, theirs)) if mine != other]
        if our_cursor != their_cursor:
            lines.append(f"the cursor is at {our_cursor}, and on Linux at {their_cursor}")
        return "; ".join(lines)


def prompts(screen: Screen) -> bool:
    return prompt.match(screen.lines()[screen.cursor()[0]]) is not None


def _comparable(screen: Screen) -> tuple[list[str], tuple[int, int]]:
    return [job.sub(r"\1N", line) for line in screen.lines()], screen.cursor()


def _start(context, machine: qemu.Machine) -> Screen:
    line = machine.channel("console")
    machine.serial = ["console"]
    context.ends_with_test(machine.start(stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    screen = Screen(line)
    context.at_end(screen.close)
    return screen
