# SPDX-License-Identifier: BSD-2-Clause
"""The disc image, started by a BIOS (SeaBIOS) and by UEFI firmware (OVMF)."""

import re
from pathlib import Path

from tools.command import iso, layout, system_image
from tests.system.harness import check

firmware = Path("/usr/share/OVMF/OVMF_CODE.fd")
shell = r"root@bulkhead:~# $"


def image(context, **parts) -> Path:
    path = context.folder / "bulkhead.iso"
    system_image.make_diskless()
    iso.make(path, **parts)
    return path


def works(system, root: str) -> None:
    """A shell on that kind of root, and every component but a disk's is alive."""
    system.wait_for(shell)
    text, status = system.shell("echo hello | tr a-z A-Z; seq 1000 > /tmp/f; tail -1 /tmp/f; grep ' / ' /proc/mounts")
    check(status == 0 and re.search(rf"^HELLO\n1000\n\S+ / {root} ", text, re.MULTILINE), f"it said {text!r}")
    text, _ = system.shell("service list")
    states = [line.split() for line in text.splitlines() if re.match(r"\S+ +\d+ +\d+ ", line)]
    dead = [state[0] for state in states if state[3:6] != ["running", "1", "0"]]
    check(len(states) > 10 and not dead, f"not running as they began: {dead}, of {text}")


def a_bios_starts_it_without_a_disk(context):
    system = context.boot(iso=image(context), diskless=True, smp=1, memory="128M")
    works(system, "rootfs")
    system.power_off()


def a_bios_starts_it_on_a_disk_that_lasts(context):
    made, disk = image(context), context.disk()
    for turn in range(2):
        system = context.boot(disk, iso=made)
        works(system, "ext4")
        text, _ = system.shell("cat /root/kept; echo turn >> /root/kept")
        check(text.count("turn\n") + text.endswith("turn") >= turn, f"in turn {turn}: {text!r}")
        check(("No such file" in text) == (turn == 0), f"in turn {turn}: {text!r}")
        system.power_off()


def uefi_starts_it_without_a_disk(context):
    system = context.boot(iso=image(context), firmware=firmware, diskless=True, smp=1)
    works(system, "rootfs")
    system.power_off()


def uefi_starts_it_with_much_memory_in_pieces(context):
    """The table of frames of 4 GiB does not fit below what this firmware keeps for itself at 8 MiB."""
    system = context.boot(iso=image(context), firmware=firmware, memory="4096M")
    works(system, "ext4")
    system.power_off()


def what_is_no_kernel_is_refused_by_name(context):
    """The control: it is the kernel on the image that is started."""
    system = context.boot(iso=image(context, kernel=layout.boot), diskless=True)
    system.wait_for("boot: the first module is no kernel: it has no PVH entry")


def a_damaged_system_is_refused_by_name(context):
    system_image.make_diskless()
    damaged = context.folder / "damaged.img"
    contents = bytearray(layout.diskless_image.read_bytes())
    contents[len(contents) // 2] ^= 1
    damaged.write_bytes(contents)
    system = context.boot(iso=image(context, image=damaged), diskless=True)
    system.wait_for_log("the system image is damaged")


def nothing_else_is_overwritten(context):
    other = context.folder / "letter"
    other.write_text("dear")
    for name, said in ((other, "is no ISO image"), (context.folder / "no/where.iso", "there is no folder"),
                       (context.folder, "is no file")):
        done = context.command("iso", str(name))
        check(done.returncode == 1 and said in done.stderr.decode(), f"iso {name}: {done.returncode}, {done.stderr!r}")
    check(other.read_text() == "dear", "it was overwritten")


tests = [a_bios_starts_it_without_a_disk, a_bios_starts_it_on_a_disk_that_lasts, uefi_starts_it_without_a_disk,
         uefi_starts_it_with_much_memory_in_pieces, what_is_no_kernel_is_refused_by_name,
         a_damaged_system_is_refused_by_name, nothing_else_is_overwritten]
