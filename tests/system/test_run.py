# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead run` on the real system, at a terminal and at a pipe."""

import os
import pty
import re
import select
import signal
import subprocess
import termios
import time

from tools.command import layout
from tests.system.harness import Failure, check, escape, patience, prompt


class Terminal:
    """A person at a terminal who has typed `./bulkhead run`."""

    def __init__(self, context, *options: str, size: tuple[int, int] = (24, 80)):
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, size)
        self._before = termios.tcgetattr(theirs)
        self._theirs = theirs
        self._said = ""
        environment = {**os.environ, "XDG_DATA_HOME": str(context.folder / "data"), "TERM": "xterm-256color"}
        self.process = context.ends_with_test(
            subprocess.Popen([str(layout.root / "bulkhead"), "run", *options], stdin=theirs, stdout=theirs,
                             stderr=theirs, env=environment, start_new_session=True))

    def wait_for(self, pattern: str) -> None:
        until = time.monotonic() + patience
        while not re.search(pattern, self._said):
            ready, _, _ = select.select([self._ours], [], [], 1)
            if ready:
                self._said = escape.sub("", self._said + os.read(self._ours, 65536).decode(errors="replace"))
            elif self.process.poll() is not None or time.monotonic() > until:
                raise Failure(f"waited at the terminal for {pattern!r}; it said {self._said[-500:]!r}")
        self._said = self._said[re.search(pattern, self._said).end():]

    def resize(self, rows: int, columns: int) -> None:
        """The window's frame was drawn to another size: only a foreground group of the terminal's own is told of it."""
        termios.tcsetwinsize(self._theirs, (rows, columns))
        self.process.send_signal(signal.SIGWINCH)

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def end(self) -> int:
        """The command's status, once it has ended; the terminal is to be as it was."""
        until = time.monotonic() + patience
        while self.process.poll() is None:
            if select.select([self._ours], [], [], 1)[0]:
                self._said = escape.sub("", self._said + os.read(self._ours, 65536).decode(errors="replace"))
            check(time.monotonic() < until, f"./bulkhead run does not end; it said {self._said[-500:]!r}")
        check(termios.tcgetattr(self._theirs) == self._before, "the terminal is not as it was")
        os.close(self._ours)
        os.close(self._theirs)
        return self.process.returncode


def a_newcomers_first_session(context):
    terminal = Terminal(context)
    terminal.wait_for(prompt)
    terminal.type("ls -l /\r")
    terminal.wait_for(r"\bbin\b")
    terminal.wait_for(prompt)
    terminal.type("echo kept > /root/note; sync\r")
    terminal.wait_for(prompt)
    terminal.type("poweroff\r")
    check(terminal.end() == 0, "poweroff did not end the command with status 0")
    again = Terminal(context)
    again.wait_for(prompt)
    again.type("cat /root/note\r")
    again.wait_for(r"\nkept\r*\n")
    again.type("poweroff\r")
    check(again.end() == 0, "poweroff did not end the command with status 0")


def the_window_is_the_hosts(context):
    terminal = Terminal(context, size=(31, 97))
    terminal.wait_for(prompt)
    terminal.type("stty size; echo $TERM:$LINES:$COLUMNS:\r")
    terminal.wait_for(r"\n31 97\r*\nxterm-256color:::")
    terminal.wait_for(prompt)
    terminal.type("sh -c 'trap \"echo now \\$(stty size)\" WINCH; echo tra\"\"pped; "
                  "while :; do sleep 9 & wait; done'\r")
    terminal.wait_for(r"\ntrapped")
    terminal.resize(40, 120)
    terminal.wait_for("now 40 120")
    terminal.resize(24, 80)
    terminal.wait_for("now 24 80")
    terminal.type("\x03")
    terminal.wait_for(prompt)
    terminal.type("poweroff\r")
    check(terminal.end() == 0, "poweroff did not end the command with status 0")


def control_c_goes_to_the_program_inside(context):
    terminal = Terminal(context)
    terminal.wait_for(prompt)
    # What prints leads the foreground group already: before that the signal is the shell's, on Linux too.
    terminal.type("sh -c 'echo be\"\"gun; exec sleep 1000'\r")
    terminal.wait_for(r"\nbegun\r*\n")
    terminal.type("\x03")
    terminal.wait_for(prompt)
    terminal.type("echo still $((40 + 2))\r")
    terminal.wait_for("still 42")
    terminal.type("poweroff\r")
    check(terminal.end() == 0, "poweroff did not end the command with status 0")


def the_terminal_is_restored_when_the_command_is_ended(context):
    terminal = Terminal(context)
    terminal.wait_for(prompt)
    terminal.process.send_signal(signal.SIGTERM)
    check(terminal.end() == 128 + signal.SIGTERM, "SIGTERM is not in the status")
    terminal = Terminal(context)
    terminal.wait_for(prompt)
    terminal.type("\x01x")
    check(terminal.end() == 0, "Ctrl-A X did not end the command with status 0")


def a_lock_keeps_two_runs_off_one_disk(context):
    terminal = Terminal(context)
    terminal.wait_for(prompt)
    second = context.command("run")
    check(second.returncode == 1 and b"is in use by another run" in second.stderr,
          f"the second run said {second.stderr!r}")
    check(len(second.stderr.strip().splitlines()) == 1, f"the second run said {second.stderr!r}")
    terminal.type("poweroff\r")
    check(terminal.end() == 0, "poweroff did not end the command with status 0")


def input_from_a_pipe(context):
    done = context.command("run", input=b"echo number $((40 + 2))\npoweroff\n")
    check(done.returncode == 0 and b"number 42" in done.stdout,
          f"status {done.returncode}, printed {done.stdout[-500:]!r}")
    # The shell is gone before the command that it waits for.
    after = done.stdout[done.stdout.rindex(b"poweroff") + len("poweroff"):]
    check(b"Terminated" not in after and b"#" not in after, f"after poweroff it printed {after!r}")


tests = [a_newcomers_first_session, the_window_is_the_hosts, control_c_goes_to_the_program_inside,
         the_terminal_is_restored_when_the_command_is_ended, a_lock_keeps_two_runs_off_one_disk, input_from_a_pipe]
