# SPDX-License-Identifier: BSD-2-Clause
"""Installs what is missing, by name and with the reason, through apt."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.command.progress import say
from tools.command.refusal import Refusal

listing = Path(__file__).with_name("packages.txt")


def needed(command: str, text: str) -> dict[str, str]:
    """The packages of `command` by name, each with its reason."""
    packages = {}
    section = None
    for line in text.splitlines():
        if line.startswith("[") and line.rstrip().endswith("]"):
            section = line.strip()[1:-1]
        elif line.strip() and not line.startswith("#") and section in (None, command):
            name, _, reason = line.strip().partition(" ")
            packages[name] = reason.strip()
    return packages


def missing(names: list[str]) -> list[str]:
    if not shutil.which("dpkg-query"):
        raise Refusal("this is not a Debian system (no dpkg-query), and Bulkhead's tools are Debian 12 packages; "
                      "the list is tools/command/packages.txt")
    query = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names],
                           capture_output=True, text=True)
    installed = {line.split()[0] for line in query.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def ensure(command: str) -> None:
    """Makes sure that everything `command` needs is there, or says in one line what the user is to install."""
    packages = needed(command, listing.read_text())
    absent = missing(list(packages))
    if not absent:
        return
    mend = f"as root, run: apt-get install {' '.join(absent)}"
    if not shutil.which("apt-get"):
        raise Refusal(f"missing packages and no apt-get to install them with: {' '.join(absent)}")
    as_root = _become_root(mend)
    say(f"installing {len(absent)} Debian package{'s' if len(absent) > 1 else ''}:")
    for name in absent:
        print(f"  {name:<20}  {packages[name]}", file=sys.stderr, flush=True)
    # A failed update is no reason to give up: the lists that are there may do.
    _apt_get(as_root, "update")
    if not _apt_get(as_root, "install", "-y", "--no-install-recommends", *absent):
        raise Refusal(f"apt-get could not install them (why stands above); {mend}")
    still = missing(absent)
    if still:
        raise Refusal(f"apt-get ended well, but these packages are still missing: {' '.join(still)}")


def update() -> None:
    """Fetches apt's lists anew."""
    mend = "as root, run: apt-get update"
    say("fetching the lists of Debian's packages")
    if not _apt_get(_become_root(mend), "update"):
        raise Refusal(f"apt-get could not fetch its lists (why stands above); {mend}")


def _apt_get(as_root: list[str], *words: str) -> bool:
    options = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    done = subprocess.run([*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", *options, *words],
                          stdin=subprocess.DEVNULL, stdout=sys.stderr)
    return done.returncode == 0


def _become_root(mend: str) -> list[str]:
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise Refusal(f"packages are missing, and there is no sudo to install them with; {mend}")
    if sys.stdin is not None and sys.stdin.isatty():
        return ["sudo"]
    if subprocess.run(["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True).returncode != 0:
        raise Refusal(f"packages are missing, and sudo asks for a password with no terminal to ask on; {mend}")
    return ["sudo", "-n"]
