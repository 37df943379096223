# SPDX-License-Identifier: BSD-2-Clause
"""Boots the system for a test, and lets it wait for what happens. Nothing here waits for time to pass:
deadlines are generous, and only there so that a test that would wait for ever fails instead."""

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tools.command import accelerator, boot, disk_image, guest_root, layout, process, qemu
from tools.command.events import Events

patience = 300.0  # seconds
prompt = r"[#$] $"
escape = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # of a terminal: the shell's editor asks for the cursor's place
base_disk = layout.build / "test" / "disk.img"


class Failure(AssertionError):
    """What a test expected and what it saw."""


def check(condition: object, expectation: str) -> None:
    if not condition:
        raise Failure(expectation)


def prepare() -> None:
    """Builds the system, and the disk of which every test gets a copy."""
    boot.prepare("test")
    stamp = base_disk.with_suffix(".stamp")
    current = guest_root.disk_fingerprint()
    if not base_disk.exists() or not stamp.exists() or stamp.read_text() != current:
        base_disk.unlink(missing_ok=True)
        disk_image.make(base_disk, disk_image.default_size, guest_root.prepare_disk())
        stamp.write_text(current)


class System:
    """A running machine: its console, its disk, its logs, and QEMU's own control of it."""

    def __init__(self, log: Path, disk: Path | None, smp: int, memory: int, append: str, extra: list[str],
                 **parts):
        self.disk = disk
        self.log = log
        parts = {"accelerator": accelerator.choose("auto"), **parts}
        machine = qemu.Machine(log=log, disk=disk, smp=smp, memory=memory, append=append, extra=list(extra), **parts)
        self._console = machine.channel("console")
        control = machine.control()
        machine.serial = ["console"]
        self._process = machine.start(stdin=subprocess.DEVNULL)
        self._events = Events(control)
        self._said = ""
        self._seen = 0      # how much of what was said earlier waits have used up
        self._commands = 0
        self._changed = threading.Condition()
        self._ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                data = self._console.recv(65536)
            except OSError:
                data = b""
            with self._changed:
                self._said = escape.sub("", self._said + data.decode(errors="replace"))
                self._ended = not data
                self._changed.notify_all()
            if not data:
                return

    @property
    def console(self) -> str:
        """All that the console said so far."""
        with self._changed:
            return self._said

    def wait_for(self, pattern: str, deadline: float = patience) -> re.Match:
        """The next match of the pattern in what the console says, beginning where the last wait ended."""
        until = time.monotonic() + deadline
        with self._changed:
            while True:
                match = re.search(pattern, self._said[self._seen:], re.MULTILINE)
                if match:
                    self._seen += match.end()
                    return match
                left = until - time.monotonic()
                if self._ended or left <= 0:
                    why = "the system ended" if self._ended else f"{deadline:g} s passed"
                    raise Failure(f"waited on the console for {pattern!r}, and {why}; last it said "
                                  f"{self._said[-400:]!r}; {boot.last_words(self.log)}")
                self._changed.wait(left)

    def send(self, text: str) -> None:
        """As if typed."""
        self._console.sendall(text.encode())

    def shell(self, command: str, deadline: float = patience) -> tuple[str, int]:
        """Types a command at a shell that has shown its prompt; returns what it printed and its status."""
        self._commands += 1
        mark = f"end-of-{self._commands}"
        # The terminal echoes what is typed, so that the mark must not stand in it.
        self.send(f"{command}\nprintf '\\n%s-of-%d:%d:\\n' end {self._commands} $?\n")
        begin = self._seen
        match = self.wait_for(rf"{mark}:(\d+):\r?\n", deadline)
        text = self.console[begin:].split(f"{mark}:")[0].replace("\r", "")
        lines = [line for line in text.split("\n") if "printf '\\n%s-of-%d" not in line]
        if lines and command.split("\n")[0] in lines[0]:
            del lines[0]
        return "\n".join(lines).strip("\n"), int(match[1])

    def monitor(self, command: str, **arguments) -> dict:
        """An order to QEMU, in its protocol's words (QMP)."""
        return self._events.order(command, **arguments)

    def wait_for_end(self, deadline: float = patience) -> tuple[int, str | None]:
        """QEMU's status and the reason that it gives, once the system has ended itself."""
        try:
            status = self._process.wait(deadline)
        except subprocess.TimeoutExpired:
            raise Failure(f"the system did not end within {deadline:g} s; {boot.last_words(self.log)}") from None
        return status, self._events.finish()

    def power_off(self, deadline: float = patience) -> None:
        self.send("poweroff\n")
        status, reason = self.wait_for_end(deadline)
        check(status == 0 and reason == "guest-shutdown", f"poweroff: QEMU ended with status {status}, reason {reason}")

    def cut_power(self) -> None:
        """At once, with nothing written out by anybody."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def kernel_log(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for_log(self, *words: str, deadline: float = patience) -> str:
        """The first of the words that the kernel's log has, which is a file: nothing tells of a new line in it."""
        until = time.monotonic() + deadline
        ended = False
        while not ended and time.monotonic() < until:
            ended = self._process.poll() is not None  # its last words are there
            log = self.kernel_log() if self.log.exists() else ""
            for each in words:
                if each in log:
                    return each
            time.sleep(0.05)
        raise Failure(f"waited in the log for {' or '.join(words)}; {boot.last_words(self.log)}")

    def close(self) -> None:
        qemu.end(self._process)
        # Wakes the reader, which a closed descriptor alone would not.
        try:
            self._console.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._console.close()


