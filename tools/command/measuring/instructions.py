# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel's paths cost, in exact instructions: the components of servers/bench in an image of their own, on a
machine whose time stamp counter counts instructions."""

import re
import subprocess
import time
from pathlib import Path

from tools.command import boot, layout, qemu, system_image
from tools.command.refusal import Refusal

folders = ("servers/store", "servers/reincarnation", "drivers/bus/pci", "servers/bench")
exact = {"accelerator": "tcg,thread=single", "smp": 1}
counted = ["-icount", "shift=0"]
patience = 120.0


def image() -> Path:
    manifests = sorted(path for folder in folders for path in (layout.root / folder).rglob("manifest.toml"))
    path = layout.build / "bench" / "instructions.img"
    path.parent.mkdir(parents=True, exist_ok=True)
    system_image.verify("image", manifests, "--binaries", layout.components, "--kernel", layout.kernel, "--out", path)
    return path


def measure() -> dict[str, int]:
    """Instructions by row: the same at every run of the same binaries."""
    machine = qemu.Machine(log=boot.new_log("bench"), memory=64 << 20, image=image(), extra=list(counted), **exact)
    with boot.new_log("qemu").open("wb") as complaints:
        child = machine.start(stdin=subprocess.DEVNULL, stdout=complaints, stderr=complaints)
    try:
        until = time.monotonic() + patience
        while "bench end" not in (said := machine.log.read_text(errors="replace")):
            if child.poll() is not None or time.monotonic() > until:
                raise Refusal(f"the benchmark did not end; {boot.last_words(machine.log)}log: {machine.log}")
            time.sleep(0.05)
    finally:
        qemu.end(child)
    return read(said)


def read(said: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r"^bench-client: bench (\w+) (\d+)$", said, re.MULTILINE)}
