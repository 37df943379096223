# SPDX-License-Identifier: BSD-2-Clause
"""A person's screen: what a system sends to its serial line, drawn as a terminal of 80 by 24 draws it, and keys typed.
The terminal is Debian's pyte, which any Python can load: it has no compiled part."""

import socket
import sys
import threading
import time
from pathlib import Path

from tests.system.harness import Failure, patience

packages = Path("/usr/lib/python3/dist-packages")
columns, rows = 80, 24


class Screen:
    """Reads `line` in a thread of its own; answers, as a terminal does, when it is asked where the cursor is."""

    def __init__(self, line: socket.socket):
        if str(packages) not in sys.path:
            sys.path.append(str(packages))
        import pyte

        class Terminal(pyte.Screen):
            def write_process_input(_, data: str) -> None:
                line.sendall(data.encode())

        self._line = line
        self._screen = Terminal(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._changed = threading.Condition()
        self._ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                data = self._line.recv(65536)
            except OSError:
                data = b""
            with self._changed:
                if data:
                    self._stream.feed(data)
                self._ended = not data
                self._changed.notify_all()
            if not data:
                return

    def lines(self) -> list[str]:
        with self._changed:
            return [line.rstrip() for line in self._screen.display]

    def cursor(self) -> tuple[int, int]:
        with self._changed:
            return self._screen.cursor.y, self._screen.cursor.x

    def wait_until(self, happens, what: str, deadline: float = patience) -> None:
        """Until `happens()`, which looks at this screen (and may at others), is true."""
        until = time.monotonic() + deadline
        while not happens():
            with self._changed:
                left = until - time.monotonic()
                if left <= 0 or self._ended:
                    why = "the system ended" if self._ended else f"{deadline:g} s passed"
                    raise Failure(f"waited for {what}, and {why}; the screen:\n" + "\n".join(self._screen.display))
                self._changed.wait(min(left, 0.5))

    def type(self, keys: str) -> None:
        self._line.sendall(keys.encode())

    def close(self) -> None:
        try:
            self._line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._line.close()
