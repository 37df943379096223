# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead iso [FILE]`: a disc image that a BIOS and UEFI firmware start, from CD or as a USB stick."""

import shutil
import tempfile
from pathlib import Path

from tools.command import build, layout, options, packages, process, system_image
from tools.command.progress import say
from tools.command.refusal import Refusal

default = layout.build / "bulkhead.iso"

menu = """# The first serial port as well as the screen: the system's console is the serial port.
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=3
menuentry "Bulkhead (console on the first serial port)" {
  multiboot2 /boot/boot.elf
  module2 /boot/kernel.elf kernel
  module2 /boot/system.img system
}
"""


def main(arguments: list[str]) -> int:
    parser = options.Parser("iso", description="Makes a disc image that boots by BIOS and by UEFI. Its system takes a "
                            "virtio disk as its root where there is one, and has its root in memory where not.")
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, default=default,
                        help=f"where to make it (default {default.relative_to(layout.root)})")
    chosen = parser.parse_args(arguments)
    check(chosen.file)
    packages.ensure("iso")
    build.system()
    system_image.make_diskless()
    make(chosen.file)
    say(f"made {chosen.file}")
    return 0


def check(path: Path) -> None:
    """An ISO image that is there is made anew; nothing else is overwritten."""
    if path.exists():
        if not path.is_file():
            raise Refusal(f"{path} is no file; take another name")
        with path.open("rb") as file:
            file.seek(0x8001)  # ECMA-119, section 8.1: the first volume descriptor
            if file.read(5) != b"CD001":
                raise Refusal(f"{path} exists and is no ISO image, and is not overwritten; remove it or take another "
                              "name")
    if not path.absolute().parent.is_dir():
        raise Refusal(f"there is no folder {path.absolute().parent} to make {path.name} in")


def make(path: Path, kernel: Path = layout.kernel, image: Path = layout.diskless_image) -> None:
    layout.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="iso-", dir=layout.scratch) as folder:
        boot = Path(folder) / "root/boot"
        (boot / "grub").mkdir(parents=True)
        (boot / "grub/grub.cfg").write_text(menu)
        # What debuggers want stays at home.
        for source, name in ((layout.boot, "boot.elf"), (kernel, "kernel.elf")):
            process.quiet(["llvm-strip-19", "-o", boot / name, source], f"stripping {name}")
        shutil.copy(image, boot / "system.img")
        draft = Path(folder) / "draft.iso"
        process.quiet(["grub-mkrescue", "-o", draft, Path(folder) / "root"], "making the ISO image")
        shutil.move(draft, path)