class Context:
    """One test's machines, disks and files: in a folder that is removed unless the test failed."""

    def __init__(self, name: str, seed: int):
        self.seed = seed
        self.folder = layout.build / "test" / name
        self._systems: list[System] = []
        self._commands: list[subprocess.Popen] = []
        self._at_end: list[Callable[[], None]] = []
        self._kept = False

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(self, *_) -> None:
        for number, system in enumerate(self._systems):
            system.close()
            if self._kept:
                (self.folder / f"console-{number}.log").write_text(system.console)
        for command in self._commands:
            if command.poll() is None:
                command.terminate()  # it ends the machine that it started
                command.wait()
        for work in self._at_end:
            work()
        if not self._kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def keep(self) -> None:
        self._kept = True

    def ends_with_test(self, command: subprocess.Popen) -> subprocess.Popen:
        """However the test ends, the command does not go on."""
        self._commands.append(command)
        return command

    def at_end(self, work: Callable[[], None]) -> None:
        """To be done when all machines have ended."""
        self._at_end.append(work)

    def disk(self, name: str = "disk.img") -> Path:
        """A fresh disk with the system's root on it."""
        path = self.folder / name
        process.quiet(["cp", "--reflink=auto", "--sparse=always", base_disk, path], "copying the disk")
        return path

    def boot(self, disk: Path | None = None, smp: int = 2, memory: str = "256M", append: str = "",
             extra: list[str] = (), diskless: bool = False, **parts) -> System:
        """Starts a system on a disk of its own; `parts` are of qemu.Machine."""
        number = len(self._systems)
        disk = None if diskless else disk or self.disk(f"disk-{number}.img")
        system = System(self.folder / f"kernel-{number}.log", disk, smp, int(memory.removesuffix("M")) << 20, append,
                        list(extra), **parts)
        self._systems.append(system)
        return system

    def boot_medium(self, medium: Path, firmware: Path | None, disk: Path | None = None, smp: int = 2,
                    memory: str = "256M") -> System:
        """Starts a system from an ISO, as a machine with that firmware does (None: QEMU's own BIOS)."""
        return self.boot(disk, smp, memory, diskless=disk is None, medium=medium, firmware=firmware)

    def command(self, *arguments: str, input: bytes = b"",
                deadline: float = 2 * patience) -> subprocess.CompletedProcess:
        """Runs ./bulkhead with data and cache folders of the test's own."""
        environment = {**os.environ, "XDG_DATA_HOME": str(self.folder / "data"),
                       "BULKHEAD_LOGS": str(self.folder / "log")}
        try:
            return subprocess.run([str(layout.root / "bulkhead"), *arguments], input=input, capture_output=True,
                                  env=environment, timeout=deadline)
        except subprocess.TimeoutExpired:
            raise Failure(f"./bulkhead {' '.join(arguments)} did not end within {deadline:g} s") from None

    def execute(self, command: str, *options: str, input: bytes = b"",
                deadline: float = 2 * patience) -> subprocess.CompletedProcess:
        """Runs a shell command in a system of its own, on a copy of the tests' disk."""
        return self.command("exec", "--disk", str(base_disk), *options, "--", command, input=input, deadline=deadline)
