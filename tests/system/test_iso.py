# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead iso`: the medium boots by BIOS (SeaBIOS) and by UEFI (OVMF), and says what is wrong with it."""

import json
from pathlib import Path

from tests.system.harness import Context, System, check, prompt
from tools.command import iso, layout

bios = None
uefi = Path("/usr/share/ovmf/OVMF.fd")
menu = "The highlighted entry will be executed"
second_entry = "\x1b[B\n"


def medium(context: Context) -> Path:
    path = context.folder / "bulkhead.iso"
    done = context.command("iso", str(path))
    check(done.returncode == 0 and path.is_file(), f"status {done.returncode}, said {done.stderr!r}")
    return path


def to_prompt(system: System) -> System:
    system.wait_for("boot: starting the kernel with [0-9]+ MiB")
    system.wait_for(prompt)
    return system


def ask(system: System, command: str) -> tuple[str, int]:
    """What the command printed and its status, once the shell asks for the next one."""
    answer = system.shell(command)
    system.wait_for(prompt)
    return answer


def mounted_as_root(system: System) -> str:
    text, _ = ask(system, "mount | grep ' on / '")
    return text.split()[4]


def usable(context: Context, firmware: Path | None) -> None:
    """Without a disk, on one processor and on two: programs run, files are kept, all components are well."""
    path = medium(context)
    for processors in (1, 2):
        system = to_prompt(context.boot_medium(path, firmware, smp=processors))
        found, _ = ask(system, "grep -c ^processor /proc/cpuinfo")
        check(found == str(processors), f"{found} processors instead of {processors}")
        check(mounted_as_root(system) == "rootfs", "the root is not in memory")
        check(ask(system, "bash -c 'seq 3000 | sort -rn > /tmp/f'") == ("", 0), "programs do not run")
        said, _ = ask(system, "head -n 1 /tmp/f; wc -l < /tmp/f")
        check(said.split() == ["3000", "3000"], f"the file holds {said!r}")
        said, _ = ask(system, "service list --json")
        states = {each["name"]: (each["state"], each["generation"]) for each in json.loads(said)}
        check("process" in states and set(states.values()) == {("running", 1)}, f"not all are well: {states}")
        system.power_off()


def bios_without_a_disk(context):
    usable(context, bios)


def uefi_without_a_disk(context):
    usable(context, uefi)


def uefi_with_much_memory_in_pieces(context):
    """The kernel's table of the frames of 4 GiB does not fit below what this firmware keeps for itself at 8 MiB."""
    system = to_prompt(context.boot_medium(medium(context), uefi, memory="4096M"))
    said, _ = ask(system, "grep MemTotal /proc/meminfo")
    check(int(said.split()[1]) > 3 << 20, f"of 4 GiB there are {said}")
    system.power_off()


def lasting(context: Context, firmware: Path | None) -> None:
    """A file that was written is there after the next boot, unless the root is in memory."""
    path, disk = medium(context), context.disk()
    system = to_prompt(context.boot_medium(path, firmware, disk))
    check(mounted_as_root(system) == "ext4", "the root is not on the disk")
    check(ask(system, "echo here > /root/note && sync") == ("", 0), "the note could not be written")
    system.power_off()
    system = to_prompt(context.boot_medium(path, firmware, disk))
    check(ask(system, "cat /root/note") == ("here", 0), "the note is not there after the next boot")
    system.power_off()


def bios_with_a_disk(context):
    lasting(context, bios)


def uefi_with_a_disk(context):
    lasting(context, uefi)


def the_second_entry_leaves_the_disk_alone(context):
    disk = context.disk()
    before = disk.read_bytes()
    system = context.boot_medium(medium(context), bios, disk)
    system.wait_for(menu)
    system.send(second_entry)
    to_prompt(system)
    check(mounted_as_root(system) == "rootfs", "the root is not in memory")
    check(ask(system, "grep -cw root=memory /proc/cmdline") == ("1", 0), "the command line did not come through")
    check(ask(system, "echo gone > /root/note && sync") == ("", 0), "the note could not be written")
    system.power_off()
    check(disk.read_bytes() == before, "the disk was written")


def damaged(source: Path, folder: Path) -> Path:
    """A copy with one bit changed in its middle."""
    contents = bytearray(source.read_bytes())
    contents[len(contents) // 2] ^= 1
    path = folder / source.name
    path.write_bytes(contents)
    return path


def damage_is_named(context):
    path = context.folder / "damaged.iso"
    for firmware, name, source, what in ((bios, "kernel.elf", layout.kernel, "kernel"),
                                         (uefi, "system.img", layout.diskless_image, "image")):
        iso.make(path, {name: damaged(source, context.folder)})
        system = context.boot_medium(path, firmware)
        system.wait_for(f"boot: the {what} on the boot medium is damaged: write the medium again")
        system.wait_for("boot: halted")
        check("starting the kernel" not in system.console, f"a damaged {what} was started all the same")


def a_stray_file_is_no_kernel(context):
    """Its checksum is right: what is wrong with it is seen by what it is."""
    path, stray = context.folder / "stray.iso", context.folder / "stray"
    stray.write_text("no kernel\n")
    iso.make(path, kernel=stray)
    system = context.boot_medium(path, bios)
    system.wait_for("boot: the kernel cannot be started: it is not an ELF file")


def only_a_medium_is_made_anew(context):
    path = medium(context)
    before = path.stat().st_mtime_ns
    check(medium(context).stat().st_mtime_ns > before, "it was not made anew")
    other = context.folder / "letter.txt"
    other.write_text("not to be lost\n")
    for file, line in ((other, f"{other} exists already, and is no ISO image to make anew"),
                       (context.folder, f"{context.folder} exists already, and is no ISO image"),
                       (context.folder / "no/x.iso", f"there is no folder {context.folder / 'no'} to make x.iso in")):
        done = context.command("iso", str(file))
        lines = done.stderr.decode().splitlines()
        check(done.returncode == 1 and len(lines) == 1 and line in lines[0], f"status {done.returncode}, {lines}")
    check(other.read_text() == "not to be lost\n", "the file was overwritten")


tests = [bios_without_a_disk, uefi_without_a_disk, uefi_with_much_memory_in_pieces, bios_with_a_disk,
         uefi_with_a_disk, the_second_entry_leaves_the_disk_alone, damage_is_named, a_stray_file_is_no_kernel,
         only_a_medium_is_made_anew]
