# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead iso [FILE]`: a medium from which the system boots by BIOS and by UEFI."""

import shutil
import tempfile
from pathlib import Path

from tools.command import build, crc32c, layout, options, packages, process, system_image
from tools.command.progress import say
from tools.command.refusal import Refusal

# GRUB's modules are loaded when a command needs them; these are all that the menu needs on either firmware.
modules = "normal serial terminal echo multiboot2 halt iso9660 part_gpt part_msdos fat search"

# The serial line is the system's console: GRUB speaks there too, and on the screen if there is one.
menu = """\
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=3
set default=0

function start {{
  echo "Bulkhead: starting. Its console is the first serial port (115200 baud, 8N1); the screen stays as it is."
  multiboot2 /boot/boot.elf $@
  module2 /boot/kernel.elf kernel crc32c={kernel:08x}
  module2 /boot/system.img image crc32c={image:08x}
}}

menuentry "Bulkhead (root on the first virtio disk if there is one, else in memory)" {{
  start
}}
menuentry "Bulkhead with its root in memory" {{
  start root=memory
}}
menuentry "Turn the machine off" {{
  halt
}}
"""


def main(arguments: list[str]) -> int:
    parser = options.Parser("iso", description="Makes an ISO image that boots the system by BIOS and by UEFI, from a "
                            "CD or, written to it byte by byte, from a USB stick.")
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, default=layout.medium,
                        help=f"where to make it (default {layout.medium.relative_to(layout.root)})")
    file = parser.parse_args(arguments).file
    check(file)
    packages.ensure("iso")
    build.system()
    system_image.make_diskless()
    make(file)
    say(f"made {file}")
    return 0


def check(file: Path) -> None:
    """A medium is made anew where one was; nothing else is overwritten."""
    if file.exists() and not is_medium(file):
        raise Refusal(f"{file} exists already, and is no ISO image to make anew; remove it or take another name")
    if not file.absolute().parent.is_dir():
        raise Refusal(f"there is no folder {file.absolute().parent} to make {file.name} in")


def is_medium(file: Path) -> bool:
    """Whether it begins as ISO 9660 does: sector 16 is a volume descriptor (ECMA-119, 8.1)."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        opened.seek(16 * 2048 + 1)
        return opened.read(5) == b"CD001"


def make(file: Path, damage: dict[str, Path] | None = None, kernel: Path = layout.kernel) -> None:
    """Makes the medium of what was built. `damage`, for tests: files by name that take the place of those whose
    checksums the menu gives."""
    parts = {"boot.elf": layout.boot_stage, "kernel.elf": kernel, "system.img": layout.diskless_image}
    text = menu.format(kernel=_sum(parts["kernel.elf"]), image=_sum(parts["system.img"]))
    layout.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="iso-", dir=layout.scratch) as folder:
        (Path(folder) / "root/boot/grub").mkdir(parents=True)
        (Path(folder) / "root/boot/grub/grub.cfg").write_text(text)
        for name, source in {**parts, **(damage or {})}.items():
            shutil.copy(source, Path(folder) / "root/boot" / name)
        made = Path(folder) / "made.iso"
        process.quiet(["grub-mkrescue", "-o", made, f"--install-modules={modules}", "--locales=", "--fonts=",
                       "--themes=", Path(folder) / "root", "--", "-volid", "BULKHEAD"], "making the boot medium")
        # Whole or not at all: what was there stays until the new one is complete.
        part = file.with_name(file.name + ".part")
        shutil.copyfile(made, part)
        part.replace(file)


def _sum(file: Path) -> int:
    return crc32c.of(file.read_bytes())
