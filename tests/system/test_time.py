# SPDX-License-Identifier: BSD-2-Clause
"""The time of day, from the machine's clock to the times of files. QEMU's clock is the host's, in UTC."""

import re
import time
from pathlib import Path

from tools.command import debugfs
from tests.system.harness import check, prompt

day = 24 * 3600


def numbers(done) -> list[int]:
    """What a command printed."""
    check(done.returncode == 0, f"status {done.returncode}; on standard error: {done.stderr!r}")
    check(re.fullmatch(rb"(\d+\n)+", done.stdout), f"printed {done.stdout!r} instead of numbers")
    return [int(line) for line in done.stdout.split()]


def close(seconds: int, expected: float, what: str) -> None:
    check(abs(seconds - expected) <= day, f"{what} is {seconds}, more than a day from {expected:.0f}")


def kept_disk(done) -> Path:
    return Path(re.search(r"stays: (.*)", done.stderr.decode())[1])


def modified(disk: Path, path: str) -> int:
    """When the file was changed, as the disk holds it."""
    text = "\n".join(debugfs.ask(disk, f"stat {path}"))
    found = re.search(r"mtime: 0x([0-9a-f]{8})", text)
    check(found, f"debugfs says no time of {path}: {text!r}")
    return int(found[1], 16)


def comes_from_the_machines_clock(context):
    done = context.execute("date +%s; touch /root/f; stat -c %Y /root/f; date +%s", "--keep")
    disk = kept_disk(done)
    try:
        early, of, late = numbers(done)
        close(early, time.time(), "the time of day")
        check(early <= of <= late, f"a file made between {early} and {late} has the time {of}")
        check(modified(disk, "/root/f") == of, f"the disk says {modified(disk, '/root/f')} of a file of {of}")
    finally:
        disk.unlink()


def is_the_clocks_own(context):
    """Not some time that the host or the build lent: here the clock shows another."""
    system = context.boot(extra=["-rtc", "base=2001-02-03T04:05:06"])
    system.wait_for(prompt)
    system.send("date -u +%Y/%j\n")
    found = system.wait_for(r"^(\d+/\d+)\r?$")[1]
    check(found == "2001/034", f"the clock began at 2001-02-03, and date says {found}")


def root_sets_it(context):
    wanted = 1893553445  # 2030-01-02 03:04:05
    done = context.execute("date -u -s '2030-01-02 03:04:05' > /dev/null && date +%s; "
                           "touch /root/g; stat -c %Y /root/g", "--keep")
    disk = kept_disk(done)
    try:
        now, of = numbers(done)
        close(now, wanted, "the time of day, set,")
        close(of, wanted, "the time of a file made then")
        check(modified(disk, "/root/g") == of, f"the disk says {modified(disk, '/root/g')} of a file of {of}")
    finally:
        disk.unlink()


def others_do_not_set_it(context):
    done = context.execute("su -s /bin/sh nobody -c 'date -s @1000000000' > /dev/null; date +%s")
    check(b"Operation not permitted" in done.stderr, f"date -s of another user said {done.stderr!r}")
    close(numbers(done)[0], time.time(), "the time of day, which another user tried to set,")


def it_is_not_set_before_the_machines_start(context):
    """As on Linux."""
    done = context.execute("date -s @0 > /dev/null; date +%s")
    check(b"Invalid argument" in done.stderr, f"date -s @0 said {done.stderr!r}")
    close(numbers(done)[0], time.time(), "the time of day")


tests = [comes_from_the_machines_clock, is_the_clocks_own, root_sets_it, others_do_not_set_it,
         it_is_not_set_before_the_machines_start]
