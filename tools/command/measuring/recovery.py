# SPDX-License-Identifier: BSD-2-Clause
"""How long a client waits whose disk driver dies in the middle of its request: servers/bench/recovery."""

from tools.command import layout
from tools.command.measuring import components

rows = ("recovery_exit", "recovery_segv")


def measure(accelerator: str, smp: int, memory: int) -> dict[str, list[float]]:
    """Milliseconds of each stroke, by row."""
    disk = layout.build / "bench" / "blank.img"
    disk.parent.mkdir(parents=True, exist_ok=True)
    with disk.open("wb") as image:
        image.truncate(1 << 20)
    found = components.said("recovery", ("drivers/block/virtio_blk", "servers/bench/recovery"), accelerator=accelerator,
                            smp=smp, memory=memory, disk=disk)
    return {row: [number / 1e6 for name, number in found if name == row] for row in rows}
