# SPDX-License-Identifier: BSD-2-Clause
"""A disk past every cache: by a component beside its driver (servers/bench/disk), by a program on Linux."""

import re
from pathlib import Path

from tools.command import boot, layout, qemu
from tools.command.measuring import booting, components
from tools.command.measuring.started import Started
from tools.command.refusal import Refusal

# Bytes of each request.
rows = {"raw_read_1": 65536, "raw_read_8": 65536, "raw_write_1": 65536, "raw_write_8": 65536, "raw_read_random": 4096}
size = 128 << 20


def measure(name: str, accelerator: str, smp: int, memory: int) -> dict[str, list[float]]:
    """Each round's figure, by row: in MiB/s, or for the scattered requests in microseconds."""
    found = (_bulkhead if name == "Bulkhead" else _linux)(name, accelerator, smp, memory)
    if missing := rows.keys() - {row for row, _ in found}:
        raise Refusal(f"{name}: the disk's benchmark said nothing of {', '.join(sorted(missing))}")
    values: dict[str, list[float]] = {}
    for row, nanoseconds in found:
        figure = nanoseconds / 1000 if row == "raw_read_random" else rows[row] / (1 << 20) / (nanoseconds / 1e9)
        values.setdefault(row, []).append(figure)
    return values


def _disk() -> Path:
    """Written to its end: what was never written costs the host less."""
    path = layout.build / "bench" / "raw.img"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size != size:
        path.write_bytes(bytes(range(256)) * (size // 256))
    return path


def _bulkhead(_: str, accelerator: str, smp: int, memory: int) -> list[tuple[str, int]]:
    return components.said("raw_disk", ("drivers/block/virtio_blk", "servers/bench/disk"), accelerator=accelerator,
                           smp=smp, memory=memory, disk=_disk())


def _linux(name: str, accelerator: str, smp: int, memory: int) -> list[tuple[str, int]]:
    machine = qemu.Machine(log=boot.new_log("bench"), disk=_disk(), accelerator=accelerator, smp=smp, memory=memory)
    booting.linux(machine, tuned=name == "Linux tuned", modules=booting.disk)
    with Started(machine, name) as system:
        system.prompt()
        system.command(booting.load_modules)
        said = system.command("/bin/bench raw /dev/vda")
    return [(row, int(took)) for row, took in re.findall(r"^bench (\w+) (\d+)$", said, re.MULTILINE)]
