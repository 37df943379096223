# SPDX-License-Identifier: BSD-2-Clause
"""build/system.img: all components, verified, in the form in which the kernel takes them."""

from tools.command import layout, process


def make() -> None:
    """Makes the image anew if anything that goes into it has changed. Nothing that was not verified gets in."""
    builder = layout.host_tools / "mkimage"
    manifests = layout.manifests()
    if not builder.exists() or not manifests:
        return
    process.quiet([builder, "--out", layout.image, *manifests], "verifying the system")
