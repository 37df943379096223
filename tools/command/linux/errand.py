# SPDX-License-Identifier: BSD-2-Clause
"""Starts Linux for one script, with disks, and brings back what the script printed."""

import subprocess
from pathlib import Path

from tools.command import accelerator, boot, qemu
from tools.command.linux import kernel, root
from tools.command.refusal import Refusal

patience = 300.0
room = 64 << 20  # bytes that a script may print
header = 32

# What the script prints goes to a disk of its own, which is exact and fast; what it complains of, to the console. A
# panic or a restart ends the machine.
init = """#!/bin/busybox sh
/bin/busybox mkdir -p /mnt /sys
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in /modules/*; do insmod $module; done
sh -e /errand/script > /errand/answer
{ printf '%-31s\\n' "$? $(stat -c %s /errand/answer)"; cat /errand/answer; } > /dev/vda
sync
reboot -f
"""
append = "console=ttyS0 quiet panic=-1"


def run(script: str, disks: list[Path]) -> bytes:
    """Standard output of `script`, which finds the disks as /dev/vdb, /dev/vdc ... and has /mnt to mount them at. What
    it prints is lost unless all its commands succeed."""
    modules = {f"modules/{number:02}.ko": path.read_bytes()
               for number, path in enumerate(kernel.modules("virtio_pci", "virtio_blk"))}
    console = boot.new_log("linux")
    archive = root.make(console.stem, init, {"errand/script": script.encode(), **modules})
    answer = archive.with_suffix(".answer")
    with answer.open("wb") as file:
        file.truncate(room)
    machine = qemu.Machine(log=boot.new_log("debug"), accelerator=accelerator.choose("auto"), disk=answer, smp=1,
                           kernel=kernel.kernel(), image=archive, append=append, serial=["console"],
                           extra=["-chardev", f"file,id=console,path={qemu.escaped(console)}"])
    for number, disk in enumerate(disks):
        machine.extra += ["-drive", f"if=none,id=disk{number},file={qemu.escaped(disk)},format=raw,cache=writeback",
                          "-device", f"virtio-blk-pci,drive=disk{number},disable-legacy=on"]
    with boot.new_log("qemu").open("wb") as complaints:
        child = machine.start(stdin=subprocess.DEVNULL, stdout=complaints, stderr=complaints)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        raise Refusal(f"Linux did not end its errand within {patience:g} s; log: {console}") from None
    finally:
        qemu.end(child)
        said = answer.read_bytes()
        archive.unlink()
        answer.unlink()
    words = said[:header].split()
    if len(words) != 2 or words[0] != b"0":
        raise Refusal(f"Linux could not do its errand: {boot.last_words(console)}log: {console}")
    return said[header:header + int(words[1])]
