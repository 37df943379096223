# SPDX-License-Identifier: BSD-2-Clause
import socket
import tempfile
import threading
import unittest
from unittest import mock

from tools.command import relay


class Relay(unittest.TestCase):
    def play(self, guest, typed: bytes) -> tuple[bool, bytes]:
        ours, theirs = socket.socketpair()

        def run():
            with theirs:
                guest(theirs)
        threading.Thread(target=run, daemon=True).start()
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output, ours:
            source.write(typed)
            source.seek(0)
            ended = relay.relay(ours, source.fileno(), output.fileno())
            output.seek(0)
            return ended, output.read()

    def test_nothing_is_typed_before_the_prompt_and_the_end_is_ctrl_d(self):
        def guest(port):
            port.sendall(b"starting\n")
            port.settimeout(0.05)
            with self.assertRaises(TimeoutError):
                port.recv(1)
            port.settimeout(30)
            port.sendall(b"root@bulkhead:~# \x1b[6n")
            heard = b""
            while not heard.endswith(b"\x04"):
                heard += port.recv(100)
            port.sendall(b"heard " + heard[:-1])
        ended, output = self.play(guest, b"poweroff\n")
        self.assertTrue(ended)
        self.assertEqual(output, b"starting\nroot@bulkhead:~# \x1b[6nheard poweroff\n")

    def test_a_system_that_stays_silent_after_the_input_is_given_up(self):
        silent = threading.Event()

        def guest(port):
            port.sendall(b"$ ")
            silent.wait(60)
        with mock.patch.object(relay, "patience", 0.05):
            ended, _ = self.play(guest, b"")
        silent.set()
        self.assertFalse(ended)
