# SPDX-License-Identifier: BSD-2-Clause
"""Bad input: one clear line that names the thing and the mend, a status that is not zero, and never a hang."""

import os
import socket

from tests.system import harness
from tests.system.harness import check


def refused(context, words: str, *arguments: str) -> None:
    done = context.command(*arguments)
    said = done.stderr.decode().strip().splitlines()
    what = f"./bulkhead {' '.join(arguments)}"
    check(done.returncode != 0, f"{what} ended with status 0")
    check(done.stdout == b"" and len(said) == 1 and words in said[0], f"{what} said {said!r} instead of {words!r}")


def wrong_options(context):
    refused(context, "there is no command 'fly'", "fly")
    refused(context, "unrecognized arguments: --fast", "run", "--fast")
    refused(context, "'many' is not a positive number", "run", "--smp", "many")
    refused(context, "'64Q' is not a size", "run", "--mem", "64Q")
    refused(context, "behind --", "exec", "ls")
    refused(context, "no command behind --", "exec", "--")
    refused(context, "is not SRC:DST", "exec", "--put", "x", "--", "ls")
    refused(context, "invalid choice: 'fast'", "run", "--accel", "fast")


def disk_images_that_will_not_do(context):
    refused(context, "make one with", "exec", "--disk", str(context.folder / "none.img"), "--", "true")
    foreign = context.folder / "foreign.img"
    foreign.write_bytes(os.urandom(1 << 20))
    refused(context, "is not an ext4 disk image", "run", "--disk", str(foreign))
    short = context.disk("short.img")
    os.truncate(short, 1 << 20)
    refused(context, "is cut short", "run", "--disk", str(short))


def files_that_are_not_there(context):
    refused(context, "there is no /no/such/file", "exec", "--put", "/no/such/file:/x", "--", "true")
    refused(context, "exists already", "disk", str(harness.base_disk))
    refused(context, "there is no folder", "disk", str(context.folder / "a/b.img"))


def too_little_memory(context):
    refused(context, "too little memory", "run", "--mem", "1M")


def a_port_in_use(context):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(context, f"port {port} is in use", "run", "--forward", f"{port}:80")


tests = [wrong_options, disk_images_that_will_not_do, files_that_are_not_there, too_little_memory, a_port_in_use]
