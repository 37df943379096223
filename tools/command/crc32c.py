# SPDX-License-Identifier: BSD-2-Clause
"""CRC-32C (Castagnoli), as lib/base/crc32c.hpp: the boot stage checks with it what the medium carries."""


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


_table = [_entry(byte) for byte in range(256)]


def of(data: bytes) -> int:
    value, table = 0xFFFFFFFF, _table
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF
