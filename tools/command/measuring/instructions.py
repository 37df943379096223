# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel's paths cost, in exact instructions: on a machine whose time stamp counter counts them."""

from tools.command.measuring import components

exact = {"accelerator": "tcg,thread=single", "smp": 1}
counted = ["-icount", "shift=0"]


def measure() -> dict[str, int]:
    """Instructions by row: the same at every run of the same binaries."""
    folders = ("servers/bench/client", "servers/bench/ping", "servers/bench/raw_ping")
    return dict(components.said("instructions", folders, memory=64 << 20, extra=list(counted), **exact))
