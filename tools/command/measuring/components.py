# SPDX-License-Identifier: BSD-2-Clause
"""Runs components of servers/bench or servers/test in an image of their own, on the machine that the caller wants,
until they have said what came of it."""

import re
import subprocess
import time
from pathlib import Path

from tools.command import boot, layout, qemu, system_image
from tools.command.refusal import Refusal

always = ("servers/store", "servers/reincarnation", "drivers/bus/pci")
patience = 120.0  # seconds without a new line


def image(name: str, folders: tuple[str | Path, ...]) -> Path:
    """An image of the components whose manifests lie in these folders, and of those that every system has."""
    path = layout.build / "bench" / f"{name}.img"
    path.parent.mkdir(parents=True, exist_ok=True)
    manifests = [layout.root / folder / "manifest.toml" for folder in (*always, *folders)]
    system_image.verify("image", manifests, "--binaries", layout.components, "--kernel", layout.kernel, "--out", path)
    return path


def said(name: str, folders: tuple[str, ...], **options) -> list[tuple[str, int]]:
    """Each line `bench NAME NUMBER` of the log, in order."""
    log = log_until(re.compile(": bench (end|failed)"), name, folders, **options)
    if failed := re.search(r"^(bench-\w+): bench failed: (.*)$", log, re.MULTILINE):
        raise Refusal(f"{failed[1]} did not find what it needs: {failed[2]}")
    return read(log)


def log_until(end: str | re.Pattern, name: str, folders: tuple[str | Path, ...], **options) -> str:
    """The log of an image of these components, up to a line with `end` in it."""
    end = re.compile(re.escape(end)) if isinstance(end, str) else end
    machine = qemu.Machine(log=boot.new_log("bench"), image=image(name, folders), **options)
    with boot.new_log("qemu").open("wb") as complaints:
        child = machine.start(stdin=subprocess.DEVNULL, stdout=complaints, stderr=complaints)
    try:
        until, length = 0, -1
        while not end.search(log := machine.log.read_text(errors="replace")):
            if len(log) > length:
                until, length = time.monotonic() + patience, len(log)
            if child.poll() is not None or time.monotonic() > until:
                raise Refusal(f"the image {name} did not come to its end; "
                              f"{boot.last_words(machine.log)}log: {machine.log}")
            time.sleep(0.05)
    finally:
        qemu.end(child)
    return log


def read(log: str) -> list[tuple[str, int]]:
    return [(name, int(number)) for name, number in re.findall(r"^bench-\w+: bench (\w+) (\d+)$", log, re.MULTILINE)]
