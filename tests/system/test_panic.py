# SPDX-License-Identifier: BSD-2-Clause
"""How `run` and `exec` tell that the kernel itself failed: damaged from outside while it runs, or by its image."""

import re
import subprocess
from pathlib import Path

from tests.system import debugger, harness
from tests.system.harness import check
from tools.command import exec as exec_command
from tools.command import layout, qemu
from tools.command.refusal import Refusal

undefined = b"\x0f\x0b"         # the instruction ud2
prologue = b"\x55\x48\x89\xe5"  # push rbp; mov rbp, rsp: from there on a frame is on the stack
begin_and_wait = "echo be''gun; cat"


def struck(context, strike, name: str) -> tuple[int, str, str]:
    """Damages the kernel while a program waits for input, then ends the input: status, output and errors."""
    environment, stub = debugger.put_before(context.folder)
    command = [str(layout.root / "bulkhead"), name, "--disk", str(context.disk()), "--accel", "tcg"]
    if name == "exec":
        command += ["--", begin_and_wait]
    child = context.ends_with_test(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                    stderr=subprocess.PIPE, env=environment))
    if name == "run":
        child.stdin.write(f"{begin_and_wait}\n".encode())
        child.stdin.flush()
    said = b""
    while b"begun" not in said:
        data = child.stdout.read1(4096)
        check(data, f"it ended before the command began: {said!r}")
        said += data
    stopped = debugger.Debugger(stub)
    strike(stopped)
    stopped.go()
    try:
        rest, errors = child.communicate(timeout=harness.patience)  # ends the input, and so wakes the kernel
    except subprocess.TimeoutExpired:
        raise harness.Failure("it goes on without a word") from None
    return child.returncode, (said + rest).decode(errors="replace"), errors.decode()


def undefined_instruction(stopped: debugger.Debugger) -> None:
    address, _ = debugger.place_of("kernel::lock()")
    check(stopped.read(address, len(prologue)) == prologue, "kernel::lock() does not begin as it used to")
    stopped.write(address + len(prologue), undefined)


def no_gates(stopped: debugger.Debugger) -> None:
    """No interrupt finds its handler, nor does the exception that follows from that: the processor gives up."""
    stopped.write(*_gates(stopped, zero=True))


def gates_as_they_are(stopped: debugger.Debugger) -> None:
    stopped.write(*_gates(stopped, zero=False))


def _gates(stopped: debugger.Debugger, zero: bool) -> tuple[int, bytes]:
    address, size = debugger.place_of("kernel::(anonymous namespace)::gates")
    there = b"".join(stopped.read(address + at, 1024) for at in range(0, size, 1024))
    check(len(there) == size and any(there), "the gates could not be read")
    return address, bytes(size) if zero else there


def kept_log(errors: str) -> str:
    """The log that the last line names."""
    path = Path(errors.strip().splitlines()[-1].rpartition("log: ")[2])
    check(path.is_file(), f"it names no log: {errors!r}")
    return path.read_text(errors="replace")


def panicked(context, name: str) -> None:
    """Of two processors, each is struck: the report of one is to be whole."""
    status, _, errors = struck(context, undefined_instruction, name)
    check(status == 125, f"status {status} instead of 125; on standard error: {errors!r}")
    check("the kernel panicked: invalid opcode in the kernel (vector 6, error 0x0); log: " in errors, errors)
    check(re.search(r"  (at  |in  )  kernel::lock\(\)  kernel/system/\w+\.cpp:\d+$", errors, re.MULTILINE), errors)
    check(re.search(r"  from  (interrupt|syscall)_enter  kernel/system/\w+\.cpp:\d+$", errors, re.MULTILINE), errors)
    check("Bulkhead: kernel panic" in kept_log(errors), "the log has no panic in it")


def exec_tells_a_panic(context):
    panicked(context, "exec")


def run_tells_a_panic(context):
    panicked(context, "run")


def a_reset_is_told(context):
    for name in ("exec", "run"):
        with harness.Context(f"{context.folder.name}.{name}", context.seed) as apart:
            status, _, errors = struck(apart, no_gates, name)
        check(status == 125, f"status {status} instead of 125; on standard error: {errors!r}")
        check("the machine reset itself" in errors and "panicked" not in errors, f"{name}: {errors!r}")
        kept_log(errors)


def what_is_written_as_it_was_harms_nobody(context):
    status, said, errors = struck(context, gates_as_they_are, "exec")
    check((status, said) == (0, "begun\n"), f"status {status}, printed {said!r}; on standard error: {errors!r}")
    check("panic" not in errors and "reset" not in errors, errors)


def a_reboot_that_was_asked_for_is_no_failure(context):
    done = context.command("run", "--disk", str(context.disk()), input=b"reboot\n")
    check(done.returncode == 0 and b"ended to start anew" in done.stderr, f"{done.returncode}: {done.stderr!r}")


def a_damaged_image_is_named(context):
    sound = bytearray(layout.image.read_bytes())
    image = context.folder / "system.img"
    for damage in (1, 0):
        sound[-1] ^= damage
        image.write_bytes(sound)
        sound[-1] ^= damage
        machine = qemu.Machine(log=context.folder / f"kernel-{damage}.log", accelerator="tcg", disk=context.disk(),
                               append="exec", image=image)
        try:
            outcome = exec_command.converse(machine, b"exit 3", None)
            check(not damage and outcome.status == 3, f"damage {damage}, and the command ended with {outcome}")
        except Refusal as refusal:
            check(damage and "the kernel panicked: the system image is damaged: build it again" in str(refusal),
                  f"damage {damage}, and it said: {refusal}")


tests = [exec_tells_a_panic, run_tells_a_panic, a_reset_is_told, what_is_written_as_it_was_harms_nobody,
         a_reboot_that_was_asked_for_is_no_failure, a_damaged_image_is_named]
