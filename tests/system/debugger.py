# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's debugger stub (gdb's remote protocol), for a test that damages the kernel from outside: the kernel
itself has no means of failing on demand. And the QEMU that has such a stub, whoever starts it."""

import contextlib
import os
import shutil
import socket
from pathlib import Path

from tests.system.harness import check, patience
from tools.command import layout, process

piece = 1024  # bytes in a packet: the stub takes 4096 characters


def place_of(symbol: str) -> tuple[int, int]:
    """Address and size of one of the kernel's symbols, by its demangled name."""
    listed = process.quiet(["llvm-nm-19", "--demangle", "--print-size", layout.kernel], "reading the kernel's symbols")
    for line in listed.stdout.splitlines():
        address, size, _, name = (line.split(maxsplit=3) + [""] * 4)[:4]
        if name == symbol:
            return int(address, 16), int(size, 16)
    raise AssertionError(f"the kernel has no {symbol}")


def put_before(folder: Path) -> tuple[dict[str, str], Path]:
    """An environment in which QEMU is one with a stub, and the socket of that stub."""
    real = shutil.which("qemu-system-x86_64")
    check(real, "there is no qemu-system-x86_64")
    stub = folder / "stub"
    wrapper = folder / "bin/qemu-system-x86_64"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {real} "$@" -chardev socket,id=stub,path={stub},server=on,wait=off '
                       "-gdb chardev:stub\n")
    wrapper.chmod(0o755)
    return {**os.environ, "PATH": f"{wrapper.parent}:{os.environ['PATH']}"}, stub


class Debugger:
    """The machine stands from the beginning to `go`."""

    def __init__(self, stub: Path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(patience)
        # A path in a deep tree is longer than a socket's address may be: name it by its folder's descriptor.
        folder = os.open(stub.parent, os.O_PATH)
        try:
            self._socket.connect(f"/proc/self/fd/{folder}/{stub.name}")
        finally:
            os.close(folder)
        self._said = b""
        check(self._ask("?").startswith("T"), "QEMU's stub did not say that the machine stands")

    def read(self, address: int, size: int) -> bytes:
        answer = self._ask(f"m{address:x},{size:x}")
        check(len(answer) == 2 * size, f"QEMU's stub said {answer!r} when asked what is at {address:#x}")
        return bytes.fromhex(answer)

    def write(self, address: int, data: bytes) -> None:
        for at in range(0, len(data), piece):
            part = data[at:at + piece]
            answer = self._ask(f"M{address + at:x},{len(part):x}:{part.hex()}")
            check(answer == "OK", f"QEMU's stub said {answer!r} when told to write at {address + at:#x}")

    def go(self) -> None:
        """Lets the machine go on, which may be its end."""
        with self._socket, contextlib.suppress(OSError):
            self._socket.sendall(_packet("D"))
            while b"OK" not in self._said and (data := self._socket.recv(4096)):
                self._said += data

    def _ask(self, words: str) -> str:
        self._socket.sendall(_packet(words))
        while True:
            begin, end = self._said.find(b"$"), self._said.find(b"#")
            if 0 <= begin < end and len(self._said) >= end + 3:
                answer, self._said = self._said[begin + 1:end], self._said[end + 3:]
                self._socket.sendall(b"+")
                # That the machine stands is also said unasked.
                if words == "?" or not answer.startswith(b"T"):
                    return answer.decode()
                continue
            data = self._socket.recv(4096)
            check(data, f"QEMU ended instead of answering {words[:40]!r}")
            self._said += data


def _packet(words: str) -> bytes:
    return b"$%s#%02x" % (words.encode(), sum(words.encode()) & 0xff)
