# SPDX-License-Identifier: BSD-2-Clause
"""The conversation of `exec` with the guest's init, over three serial ports.

Control port, lines: the guest says `ready`; we say `exec LENGTH` and the command's bytes; when our standard
input has ended, `eof N` with the number of bytes it had; the guest says `status N` when the command has
ended, and `done` when all its output has left and the file systems are synced. The streams port carries
standard input and output as they are, the third port standard error.
"""

import os
import selectors
import socket
import time
from dataclasses import dataclass

piece = 65536


@dataclass(frozen=True)
class Outcome:
    """`status` of the command if it ended; else `failure` says what came in between: timeout, boot or lost."""
    status: int | None
    failure: str | None = None


class Session:
    def __init__(self, control: socket.socket, streams: socket.socket, errors: socket.socket, command: bytes):
        self._control, self._streams, self._errors = control, streams, errors
        self._command = command
        self._said = b""             # by the guest on the control port, and not a whole line yet
        self._orders = bytearray()   # for the control port
        self._input = bytearray()    # for the streams port
        self._input_bytes = 0
        self._status: int | None = None
        self._ready = self._done = self._lost = False

    def converse(self, source: int | None, output: int, errors: int, boot_limit: float, limit: float | None) -> Outcome:
        """Until the command has ended; the limits are seconds to `ready`, and from there to `done`."""
        self._source, self._output, self._error_output = source, output, errors
        for port in (self._control, self._streams, self._errors):
            port.setblocking(False)
        deadline = time.monotonic() + boot_limit
        started = False
        while not self._done and not self._lost:
            if self._ready and not started:
                started = True
                deadline = time.monotonic() + limit if limit is not None else None
            remaining = None if deadline is None else deadline - time.monotonic()
            if remaining is not None and remaining <= 0:
                return Outcome(None, "timeout" if started else "boot")
            self._step(remaining)
        self._drain()
        if self._done and self._status is not None:
            return Outcome(self._status)
        return Outcome(None, "lost")

    def _step(self, patience: float | None) -> None:
        # poll, because epoll knows no regular files and standard input may be one.
        with selectors.PollSelector() as selector:
            writing = selectors.EVENT_WRITE if self._orders else 0
            selector.register(self._control, selectors.EVENT_READ | writing, self._serve_control)
            writing = selectors.EVENT_WRITE if self._input else 0
            selector.register(self._streams, selectors.EVENT_READ | writing, self._serve_streams)
            selector.register(self._errors, selectors.EVENT_READ, self._serve_errors)
            if self._ready and self._source is not None and len(self._input) < piece:
                selector.register(self._source, selectors.EVENT_READ, self._serve_source)
            for key, mask in selector.select(patience):
                key.data(mask)

    def _serve_control(self, mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            self._send(self._control, self._orders)
        if mask & selectors.EVENT_READ:
            data = self._receive(self._control)
            *lines, self._said = (self._said + data).split(b"\n")
            for line in lines:
                self._hear(line.strip())

    def _hear(self, line: bytes) -> None:
        word, _, rest = line.partition(b" ")
        if word == b"ready" and not self._ready:
            self._ready = True
            self._orders += b"exec %d\n" % len(self._command) + self._command
            if self._source is None:
                self._orders += b"eof 0\n"
        elif word == b"status" and rest.isdigit():
            self._status = int(rest) & 0xFF
        elif word == b"done":
            self._done = True

    def _serve_streams(self, mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            self._send(self._streams, self._input)
        if mask & selectors.EVENT_READ:
            _write(self._output, self._receive(self._streams))

    def _serve_errors(self, mask: int) -> None:
        _write(self._error_output, self._receive(self._errors))

    def _serve_source(self, mask: int) -> None:
        data = os.read(self._source, piece)
        self._input += data
        self._input_bytes += len(data)
        if not data:
            self._source = None
            self._orders += b"eof %d\n" % self._input_bytes

    def _receive(self, port: socket.socket) -> bytes:
        try:
            data = port.recv(piece)
        except BlockingIOError:
            return b""
        except ConnectionResetError:
            data = b""
        # QEMU has ended; what came on the other ports is drained afterwards.
        self._lost = self._lost or not data
        return data

    def _send(self, port: socket.socket, data: bytearray) -> None:
        try:
            del data[:port.send(data)]
        except BlockingIOError:
            pass
        except (BrokenPipeError, ConnectionResetError):
            self._lost = True

    def _drain(self) -> None:
        """What the guest sent before it said `done`, or before it was lost, lies in the sockets."""
        for port, output in ((self._streams, self._output), (self._errors, self._error_output)):
            while data := self._receive(port):
                _write(output, data)
        if not self._done:
            while data := self._receive(self._control):
                *lines, self._said = (self._said + data).split(b"\n")
                for line in lines:
                    self._hear(line.strip())


def _write(output: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(output, view):]
