# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead run`: to a shell, on a disk that lasts."""

import contextlib
import os
import subprocess
import sys
import termios

from tools.command import boot, options, panic, qemu, relay, window
from tools.command.events import Events
from tools.command.progress import say
from tools.command.refusal import Refusal


def main(arguments: list[str]) -> int:
    parser = options.Parser("run", description="Boots to a shell on a disk that lasts. `poweroff` in it ends it.")
    boot.add_options(parser)
    chosen = parser.parse_args(arguments)
    boot.check(chosen)
    boot.prepare("run")
    with boot.own_disk(chosen) as (image, locks):
        machine = boot.machine(chosen)
        machine.disk = image
        say("`poweroff` ends the system; Ctrl-A X ends it at once; Ctrl-C goes to the program inside")
        return _boot(machine, locks)


def _boot(machine: qemu.Machine, locks: list[int]) -> int:
    typed = sys.stdin is not None and sys.stdin.isatty()
    with contextlib.ExitStack() as resources:
        if typed:
            resources.enter_context(restored_terminal())
            machine.extra += ["-chardev", "stdio,id=console,mux=on,signal=off"]
            resources.enter_context(window.told(machine))
        else:
            console = resources.enter_context(machine.channel("console"))
        machine.serial.insert(0, "console")
        control = resources.enter_context(machine.control())
        child = machine.start(held=locks, **({} if typed else {"stdin": subprocess.DEVNULL}))
        events = Events(control)
        try:
            if not typed and not relay.relay(console, _input(), 1):
                say("the input has ended, and the system does not: ending it")
                return 1
            status = child.wait()
        finally:
            qemu.end(child)
        reason = events.finish()
    if status == 0 and reason in ("guest-shutdown", "host-qmp-quit", "host-signal", "host-ui"):
        return 0
    if reason == "guest-reset" and panic.find(machine.log) is None and panic.reset_as_asked(machine.log):
        say("the system has ended to start anew; start it with the same command")
        return 0
    what = panic.told(machine.log, machine.kernel, reason)
    if what is None:
        what = f"QEMU ended with status {status}" if status > 0 and status % 2 == 0 else "the system failed"
        what += f"; {boot.last_words(machine.log)}".rstrip("; ")
    raise Refusal(f"{what}; log: {machine.log}", 125)


def _input() -> int:
    """Standard input, or an empty one where it is closed."""
    return sys.stdin.fileno() if sys.stdin is not None else os.open(os.devnull, os.O_RDONLY)


@contextlib.contextmanager
def restored_terminal():
    """Whatever QEMU leaves behind, and however it or we end, the host's terminal is as it was."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
