# SPDX-License-Identifier: BSD-2-Clause
"""Tells the guest in which window of the host's its console is shown (programs/init/window.cpp has its side): the kind
of terminal and the size at the start in the kernel's command line, later sizes on the second serial port."""

import contextlib
import os
import re
import signal
import socket
import sys
import threading

from tools.command.qemu import Machine


@contextlib.contextmanager
def told(machine: Machine):
    """While a machine runs that is yet to be started, on our own terminal."""
    kind = os.environ.get("TERM", "")
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,31}", kind):
        machine.append += f" TERM={kind}"
    first = _size()
    if first is None:
        yield
        return
    machine.append += " LINES={} COLUMNS={}".format(*first)
    port = machine.channel("window")
    machine.serial.append("window")
    changed, over = threading.Event(), threading.Event()
    teller = threading.Thread(target=_tell, args=(port, first, changed, over), daemon=True)
    teller.start()
    before = signal.signal(signal.SIGWINCH, lambda *_: changed.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
        over.set()
        changed.set()
        with contextlib.suppress(OSError):
            port.shutdown(socket.SHUT_RDWR)
        teller.join()
        port.close()


def _size() -> tuple[int, int] | None:
    """Rows and columns; none where the terminal does not know."""
    try:
        columns, rows = os.get_terminal_size(sys.stdin.fileno())
    except OSError:
        return None
    return (rows, columns) if rows > 0 and columns > 0 else None


def _tell(port: socket.socket, told: tuple[int, int], changed: threading.Event, over: threading.Event) -> None:
    """Once the guest is ready for it, each size that is not what it was told last."""
    with contextlib.suppress(OSError):
        if not port.recv(64):
            return
        while not over.is_set():
            changed.clear()
            size = _size()
            if size not in (None, told):
                told = size
                port.sendall("size {} {}\n".format(*told).encode())
            changed.wait()
