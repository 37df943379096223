# SPDX-License-Identifier: BSD-2-Clause
"""Where things lie in the source and in the build tree."""

import os
from pathlib import Path

root = Path(__file__).resolve().parent.parent.parent
build = root / "build"
host = build / "host"
host_tools = host / "tools"
target = build / "target"
kernel = target / "kernel.elf"
boot_stage = target / "boot.elf"
components = target / "components"
programs = target / "programs"
image = build / "system.img"
diskless_image = build / "diskless.img"
medium = build / "bulkhead.iso"
symbols = build / "symbols"
docs = build / "docs"
guest_root = build / "root"
disk_root = build / "disk-root"
# Tests have theirs kept where they fail.
logs = Path(os.environ.get("BULKHEAD_LOGS", build / "log"))
scratch = build / "scratch"
kept = build / "kept"


def _home(variable: str, otherwise: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / otherwise) / "bulkhead"


def persistent_disk() -> Path:
    return _home("XDG_DATA_HOME", ".local/share") / "disk.img"


def cache() -> Path:
    return _home("XDG_CACHE_HOME", ".cache")


def manifests() -> list[Path]:
    """The manifests of all components of the system, by name of the folder."""
    return sorted([*root.glob("servers/*/manifest.toml"), *root.glob("drivers/*/*/manifest.toml")])
