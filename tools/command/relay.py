# SPDX-License-Identifier: BSD-2-Clause
"""The console of `run` where standard input is no terminal: a file or a pipe plays the user."""

import os
import re
import selectors
import socket
import time

piece = 65536
prompt = re.compile(rb"[#$] (?:\x1b\[[0-9;]*[A-Za-z])*$")  # busybox's shell asks the terminal where its cursor is
patience = 60.0  # seconds of silence after the input ended, before the system is given up


def relay(console: socket.socket, source: int, output: int) -> bool:
    """Until QEMU ends (true), or the input has ended and the system stays silent (false).

    Nothing is typed before the shell's first prompt, because a serial port that is being set up forgets what
    it got; afterwards none is lost. The end of the input is typed as Ctrl-D.
    """
    console.setblocking(False)
    said = b""
    prompted = ended = False
    typing = bytearray()
    last = time.monotonic()
    while True:
        with selectors.PollSelector() as selector:
            selector.register(console, selectors.EVENT_READ | (selectors.EVENT_WRITE if typing else 0))
            if prompted and not ended and len(typing) < piece:
                selector.register(source, selectors.EVENT_READ)
            ready = selector.select(max(0.0, last + patience - time.monotonic()) if ended else None)
        if not ready:
            return False
        for key, mask in ready:
            if key.fileobj == source:
                data = os.read(source, piece)
                ended = not data
                typing += data or b"\x04"
                last = time.monotonic()
                continue
            if mask & selectors.EVENT_WRITE:
                try:
                    del typing[:console.send(typing)]
                except BlockingIOError:
                    pass
                except OSError:
                    return True
            if mask & selectors.EVENT_READ:
                try:
                    data = console.recv(piece)
                except OSError:
                    data = b""
                if not data:
                    return True
                last = time.monotonic()
                said = (said + data)[-64:]
                prompted = prompted or bool(prompt.search(said))
                view = memoryview(data)
                while view:
                    view = view[os.write(output, view):]
