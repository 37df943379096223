# SPDX-License-Identifier: BSD-2-Clause
"""Looks at an ext4 superblock, to tell a disk image that the guest can use from anything else."""

import struct
from dataclasses import dataclass
from pathlib import Path

from tools.command.refusal import Refusal

offset = 1024
magic = 0xEF53
needs_recovery = 0x4
known_clean = 0x1


@dataclass(frozen=True)
class Superblock:
    """The fields of ext4's superblock (Linux, Documentation/filesystems/ext4/super.rst) that matter here."""
    block_size: int
    blocks: int
    clean: bool


def parse(data: bytes) -> Superblock | None:
    """`data` begins at the superblock; None if it is none."""
    if len(data) < 1024 or struct.unpack_from("<H", data, 0x38)[0] != magic:
        return None
    low, = struct.unpack_from("<I", data, 0x4)
    high, = struct.unpack_from("<I", data, 0x150)
    log_size, = struct.unpack_from("<I", data, 0x18)
    state, = struct.unpack_from("<H", data, 0x3A)
    incompatible, = struct.unpack_from("<I", data, 0x60)
    wide = incompatible & 0x80
    clean = bool(state & known_clean) and not incompatible & needs_recovery
    return Superblock(1024 << min(log_size, 16), low | (high << 32 if wide else 0), clean)


def examine(path: Path) -> Superblock:
    """The superblock of a whole ext4 image with 4 KiB blocks; anything else is refused."""
    remake = f"make one with: ./bulkhead disk {path}"
    try:
        with path.open("rb") as image:
            image.seek(offset)
            found = parse(image.read(1024))
        length = path.stat().st_size
    except FileNotFoundError:
        raise Refusal(f"there is no disk image {path}; {remake}") from None
    except OSError as error:
        raise Refusal(f"the disk image {path} cannot be read: {error.strerror}") from None
    elsewhere = "make another with: ./bulkhead disk IMG"
    if found is None:
        raise Refusal(f"{path} is not an ext4 disk image; {elsewhere}")
    if found.block_size != 4096:
        raise Refusal(f"{path} has blocks of {found.block_size} bytes, and Bulkhead reads 4096 only; {elsewhere}")
    if length < found.blocks * found.block_size:
        raise Refusal(f"{path} is cut short: {length} bytes of {found.blocks * found.block_size}; "
                      f"bring back a whole copy, or {elsewhere}")
    return found
