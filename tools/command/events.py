# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's own account (QMP) of why a machine ended, and orders to it."""

import json
import socket
import threading


class Events:
    """Reads QMP in a thread of its own until QEMU ends."""

    def __init__(self, control: socket.socket):
        self._control = control
        self._stream = control.makefile("r", encoding="utf-8", errors="replace")
        self._changed = threading.Condition()
        self._answers: list[dict] = []
        self._orders = threading.Lock()
        self._ended = False
        self.reason: str | None = None  # of SHUTDOWN: guest-shutdown, guest-reset, host-signal ...
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for line in self._stream:
                message = json.loads(line)
                with self._changed:
                    if "QMP" in message:
                        self._control.sendall(b'{"execute": "qmp_capabilities", "id": "greeting"}\n')
                    elif message.get("event") == "SHUTDOWN":
                        self.reason = message["data"]["reason"]
                    elif message.get("id") == "order":
                        self._answers.append(message)
                    self._changed.notify_all()
        except (OSError, ValueError):
            pass
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def finish(self, patience: float = 5) -> str | None:
        """The reason, after QEMU has ended and all that it said was read."""
        self._thread.join(patience)
        return self.reason

    def order(self, command: str, patience: float = 60, **arguments) -> dict:
        """Gives QEMU a command and returns its answer."""
        with self._orders, self._changed:
            self._answers.clear()
            words = {"execute": command, "arguments": arguments, "id": "order"}
            self._control.sendall(json.dumps(words).encode() + b"\n")
            if not self._changed.wait_for(lambda: self._answers or self._ended, patience) or not self._answers:
                raise OSError(f"QEMU gave no answer to {command}")
            answer = self._answers.pop()
        if "error" in answer:
            raise OSError(f"QEMU refused {command}: {answer['error']['desc']}")
        return answer["return"]
