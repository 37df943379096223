# SPDX-License-Identifier: BSD-2-Clause
"""The root file system of the guest, as a folder: Debian's busybox and bash, a few files, and our own programs. A
disk's has the symbol file too, which is for people and has no place in the root in memory."""

import hashlib
import json
import os
import shutil
from pathlib import Path

from tools.command import layout, process
from tools.command.refusal import Refusal

busybox = Path("/bin/busybox")
bash = Path("/bin/bash-static")
terminals = Path("/lib/terminfo")  # what each kind of terminal understands, for bash and others (terminfo(5))
symbols = "usr/lib/bulkhead/symbols"

folders = {"bin": 0o755, "sbin": 0o755, "usr/bin": 0o755, "usr/sbin": 0o755, "usr/local/bin": 0o755, "etc": 0o755,
           "usr/lib/bulkhead": 0o755,
           "dev": 0o755, "proc": 0o555, "sys": 0o555, "home": 0o755, "mnt": 0o755, "run": 0o755, "var/log": 0o755,
           "var/tmp": 0o1777, "root": 0o700, "tmp": 0o1777}

files = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    "etc/group": "root:x:0:\ntty:x:5:\nusers:x:100:\nnogroup:x:65534:\n",
    "etc/hostname": "bulkhead\n",
    "etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\tbulkhead\n::1\tlocalhost\n",
    "etc/shells": "/bin/sh\n/bin/ash\n/bin/bash\n",
    "etc/os-release": 'NAME="Bulkhead"\nID=bulkhead\nPRETTY_NAME="Bulkhead"\n',
    "etc/profile": "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                   "export HOME=${HOME:-/root}\nexport PS1='\\u@\\h:\\w\\$ '\numask 022\n",
}


def programs() -> dict[str, Path]:
    """Our own programs: where they lie in the guest, and where they were built."""
    built = sorted(layout.programs.iterdir()) if layout.programs.is_dir() else []
    # What measures programs is no part of the system.
    return {f"sbin/{path.name}" if path.name == "init" else f"bin/{path.name}": path for path in built
            if path.name != "bench"}


def carried() -> dict[str, Path]:
    """What is brought onto a disk that is older than it."""
    return {**programs(), **({symbols: layout.symbols} if layout.symbols.exists() else {})}


def disk_fingerprint() -> str:
    """Changes when anything does that a disk's root is made of."""
    held = layout.symbols.read_bytes() if layout.symbols.exists() else b""
    return hashlib.sha256(fingerprint().encode() + held).hexdigest()


def prepare_disk() -> Path:
    """Makes build/disk-root, the root of a disk, anew if it is not what it would be now."""
    return _prepared(layout.disk_root, disk_fingerprint(), fill_disk)


def fill_disk(root: Path) -> None:
    fill(root)
    if layout.symbols.exists():
        shutil.copy(layout.symbols, root / symbols)
        (root / symbols).chmod(0o644)


def fingerprint() -> str:
    """Changes when anything does that the root is made of."""
    parts = [[path.stat().st_size, path.stat().st_mtime_ns] for path in (busybox, bash, terminals)] + [files, folders]
    parts += [[where, hashlib.sha256(path.read_bytes()).hexdigest()] for where, path in programs().items()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def prepare() -> Path:
    """Makes build/root anew if it is not what it would be now."""
    return _prepared(layout.guest_root, fingerprint(), fill)


def _prepared(root: Path, current: str, make) -> Path:
    for path, package in ((busybox, "busybox-static"), (bash, "bash-static"), (terminals, "ncurses-base")):
        if not path.exists():
            raise Refusal(f"there is no {path}; install the package {package}")
    stamp = root.with_name(root.name + ".stamp")
    if root.is_dir() and stamp.exists() and stamp.read_text() == current:
        return root
    stamp.unlink(missing_ok=True)
    shutil.rmtree(root, ignore_errors=True)
    make(root)
    stamp.write_text(current)
    return root


def fill(root: Path) -> None:
    for folder in folders:
        (root / folder).mkdir(parents=True)
    for name, contents in files.items():
        (root / name).write_text(contents)
    shutil.copy(busybox, root / "bin/busybox")
    shutil.copy(bash, root / "bin/bash")
    for applet in process.quiet([busybox, "--list-full"], "asking busybox for its applets").stdout.split():
        link = root / applet
        # `linuxrc` is what an old Linux starts; here it would lie in / for nothing.
        if applet not in ("bin/busybox", "linuxrc") and link.parent.is_dir():
            link.symlink_to(os.path.relpath(root / "bin/busybox", link.parent))
    shutil.copytree(terminals, root / "lib/terminfo", symlinks=True)
    for where, path in programs().items():
        (root / where).unlink(missing_ok=True)
        shutil.copy(path, root / where)
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
    for folder, mode in folders.items():
        (root / folder).chmod(mode)
    root.chmod(0o755)
