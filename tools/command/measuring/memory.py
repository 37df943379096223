# SPDX-License-Identifier: BSD-2-Clause
"""Memory in use, of all that the machine has: what nobody could be given, whoever has it and for whatever. In
Bulkhead it is read from the kernel's own table of frames, in Linux from /proc/meminfo; what the firmware keeps counts
in both. How much of it is cache /proc/meminfo tells in both."""

import json
import re
import struct
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tools.command import layout, process
from tools.command.measuring.started import Started
from tools.command.refusal import Refusal

page = 4096
# kernel/memory/frames.hpp: class Frames (records, chunks, how many frames, how many are free) and FrameRecord.
account = struct.Struct("<QQII")
record = struct.Struct("<BBHI")
types = ("absent", "free", "kernel", "slot", "data", "table", "vector")


@dataclass(frozen=True)
class Use:
    """Bytes: all that is in use, and how much of it holds contents of files that could be read again."""
    all: int
    cache: int
    parts: dict[str, int]


def of_bulkhead(system: Started, size: int) -> Use:
    cache = _cache(_meminfo(system))
    records, _, count, free = account.unpack(read(system, symbol("6memory"), account.size))
    if not 0 < free < count <= (size + (1 << 30)) // page:
        raise Refusal("kernel::memory does not begin with the account of frames that kernel/memory/frames.hpp has")
    table = read(system, records, count * record.size)
    described = json.loads(layout.image.with_suffix(".json").read_text())["components"]
    names = {component["slot"]: component["name"] for component in described}
    parts = Counter()
    for number, owner, _, _ in record.iter_unpack(table):
        kind = types[number]
        parts[kind if kind in ("absent", "free", "kernel") else f"{names.get(owner, owner)}: {kind}"] += page
    if parts.pop("free", 0) != free * page:
        raise Refusal("the kernel's table of frames does not agree with its account")
    return Use(size - free * page, cache, dict(parts))


def read(system: Started, begin: int, length: int) -> bytes:
    """The machine's memory as its first processor sees it."""
    with tempfile.NamedTemporaryFile() as file:
        # QEMU takes a number of 64 bits as a signed one.
        system.monitor.order("memsave", val=begin - (begin >> 63 << 64), size=length, filename=file.name)
        return Path(file.name).read_bytes()


def symbol(mangled: str) -> int:
    """The address of an object of the kernel, whose last name is given with its length before it."""
    listed = process.quiet(["llvm-nm-19", layout.kernel], "looking for the kernel's objects").stdout
    for line in listed.splitlines():
        if re.search(rf" _ZN6kernel(12_GLOBAL__N_1)?{mangled}E$", line):
            return int(line.split()[0], 16)
    raise Refusal(f"the kernel has no object '{mangled[1:]}'")


def of_linux(system: Started, size: int) -> Use:
    fields = _meminfo(system)
    return Use(size - fields["MemFree"], _cache(fields), {})


def _meminfo(system: Started) -> dict[str, int]:
    """In bytes."""
    said = system.command("/bin/busybox cat /proc/meminfo")
    return {line.split(":")[0]: int(line.split()[1]) << 10 for line in said.splitlines() if line.endswith(" kB")}


def _cache(fields: dict[str, int]) -> int:
    return fields["Buffers"] + fields["Cached"]
