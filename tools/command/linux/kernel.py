# SPDX-License-Identifier: BSD-2-Clause
"""The Linux that Bulkhead is compared with: Debian's cloud kernel. The package is unpacked, not installed, so that the
host keeps the kernels that it has."""

import os
import re
import struct
import subprocess
from pathlib import Path

from tools.command import layout, packages, process
from tools.command.progress import say
from tools.command.refusal import Refusal

package = "linux-image-cloud-amd64"


def version() -> str:
    """The package of the newest kernel that the host's own lists know, which are fetched where there are none."""
    for update in (packages.update, None):
        said = process.quiet(["apt-cache", "depends", package], "looking for a Linux kernel to compare with").stdout
        for line in said.splitlines():
            if "Depends: linux-image-" in line:
                return line.split()[-1]
        if update:
            update()
    raise Refusal(f"apt knows no {package} to compare with; as root, run: apt-get update")


def kernel() -> Path:
    """It as an ELF file, which QEMU starts by the same protocol (PVH) as Bulkhead's."""
    name = version()
    path = layout.build / "linux" / name / "vmlinux"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    say(f"fetching {name} to compare with, unpacked in {path.parent}")
    # Root's folder is closed to the user that apt would otherwise fetch as.
    options = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    fetch = ["apt-get", "-q", *options, "download", name]
    try:
        process.quiet(fetch, f"fetching {name}", cwd=path.parent)
    except Refusal:
        packages.update()  # the lists may name a package that the archive has replaced
        process.quiet(fetch, f"fetching {name}", cwd=path.parent)
    archive = max(path.parent.glob("*.deb"), key=lambda deb: deb.stat().st_mtime)
    process.quiet(["dpkg-deb", "-x", archive, path.parent / "files"], f"unpacking {archive.name}")
    compressed = next((path.parent / "files/boot").glob("vmlinuz-*"))
    draft = path.with_suffix(".making")
    draft.write_bytes(_unpacked(compressed.read_bytes(), name))
    draft.rename(path)
    return path


def modules(*names: str) -> list[Path]:
    """These modules of the kernel and those that they need, in the order in which they are to be loaded."""
    there = {path.stem.replace("-", "_"): path for path in (kernel().parent / "files/lib/modules").rglob("*.ko")}
    order: dict[str, Path] = {}

    def take(name: str) -> None:
        if name not in there:
            raise Refusal(f"{version()} has no module {name}, which Bulkhead's tests load")
        # What depmod would read: text in the section .modinfo.
        needed = re.search(rb"(?<=\0)depends=([^\0]*)\0", there[name].read_bytes())
        for other in needed[1].decode().split(",") if needed and needed[1] else []:
            if other not in order:
                take(other)
        order[name] = there[name]

    for name in names:
        take(name)
    return list(order.values())


def _unpacked(image: bytes, name: str) -> bytes:
    """The kernel in a bzImage (Linux, Documentation/x86/boot.rst: setup_sects, payload_offset, payload_length)."""
    sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    payload = image[(sectors + 1) * 512:][offset:offset + length]
    if payload[:4] != b"\x02\x21\x4c\x18":
        raise Refusal(f"{name} is not compressed by LZ4, and this command unpacks nothing else")
    # The last four bytes are the length of what comes out.
    done = subprocess.run(["lz4", "-dc"], input=payload[:-4], capture_output=True)
    if done.returncode != 0 or len(done.stdout) != struct.unpack("<I", payload[-4:])[0]:
        raise Refusal(f"{name} cannot be unpacked")
    return done.stdout
