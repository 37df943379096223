# SPDX-License-Identifier: BSD-2-Clause
"""A system that is being started, watched on its serial line and by QEMU's own protocol."""

import re
import select
import subprocess
import time

from tools.command import boot, qemu
from tools.command.events import Events
from tools.command.refusal import Refusal

patience = 300.0
prompt = re.compile(rb"[#$] $")
# What the shell's editor asks the terminal for, and colours.
escape = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Started:
    """From QEMU's start, whose time is `began`, to the end of the `with`."""

    def __init__(self, machine: qemu.Machine, name: str):
        self._machine, self._name = machine, name
        self._console = machine.channel("console")
        control = machine.control()
        machine.serial = ["console"]
        self.began = time.monotonic()
        with boot.new_log("qemu").open("wb") as said:
            self._child = machine.start(stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        self.monitor = Events(control)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        qemu.end(self._child)
        self._console.close()

    def prompt(self) -> bytes:
        """What the console says up to the shell's next prompt."""
        said = b""
        until = time.monotonic() + patience
        while not prompt.search(said):
            ready = select.select([self._console], [], [], max(until - time.monotonic(), 0))[0]
            data = self._console.recv(65536) if ready else b""
            if not data:
                raise Refusal(f"{self._name} showed no prompt; last it said {said[-300:]!r}; "
                              f"{boot.last_words(self._machine.log)}log: {self._machine.log}")
            said = escape.sub(b"", said + data)
        return said

    def command(self, line: str) -> str:
        self._console.sendall(line.encode() + b"\n")
        return self.prompt().decode(errors="replace").replace("\r", "")
