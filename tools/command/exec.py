# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead exec -- COMMAND`: one shell command in a system of its own, whose disk is a scratch copy."""

import contextlib
import os
import signal
import subprocess
import sys

from tools.command import boot, options, panic, qemu, transfer
from tools.command.events import Events
from tools.command.progress import say
from tools.command.refusal import Refusal
from tools.command.session import Outcome, Session

system_failed = 125
timed_out = 124
boot_limit = 180.0
farewell = 20.0


def main(arguments: list[str]) -> int:
    try:
        return _main(arguments)
    except Refusal as refusal:
        raise Refusal(str(refusal), system_failed) from None


def _main(arguments: list[str]) -> int:
    if "--" not in arguments and not {"-h", "--help"} & set(arguments):
        raise Refusal("exec: write the command behind --, as in: ./bulkhead exec -- 'ls -l /'")
    split = arguments.index("--") if "--" in arguments else len(arguments)
    parser = options.Parser("exec", usage="bulkhead exec [OPTION]... -- SHELL COMMAND",
                            description="Boots a scratch copy of the disk, runs the command with the guest's shell, "
                            "and ends with its status: 128 + n for signal n, 124 when it ran too long, 125 when the "
                            "system failed. Standard input, output and error are the command's.")
    boot.add_options(parser)
    parser.add_argument("--get", metavar="SRC:DST", type=options.get, action="append", default=[],
                        help="bring the guest's SRC to the host as DST afterwards (may be said again)")
    parser.add_argument("--timeout", metavar="S", type=options.seconds, help="end it after S seconds, with status 124")
    parser.add_argument("--keep", action="store_true", help="keep the scratch copy, and say where it is")
    chosen = parser.parse_args(arguments[:split])
    command = " ".join(arguments[split + 1:])
    if not command.strip():
        raise Refusal("exec: there is no command behind --")
    boot.check(chosen)
    if chosen.no_disk and (chosen.get or chosen.keep):
        raise Refusal(f"--no-disk: there is no disk then for {'--get' if chosen.get else '--keep'}; leave out one of "
                      "the two")
    boot.prepare("exec")
    with boot.copied_disk(chosen, chosen.keep) as image:
        if chosen.keep:
            say(f"the scratch copy of the disk stays: {image}")
        machine = boot.machine(chosen, append="exec")
        machine.disk = image
        outcome = converse(machine, os.fsencode(command), chosen.timeout)
        if outcome.failure == "timeout":
            say(f"the command ran longer than {chosen.timeout:g} s; log: {machine.log}")
            return timed_out
        for item in chosen.get:
            transfer.get(image, item)
        return outcome.status


def converse(machine: qemu.Machine, command: bytes, limit: float | None) -> Outcome:
    """Boots the machine, runs the command on our standard streams, and ends the machine."""
    console = boot.new_log("console")
    machine.extra += ["-chardev", f"file,id=console,path={qemu.escaped(console)}"]
    machine.serial = ["console", "streams", "errors", "control"]
    streams, errors, control = (machine.channel(name) for name in machine.serial[1:])
    source = sys.stdin.fileno() if sys.stdin is not None and not sys.stdin.closed else None
    complaints = boot.new_log("qemu")
    with streams, errors, control, complaints.open("wb") as said:
        reports = machine.control()
        child = machine.start(stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        events = Events(reports)
        try:
            sys.stdout.flush()
            session = Session(control, streams, errors, command)
            outcome = session.converse(source, 1, 2, boot_limit, limit)
            if outcome.status is not None:
                # The guest's own `poweroff` follows `done`.
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(farewell)
        finally:
            status = qemu.end(child)
    # A panic counts though the command had ended well: what it wrote may not be on the disk.
    if outcome.failure != "timeout" and (outcome.status is None or status == panic.status):
        raise Refusal(_failure(outcome, status, events.finish(), machine, complaints))
    return outcome


def _failure(outcome: Outcome, status: int, reason: str | None, machine: qemu.Machine, complaints) -> str:
    what = panic.told(machine.log, machine.kernel, None if panic.reset_as_asked(machine.log) else reason)
    if what:
        return f"{what}; log: {machine.log}"
    log = f"{boot.last_words(machine.log)}log: {machine.log}"
    if outcome.failure == "boot":
        return f"the system did not come up within {boot_limit:g} s; {log}"
    if status == 1 and complaints.stat().st_size and not machine.log.stat().st_size:
        return f"QEMU did not start: {complaints.read_text(errors='replace').strip().splitlines()[-1]}"
    if status < 0:
        return f"QEMU was ended by {signal.Signals(-status).name}; {log}"
    return f"the system failed; {log}"
