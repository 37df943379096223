# SPDX-License-Identifier: BSD-2-Clause
"""The Linux that Bulkhead is compared with: Debian's cloud kernel and a root in memory that is busybox and a shell. The
package is unpacked, not installed, so that the host keeps the kernels that it has."""

import os
import struct
import subprocess
from pathlib import Path

from tools.command import guest_root, layout, process
from tools.command.measuring import cpio
from tools.command.progress import say
from tools.command.refusal import Refusal

package = "linux-image-cloud-amd64"
quiet = "console=ttyS0 quiet"
# Without what mitigates flaws that an emulated processor does not have. That copies avoid what emulators are slow at is
# the processor's doing (no erms), which is the same for all.
tuned = f"{quiet} mitigations=off"

start = """#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs devtmpfs /dev
exec /bin/busybox setsid /bin/busybox cttyhack /bin/busybox sh
"""


def version() -> str:
    """The package of the newest kernel that the host's own lists know."""
    said = process.quiet(["apt-cache", "depends", package], "looking for a Linux kernel to compare with").stdout
    for line in said.splitlines():
        if "Depends: linux-image-" in line:
            return line.split()[-1]
    raise Refusal(f"apt knows no {package} to compare with; as root, run: apt-get update")


def kernel() -> Path:
    """It as an ELF file, which QEMU starts by the same protocol (PVH) as Bulkhead's."""
    name = version()
    path = layout.build / "bench" / name / "vmlinux"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    say(f"fetching {name} to compare with, unpacked in {path.parent}")
    # Root's folder is closed to the user that apt would otherwise fetch as.
    options = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    process.quiet(["apt-get", "-q", *options, "download", name], f"fetching {name}", cwd=path.parent)
    archive = max(path.parent.glob("*.deb"), key=lambda deb: deb.stat().st_mtime)
    process.quiet(["dpkg-deb", "-x", archive, path.parent / "files"], f"unpacking {archive.name}")
    compressed = next((path.parent / "files/boot").glob("vmlinuz-*"))
    draft = path.with_suffix(".making")
    draft.write_bytes(_unpacked(compressed.read_bytes(), name))
    draft.rename(path)
    return path


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


def root() -> Path:
    """Its root file system."""
    path = layout.build / "bench" / "linux-root.cpio"
    entries = [cpio.folder(name) for name in ("bin", "dev", "proc", "root")]
    entries += [cpio.device("dev/console", 5, 1), cpio.file("bin/busybox", guest_root.busybox.read_bytes()),
                cpio.file("bin/bench", (layout.programs / "bench").read_bytes()), cpio.file("init", start.encode())]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cpio.archive(entries))
    return path
