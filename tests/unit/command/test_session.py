# SPDX-License-Identifier: BSD-2-Clause
"""The host's side of `exec`, against a guest that is a thread."""

import os
import re
import socket
import tempfile
import threading
import unittest

from tools.command.session import Outcome, Session


class Guest:
    """Plays the guest's part on the other end of three socket pairs."""

    def __init__(self, play):
        pairs = [socket.socketpair() for _ in range(3)]
        self.host = [pair[0] for pair in pairs]
        self.control, self.streams, self.errors = (pair[1] for pair in pairs)
        self._thread = threading.Thread(target=self._run, args=(play,), daemon=True)
        self._thread.start()

    def _run(self, play):
        try:
            play(self)
        finally:
            for port in (self.control, self.streams, self.errors):
                port.close()

    def listen(self) -> bytes:
        """The command that the host gives."""
        self.control.sendall(b"ready\n")
        match = re.fullmatch(rb"exec (\d+)\n", self.line())
        return self.take(self.control, int(match[1]))

    def line(self) -> bytes:
        text = b""
        while not text.endswith(b"\n"):
            text += self.control.recv(1)
        return text

    @staticmethod
    def take(port, length: int) -> bytes:
        data = b""
        while len(data) < length:
            data += port.recv(length - len(data))
        return data

    def finish(self, status: int) -> None:
        self.control.sendall(b"status %d\ndone\n" % status)


class Conversation(unittest.TestCase):
    def converse(self, play, command=b"true", data: bytes | None = b"", boot_limit=60.0, limit=60.0):
        guest = Guest(play)
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as source:
            source.write(data or b"")
            source.seek(0)
            session = Session(guest.host[0], guest.host[1], guest.host[2], command)
            outcome = session.converse(None if data is None else source.fileno(), output.fileno(), errors.fileno(),
                                       boot_limit, limit)
            output.seek(0)
            errors.seek(0)
            for port in guest.host:
                port.close()
            return outcome, output.read(), errors.read()

    def test_status_and_streams(self):
        def play(guest):
            self.assertEqual(guest.listen(), b"exit 7")
            guest.streams.sendall(b"out\0\xff\r\n")
            guest.errors.sendall(b"err\n")
            guest.finish(7)
        self.assertEqual(self.converse(play, b"exit 7"), (Outcome(7), b"out\0\xff\r\n", b"err\n"))

    def test_standard_input_whole_and_counted(self):
        data = os.urandom(300_000)

        def play(guest):
            guest.listen()
            received = guest.take(guest.streams, len(data))
            guest.streams.sendall(received)
            self.assertEqual(guest.line(), b"eof %d\n" % len(data))
            guest.finish(0)
        outcome, output, _ = self.converse(play, b"cat", data)
        self.assertEqual(outcome, Outcome(0))
        self.assertTrue(output == data)

    def test_without_standard_input(self):
        def play(guest):
            guest.listen()
            self.assertEqual(guest.line(), b"eof 0\n")
            guest.finish(0)
        self.assertEqual(self.converse(play, data=None)[0], Outcome(0))

    def test_a_signal_is_its_number_and_128(self):
        def play(guest):
            guest.listen()
            guest.finish(128 + 9)
        self.assertEqual(self.converse(play)[0], Outcome(137))

    def test_output_that_came_right_before_the_end_is_kept(self):
        def play(guest):
            guest.listen()
            guest.streams.sendall(b"x" * 100_000)
            guest.finish(0)
        self.assertEqual(len(self.converse(play)[1]), 100_000)

    def test_a_guest_that_ends_before_its_status_is_lost(self):
        def play(guest):
            guest.listen()
            guest.streams.sendall(b"half")
        self.assertEqual(self.converse(play), (Outcome(None, "lost"), b"half", b""))

    def test_done_without_a_status_is_lost(self):
        def play(guest):
            guest.listen()
            guest.control.sendall(b"done\n")
        self.assertEqual(self.converse(play)[0], Outcome(None, "lost"))

    def test_a_guest_that_never_gets_ready(self):
        silent = threading.Event()
        outcome, *_ = self.converse(lambda guest: silent.wait(60), boot_limit=0.05)
        silent.set()
        self.assertEqual(outcome, Outcome(None, "boot"))

    def test_a_command_that_never_ends(self):
        silent = threading.Event()

        def play(guest):
            guest.listen()
            silent.wait(60)
        outcome, *_ = self.converse(play, limit=0.05)
        silent.set()
        self.assertEqual(outcome, Outcome(None, "timeout"))
