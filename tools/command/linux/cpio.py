# SPDX-License-Identifier: BSD-2-Clause
"""An archive in the form of Linux's root in memory (newc: Linux, Documentation/driver-api/early-userspace)."""

import stat


def file(name: str, contents: bytes) -> tuple:
    return name, stat.S_IFREG | 0o755, contents, (0, 0)


def folder(name: str) -> tuple:
    return name, stat.S_IFDIR | 0o755, b"", (0, 0)


def device(name: str, major: int, minor: int) -> tuple:
    return name, stat.S_IFCHR | 0o600, b"", (major, minor)


def archive(entries: list[tuple]) -> bytes:
    packed = b""
    for number, (name, mode, contents, device_number) in enumerate([*entries, ("TRAILER!!!", 0, b"", (0, 0))], 1):
        fields = (number, mode, 0, 0, 1, 0, len(contents), 0, 0, *device_number, len(name) + 1, 0)
        packed += _padded(b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0")
        packed += _padded(contents)
    return packed


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
