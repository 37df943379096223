# SPDX-License-Identifier: BSD-2-Clause
import unittest
from pathlib import Path
from unittest import mock

from tools.command.options import Forward
from tools.command.qemu import Machine
from tools.command.refusal import Refusal


class CommandLine(unittest.TestCase):
    def command(self, **fields) -> str:
        return " ".join(Machine(log=Path("/l/debug.log"), accelerator="tcg", **fields).command())

    def test_the_machine(self):
        command = self.command(smp=4, memory=64 << 20, append="exec", disk=Path("/d/a,b.img"))
        for words in ("-machine q35", "-cpu max,-erms", "-smp 4", "-m 65536K", "-append exec", "-nodefaults -no-reboot",
                      "-debugcon file:/l/debug.log", "isa-debug-exit,iobase=0xf4",
                      "if=none,id=root,file=/d/a,,b.img,format=raw,cache=writeback",
                      "virtio-blk-pci,drive=root,disable-legacy=on"):
            self.assertIn(words, command)

    def test_serial_ports_have_their_places(self):
        command = self.command(serial=["console", "streams", "errors", "control"])
        for words in ("iobase=0x3f8,irq=4,chardev=console", "iobase=0x2f8,irq=3,chardev=streams",
                      "iobase=0x3e8,irq=5,chardev=errors", "iobase=0x2e8,irq=7,chardev=control"):
            self.assertIn(words, command)

    def test_without_qemu_the_package_is_named(self):
        with mock.patch("shutil.which", return_value=None), self.assertRaises(Refusal) as caught:
            Machine(log=Path("/l/debug.log"), accelerator="tcg").start()
        self.assertIn("install the package qemu-system-x86", str(caught.exception))

    def test_forwarded_ports_listen_on_loopback_only(self):
        self.assertIn("hostfwd=tcp:127.0.0.1:8080-:80", self.command(forwards=[Forward(8080, 80)]))
