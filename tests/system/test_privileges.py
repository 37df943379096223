# SPDX-License-Identifier: BSD-2-Clause
"""One privilege of each component is taken away at a time: from the table of the built image, since the verifier would
refuse the manifest. The system is booted and driven, and the refusal is named in the log: by the component that was
refused, or, where memory is missing, by the crash report."""

import os
import re
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.system.harness import base_disk, check, escape, patience, prompt, Failure
from tools.command import accelerator, layout, qemu

strip = layout.host_tools / "strip-privilege"

# What every component comes to do when the system boots, works, is mended and ends.
work = """
mkdir /root/d; echo text > /root/d/f; sync; cat /root/d/f; rm -r /root/d
for n in 1 2 3; do echo x > /dev/ttyS$n; done
sleep 100 & kill -STOP $!; kill -CONT $!; kill $!; wait
service log > /dev/null
"""
# The last thing that a component does is to fail, and its successor asks what it may not try again.
failure = "service inject {} segv --force\n"
end = "poweroff\n"


class Drive:
    """A machine that works off the commands, until what is waited for stands in its log or it ends."""

    def __init__(self, context, name: str, image, commands: str, wanted: str | None):
        self._changed = threading.Condition()
        self._wanted = wanted and re.compile(wanted, re.MULTILINE)
        self._log = self._console = ""
        self._open = 2
        # A pipe with a name, so that what the kernel says is heard at once.
        pipe = context.folder / f"log-{name}"
        os.mkfifo(pipe)
        machine = qemu.Machine(log=pipe, accelerator=accelerator.choose("auto"), image=image, memory=128 << 20, extra=[
            "-drive", f"if=none,id=root,file={qemu.escaped(base_disk)},format=raw,snapshot=on",
            "-device", "virtio-blk-pci,drive=root,disable-legacy=on"])
        self._port = machine.channel("console")
        others = [machine.channel(f"port{n}") for n in (1, 2, 3)]
        machine.serial = ["console", "port1", "port2", "port3"]
        process = machine.start(stdin=subprocess.DEVNULL)
        log = open(pipe, "rb", buffering=0)
        for read, note in ((log.read, self._note_log), (self._port.recv, self._note_console)):
            threading.Thread(target=self._listen, args=(read, note), daemon=True).start()
        try:
            self._work_off(commands)
        finally:
            qemu.end(process)
            for each in (self._port, *others):
                each.close()
            self.log, self.console = self._log, self._console

    def _listen(self, read, note) -> None:
        while True:
            try:
                data = read(65536)
            except OSError:
                data = b""
            with self._changed:
                if data:
                    note(data.decode(errors="replace"))
                else:
                    self._open -= 1
                self._changed.notify_all()
            if not data:
                return

    def _note_log(self, text: str) -> None:
        self._log += text

    def _note_console(self, text: str) -> None:
        self._console = escape.sub("", self._console + text)

    def _work_off(self, commands: str) -> None:
        at = 0
        for line in ["\x03", *commands.lstrip().splitlines(keepends=True)]:
            if self._until(lambda: re.search(prompt, self._console[at:], re.MULTILINE)):
                return
            at = len(self._console)
            self._port.sendall(line.encode())
        self._until(lambda: False)

    def _until(self, condition) -> bool:
        """Whether there is nothing more to wait for."""
        with self._changed:
            over = lambda: (self._wanted and self._wanted.search(self._log)) or not self._open
            if not self._changed.wait_for(lambda: over() or condition(), patience):
                raise Failure(f"nothing happened; the log ends with {self._log[-600:]!r}, the console with {self._console[-200:]!r}")
            return bool(over())


def refusal_of(component: str, kind: str, thing: str) -> str:
    """What the log says where it is missing."""
    who = rf"^{component}: the kernel refused "
    crash = rf"^reincarnation: crash \d+: {component} .*page fault of address 0x[0-9a-f]+ "
    return {"call": who + rf"call to {thing}$",
            "notify": who + rf"notify of {thing}$",
            "kernel": who + rf"{thing}( .*)?$",
            "port": who + rf"port_\w+ of port {thing[:-1]}",  # one of the range that begins there
            "interrupt": rf"^({component}: the kernel refused irq_ack of interrupt {thing}|"
                         rf"pci: the kernel refused irq_bind of interrupt {thing} of {component})$",
            "window": rf"^pci: the kernel refused device_bind of window {thing} of {component}$",
            "frames": who + "frames_take$",
            "vault": crash + r"\(vault\)", "dma": crash + r"\(DMA memory\)", "archive": crash + r"\(boot archive\)"}[kind]
