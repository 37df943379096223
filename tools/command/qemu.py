# SPDX-License-Identifier: BSD-2-Clause
"""The machine on which Bulkhead runs, as a QEMU command line and a process."""

import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tools.command import layout, process
from tools.command.options import Forward
from tools.command.refusal import Refusal

# I/O base and interrupt line of the four serial ports. The first is the console; the others are the streams
# of `exec`: standard input and output, standard error, control.
serial_ports = ((0x3F8, 4), (0x2F8, 3), (0x3E8, 5), (0x2E8, 7))


@dataclass
class Machine:
    log: Path                                            # what the kernel says
    accelerator: str                                     # tcg, kvm, or as QEMU takes it
    disk: Path | None = None
    smp: int = 2
    memory: int = 256 << 20                              # bytes
    append: str = ""                                     # the kernel's command line
    forwards: list[Forward] = field(default_factory=list)
    serial: list[str] = field(default_factory=list)      # a character device for each port, from the console on
    display: bool = False
    kernel: Path = layout.kernel
    image: Path = layout.image
    medium: Path | None = None                           # an ISO to boot from, instead of kernel and image
    firmware: Path | None = None                         # that of the machine, instead of QEMU's own BIOS
    extra: list[str] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)

    def channel(self, name: str) -> socket.socket:
        """A character device `name` in QEMU; what is returned is our end of it."""
        ours, theirs = socket.socketpair()
        theirs.set_inheritable(True)
        self.descriptors.append(theirs.detach())
        self.extra += ["-chardev", f"socket,id={name},fd={self.descriptors[-1]}"]
        return ours

    def control(self) -> socket.socket:
        """QEMU's own protocol (QMP)."""
        ours = self.channel("qmp")
        self.extra += ["-mon", "chardev=qmp,mode=control"]
        return ours

    def command(self) -> list[str]:
        command = [
            "qemu-system-x86_64", "-name", "bulkhead", "-machine", "q35", "-cpu", "max,-erms", "-accel",
            "tcg,thread=multi" if self.accelerator == "tcg" else self.accelerator, "-smp", str(self.smp), "-m",
            f"{self.memory >> 10}K", "-nodefaults", "-no-reboot", "-display", "gtk" if self.display else "none",
            "-debugcon", f"file:{escaped(self.log)}", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        if self.medium:
            command += ["-drive", f"if=none,id=medium,file={escaped(self.medium)},format=raw,media=cdrom,readonly=on",
                        "-device", "ide-cd,drive=medium,bootindex=0"]
        else:
            command += ["-kernel", str(self.kernel), "-initrd", str(self.image)]
        if self.firmware:
            command += ["-bios", str(self.firmware)]
        if self.append:
            command += ["-append", self.append.strip()]
        if self.disk:
            command += ["-drive", f"if=none,id=root,file={escaped(self.disk)},format=raw,cache=writeback",
                        "-device", "virtio-blk-pci,drive=root,disable-legacy=on"]
        if self.display:
            command += ["-vga", "std"]
        if self.forwards:
            rules = "".join(f",hostfwd=tcp:127.0.0.1:{rule.host}-:{rule.guest}" for rule in self.forwards)
            command += ["-netdev", f"user,id=net{rules}", "-device", "virtio-net-pci,netdev=net,disable-legacy=on"]
        command += self.extra
        for (base, line), device in zip(serial_ports, self.serial):
            command += ["-device", f"isa-serial,iobase={base:#x},irq={line},chardev={device}"]
        return command

    def start(self, held: list[int] = (), **streams) -> subprocess.Popen:
        """Starts QEMU; `held` are descriptors whose locks it is to hold as long as it lives."""
        # Should this command be killed outright, QEMU is not to live on.
        bound = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        if not shutil.which("qemu-system-x86_64"):
            raise Refusal("there is no QEMU: the program qemu-system-x86_64 is missing; "
                          "install the package qemu-system-x86")
        try:
            child = subprocess.Popen([*bound, *self.command()], pass_fds=[*self.descriptors, *held],
                                     env=process.environment(), **streams)
        finally:
            for descriptor in self.descriptors:
                socket.close(descriptor)
            self.descriptors.clear()
        return child


def escaped(path: Path) -> str:
    """As a value in one of QEMU's lists of options, where a comma is doubled."""
    return str(path.absolute()).replace(",", ",,")


def end(child: subprocess.Popen, patience: float = 10) -> int:
    """Ends QEMU, which writes out its disk first; returns its status."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait()
