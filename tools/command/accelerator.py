# SPDX-License-Identifier: BSD-2-Clause
"""Which acceleration QEMU can use, found by running a guest: a /dev/kvm that opens may still fail."""

import os
import subprocess
import tempfile
from pathlib import Path

from tools.command import layout
from tools.command.progress import say
from tools.command.refusal import Refusal

# The guest: firmware of 64 KiB whose first instructions, at the reset vector, write 0x15 to isa-debug-exit,
# which ends QEMU with status 0x15 * 2 + 1.
_code = bytes.fromhex("b015 e6f4 f4")  # mov al,0x15; out 0xf4,al; hlt
_firmware = bytes(0xFFF0) + _code.ljust(16, b"\xf4")
_status = 0x15 * 2 + 1
_deadline = 20


def choose(wanted: str) -> str:
    """'kvm' or 'tcg' for what the user wants: auto, kvm or tcg."""
    if wanted == "tcg":
        return "tcg"
    failure = _remembered()
    if failure is None:
        failure = probe()
        _remember(failure)
        if failure and wanted == "auto":
            say(f"no KVM here ({failure}): emulating, which is slower")
    if not failure:
        return "kvm"
    if wanted == "kvm":
        raise Refusal(f"--accel kvm: a guest does not run under KVM here ({failure}); leave the option out")
    return "tcg"


def probe() -> str:
    """Why a guest does not run under KVM, or nothing if it does."""
    if not os.path.exists("/dev/kvm"):
        return "there is no /dev/kvm"
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "/dev/kvm is not open to this user; the group kvm has it"
    with tempfile.NamedTemporaryFile(prefix="bulkhead-", suffix=".rom") as firmware:
        firmware.write(_firmware)
        firmware.flush()
        command = ["qemu-system-x86_64", "-accel", "kvm", "-machine", "q35", "-cpu", "max", "-nodefaults", "-display",
                   "none", "-no-reboot", "-bios", firmware.name, "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_deadline)
        except subprocess.TimeoutExpired:
            return "a guest under KVM did nothing"
        except FileNotFoundError:
            raise Refusal("there is no QEMU: the program qemu-system-x86_64 is missing; "
                          "install the package qemu-system-x86") from None
    return "" if done.returncode == _status else "a guest under KVM died at once"


def _place() -> tuple[Path, str]:
    """The file that remembers the answer, and what it holds good for: this boot of this machine, this user."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return layout.cache() / "kvm", f"{boot} {os.path.exists('/dev/kvm')} {os.access('/dev/kvm', os.R_OK | os.W_OK)}"


def _remembered() -> str | None:
    path, key = _place()
    try:
        found, _, failure = path.read_text().partition("\n")
    except OSError:
        return None
    return failure if found == key else None


def _remember(failure: str) -> None:
    path, key = _place()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{key}\n{failure}")
    except OSError:
        pass  # Then it is probed again the next time.
