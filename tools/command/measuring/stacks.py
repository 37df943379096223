# SPDX-License-Identifier: BSD-2-Clause
"""How deep the stacks of the components' threads have been: a reset fills them with zeros, so that what was never
touched is still zero."""

import struct
from dataclasses import dataclass

from tools.command import layout, process
from tools.command.measuring import memory
from tools.command.measuring.started import Started

# abi/slot.hpp: the beginning of ImageHeader, and Region; a SlotRecord begins with the name and the entry.
header = struct.Struct("<4Q2IQ")
region = struct.Struct("<2Q2I6Q")
regions_per_slot, before_regions = 12, 32
kind_memory = 2
# abi/layout.hpp
stack_base, vault_base = 0x5800_0000, 0x6000_0000
# kernel/memory/frames.hpp: where the kernel sees all memory.
direct_base = 0xffff_8000_0000_0000


@dataclass(frozen=True)
class Stack:
    component: str
    thread: int
    size: int   # bytes
    depth: int  # bytes that were in use at some time since the component's last start


def measure(system: Started) -> list[Stack]:
    places = memory.read(system, memory.symbol("6places"), 32)
    fixed_memory = struct.unpack("<4Q", places)[kind_memory]
    found = []
    for name, size, pieces, offset in _regions(layout.image.read_bytes()):
        for thread in range(pieces):
            stack = memory.read(system, direct_base + fixed_memory + offset + thread * size, size)
            found.append(Stack(name, thread, size, len(stack.lstrip(b"\0"))))
    return found


def _regions(image: bytes):
    _, _, _, _, slots, record_size, offset = header.unpack_from(image)
    for record in range(offset, offset + slots * record_size, record_size):
        name = image[record:record + 24].split(b"\0")[0].decode()
        for i in range(regions_per_slot):
            at = record + before_regions + i * region.size
            address, size, pieces, kind, place, *_ = region.unpack_from(image, at)
            if pieces and kind == kind_memory and stack_base <= address < vault_base:
                yield name, size, pieces, place
