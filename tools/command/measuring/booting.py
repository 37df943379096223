# SPDX-License-Identifier: BSD-2-Clause
"""Starts Bulkhead, Linux, and Linux tuned, on machines that differ in nothing else, up to the shell's prompt."""

import contextlib
import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

from tools.command import boot, disk_image, guest_root, layout, options, process, qemu, transfer
from tools.command.linux import kernel, root
from tools.command.measuring import instructions, memory
from tools.command.measuring.started import Started
from tools.command.refusal import Refusal

systems = ("Bulkhead", "Linux", "Linux tuned")
quiet = "console=ttyS0 quiet"
# Without what mitigates flaws that an emulated processor does not have. That copies avoid what emulators are slow at is
# the processor's doing (no erms), which is the same for all.
without_mitigations = f"{quiet} mitigations=off"
# Rows of programs/bench, which is the same binary everywhere; some are of files on the disk.
files = ("create", "unlink")
programs = ("null_call", "read_byte", "read_64k", "stat", "open_close", "page", "pipe", "thread", "fork_exit",
            "fork_exec", *files)


# What Linux needs for a disk of this kind; ext4 is in it.
disk = ("virtio_pci", "virtio_blk")
load_modules = "for each in /modules/*; do /bin/busybox insmod $each; done"


def linux(machine: qemu.Machine, tuned: bool, modules: tuple[str, ...] = ()) -> None:
    """Makes it a machine that starts Linux, with a root in memory that has the benchmark."""
    there = {f"modules/{number:02}.ko": path.read_bytes() for number, path in enumerate(kernel.modules(*modules))}
    machine.kernel = kernel.kernel()
    machine.image = root.make("bench-disk" if modules else "bench", root.shell,
                              {"bin/bench": (layout.programs / "bench").read_bytes(), **there})
    machine.append = without_mitigations if tuned else quiet


class Machines:
    def __init__(self, accelerator: str, smp: int, size: int):
        self._accelerator, self._smp, self.size = accelerator, smp, size
        self._folder = layout.build / "bench"
        self._disk = _disk(self._folder / "disk.img")

    @contextlib.contextmanager
    def started(self, name: str, modules: tuple[str, ...] = (), **changes) -> Iterator[Started]:
        """On a copy of the disk of its own, which Linux has too and does not mount; it has the modules in a folder."""
        copy = self._folder / "scratch.img"
        process.quiet(["cp", "--reflink=auto", "--sparse=always", self._disk, copy], "copying the disk")
        parts = {"accelerator": self._accelerator, "smp": self._smp, "memory": self.size, **changes}
        machine = qemu.Machine(log=boot.new_log("bench"), disk=copy, **parts)
        if name != "Bulkhead":
            linux(machine, tuned=name == "Linux tuned", modules=modules)
        try:
            with Started(machine, name) as system:
                yield system
        finally:
            copy.unlink(missing_ok=True)

    def seconds_to_prompt(self, name: str) -> float:
        with self.started(name) as system:
            system.prompt()
            return time.monotonic() - system.began

    def instructions_to_prompt(self, name: str) -> int:
        """All that the processor executed, the firmware's instructions among them. QEMU counts them for a recording."""
        recording = self._folder / "recording"
        extra = [*instructions.counted[:-1], f"{instructions.counted[-1]},rr=record,rrfile={qemu.escaped(recording)}"]
        try:
            with self.started(name, extra=extra, **instructions.exact) as system:
                system.prompt()
                return system.monitor.order("query-replay")["icount"]
        finally:
            recording.unlink(missing_ok=True)

    def program_rows(self, name: str, rows: list[str], counted: bool) -> dict[str, float]:
        """What a program's calls cost, by row: in microseconds, or in instructions."""
        how = {"extra": list(instructions.counted), **instructions.exact} if counted else {}
        said = ""
        if calls := [row for row in rows if row not in files]:
            with self.started(name, **how) as system:
                system.prompt()
                said += system.command(f"/bin/bench {' '.join(calls)}")
        if on_disk := [row for row in rows if row in files]:
            with self.started(name, modules=disk, **how) as system:
                system.prompt()
                if name == "Bulkhead":
                    system.command("cd /var/tmp")
                else:
                    system.command(load_modules)
                    system.command("busybox mkdir /mnt; busybox mount -t ext4 /dev/vda /mnt; cd /mnt/var/tmp")
                said += system.command(f"/bin/bench {' '.join(on_disk)}")
        found = {row: int(took) for row, took in re.findall(r"^bench (\w+) (\d+)$", said, re.MULTILINE)}
        if missing := [row for row in rows if row not in found]:
            raise Refusal(f"{name}: the benchmark said nothing of {', '.join(missing)}; it said {said[-300:]!r}")
        # A nanosecond is an instruction where they are counted.
        return {row: took if counted else took / 1000 for row, took in found.items()}

    def memory_at_prompt(self, name: str) -> memory.Use:
        with self.started(name) as system:
            system.prompt()
            return (memory.of_bulkhead if name == "Bulkhead" else memory.of_linux)(system, self.size)


def _disk(path: Path) -> Path:
    stamp = path.with_suffix(".stamp")
    program = layout.programs / "bench"
    current = guest_root.disk_fingerprint() + hashlib.sha256(program.read_bytes()).hexdigest()
    if not path.exists() or not stamp.exists() or stamp.read_text() != current:
        path.unlink(missing_ok=True)
        disk_image.make(path, disk_image.default_size, guest_root.prepare_disk())
        transfer.put(path, options.Transfer(str(program), "/bin/bench"))
        stamp.write_text(current)
    return path
