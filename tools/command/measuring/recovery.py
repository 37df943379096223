# SPDX-License-Identifier: BSD-2-Clause
"""How long a client waits whose driver dies in the middle of its request: servers/bench/recovery."""

from tools.command import layout
from tools.command.measuring import components

drivers = {"disk": "drivers/block/virtio_blk", "serial": "drivers/serial/uart16550", "clock": "drivers/clock/mc146818"}
causes = {"exit": "exits", "segv": "uses a bad pointer", "violate": "answers against its contract",
          "loop": "loops: noticed by its processor time", "hang": "hangs: noticed when the request is late"}
rows = {f"recovery_{driver}_{cause}": f"a request to the {driver}'s driver, which then {how}, to its answer"
        for driver in drivers for cause, how in causes.items()}


def measure(accelerator: str, smp: int, memory: int) -> dict[str, list[float]]:
    """Milliseconds of each stroke, by row."""
    disk = layout.build / "bench" / "blank.img"
    disk.parent.mkdir(parents=True, exist_ok=True)
    with disk.open("wb") as image:
        image.truncate(1 << 20)
    found = components.said("recovery", (*drivers.values(), "servers/bench/recovery"), accelerator=accelerator,
                            smp=smp, memory=memory, disk=disk, serial=["sent"], extra=["-chardev", "null,id=sent"])
    return {row: [number / 1e6 for name, number in found if name == row] for row in rows}
