# SPDX-License-Identifier: BSD-2-Clause
"""Running host programs."""

import os
import subprocess
import sys

from tools.command.refusal import Refusal


def environment() -> dict[str, str]:
    """Ours, with the folders in which Debian keeps mke2fs and its like, which a plain user may not have."""
    return {**os.environ, "PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}


def quiet(command: list, what: str, **options) -> subprocess.CompletedProcess:
    """Runs a program whose output matters only when it fails; then its last line says why."""
    try:
        done = subprocess.run(
            [str(word) for word in command], stdin=options.pop("stdin", subprocess.DEVNULL), capture_output=True,
            text=True, errors="replace", env=environment(), **options)
    except FileNotFoundError:
        raise Refusal(f"{what}: the program {command[0]} is missing; install the package that has it") from None
    if done.returncode != 0:
        lines = (done.stderr + done.stdout).strip().splitlines() or [f"status {done.returncode}"]
        raise Refusal(f"{what}: {lines[-1]}")
    return done


def shown(command: list, what: str, **options) -> None:
    """Runs a program whose output is the progress the user watches (on standard error)."""
    try:
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=sys.stderr,
                              env=environment() | options.pop("env", {}), **options)
    except FileNotFoundError:
        raise Refusal(f"{what}: the program {command[0]} is missing; install the package that has it") from None
    if done.returncode != 0:
        raise Refusal(f"{what} failed (what is wrong stands above)")
