# SPDX-License-Identifier: BSD-2-Clause
"""What `run`, `exec` and `gdb` have in common: their options, and all that comes before QEMU starts."""

import contextlib
import os
import socket
from pathlib import Path

from tools.command import accelerator, build, disk_image, guest_root, layout, options, packages, panic, system_image
from tools.command import transfer
from tools.command.progress import say
from tools.command.qemu import Machine
from tools.command.refusal import Refusal

least_memory = 32 << 20
most_processors = 32
kept_logs = 40


def add_options(parser: options.Parser) -> None:
    parser.add_argument("--smp", metavar="N", type=options.positive, default=2, help="processors (default 2)")
    parser.add_argument("--mem", metavar="SIZE", type=options.size, default=256 << 20, help="memory (default 256M)")
    parser.add_argument("--disk", metavar="IMG", type=Path, help="a disk image instead of the one that lasts")
    parser.add_argument("--no-disk", action="store_true", help="a root in memory, gone at the end, instead of a disk")
    parser.add_argument("--put", metavar="SRC:DST", type=options.put, action="append", default=[],
                        help="put the host's SRC into the guest as DST first (may be said again)")
    parser.add_argument("--accel", choices=("auto", "kvm", "tcg"), default="auto", help="acceleration (default auto)")
    # Accepted, and refused with the reason, as long as the tree lacks what they need.
    parser.add_argument("--forward", metavar="HOST:GUEST", type=options.forward, action="append", default=[],
                        help="lead a port of the host's loopback to the guest" if _has_network() else options.hidden)
    parser.add_argument("--display", action="store_true",
                        help="open a window with the guest's display" if _has_display() else options.hidden)


def check(chosen) -> None:
    """All that can be said about the options before anything is built."""
    check_machine(chosen)
    if chosen.no_disk and (chosen.disk is not None or chosen.put):
        raise Refusal(f"--no-disk: there is no disk then for {'--put' if chosen.put else '--disk'}; leave out one of "
                      "the two")
    if chosen.disk is not None and not chosen.disk.exists():
        raise Refusal(f"there is no disk image {chosen.disk}; make one with: ./bulkhead disk {chosen.disk}")
    for item in chosen.put:
        if not Path(item.source).exists():
            raise Refusal(f"--put: there is no {item.source} to put into the guest")
    for rule in chosen.forward:
        _check_port(rule.host)
    if chosen.forward and not _has_network():
        raise Refusal("--forward: this tree has no network server yet (servers/network)")
    if chosen.display and not _has_display():
        raise Refusal("--display: this tree has no display driver yet (drivers/display)")


def check_machine(chosen) -> None:
    if chosen.smp > most_processors:
        raise Refusal(f"--smp: {chosen.smp} processors are too many; {most_processors} is the most")
    if chosen.mem < least_memory:
        raise Refusal(f"--mem: {chosen.mem >> 10}K is too little memory to start; give {least_memory >> 20}M or more")


def prepare(name: str) -> None:
    """Installs and builds what is missing."""
    packages.ensure(name)
    build.system()
    if not layout.kernel.exists():
        raise Refusal("this tree has no kernel to boot: kernel/ makes no build/target/kernel.elf")
    if not layout.image.exists():
        raise Refusal("this tree has no system image to boot: no component, or no tools/mkimage to make it")


def disk(chosen) -> Path:
    """The image that the user named, or else the one that lasts, which is made if it is not there."""
    if chosen.disk is not None:
        return chosen.disk
    path = layout.persistent_disk()
    if not path.exists():
        say(f"making a disk of {disk_image.default_size >> 30} GiB that lasts (little of it is used yet): {path}")
        disk_image.make(path, disk_image.default_size, guest_root.prepare_disk())
        _stamp(path).write_text(guest_root.disk_fingerprint())
    return path


def fill(image: Path, chosen) -> None:
    """Brings what the user put, and our own programs if they were built anew, into an image that is not in use."""
    disk_image.mend(image)
    if chosen.disk is None:
        stamp = _stamp(layout.persistent_disk())
        current = guest_root.disk_fingerprint()
        if not stamp.exists() or stamp.read_text() != current:
            transfer.make_folder(image, str(Path("/", guest_root.symbols).parent))
            for where, file in guest_root.carried().items():
                transfer.put(image, options.Transfer(str(file), f"/{where}"))
            if image == layout.persistent_disk():
                stamp.write_text(current)
    for item in chosen.put:
        transfer.put(image, item)


@contextlib.contextmanager
def own_disk(chosen):
    """The disk that lasts, or the named one, filled, and the locks that keep others off it; none if none is wanted."""
    if chosen.no_disk:
        say("the root is in memory, and goes with it")
        yield None, []
        return
    image = disk(chosen)
    with disk_image.locked(image) as lock:
        fill(image, chosen)
        say(f"the disk is {image}")
        yield image, [lock]


@contextlib.contextmanager
def copied_disk(chosen, keep: bool = False):
    """A filled scratch copy of that disk."""
    if chosen.no_disk:
        yield None
        return
    with disk_image.scratch_copy(disk(chosen), keep=keep) as image:
        fill(image, chosen)
        yield image


def machine(chosen, append: str = "") -> Machine:
    if chosen.no_disk:
        system_image.make_diskless()
    return Machine(image=layout.diskless_image if chosen.no_disk else layout.image, log=new_log("debug"),
                   accelerator=accelerator.choose(chosen.accel), smp=chosen.smp, memory=chosen.mem,
                   forwards=chosen.forward, display=chosen.display, append=append)


def new_log(kind: str) -> Path:
    """An empty file build/log/KIND-N.log; old ones are removed."""
    layout.logs.mkdir(parents=True, exist_ok=True)

    def number(path: Path) -> int:
        text = path.stem.rpartition("-")[2]
        return int(text) if text.isdigit() else 0

    logs = sorted(layout.logs.glob(f"{kind}-*.log"), key=number)
    for old in logs[:-kept_logs]:
        old.unlink(missing_ok=True)
    following = number(logs[-1]) + 1 if logs else 1
    while True:
        path = layout.logs / f"{kind}-{following}.log"
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
            return path
        following += 1


def last_words(log: Path) -> str:
    """The last line that the kernel said, or why it panicked, for the one line in which a failure is told."""
    failed = panic.find(log)
    if failed:
        return f"the kernel panicked: {failed.why}; "
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return f"the kernel's last words: {lines[-1].strip()}; " if lines else ""


def _stamp(path: Path) -> Path:
    return path.with_name(path.name + ".stamp")


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refusal(f"--forward: only root may use the host's port {port}; take one above 1023") from None
        except OSError:
            raise Refusal(f"--forward: the host's port {port} is in use; take another") from None


def _has_network() -> bool:
    return (layout.root / "servers/network/manifest.toml").exists()


def _has_display() -> bool:
    return any(layout.root.glob("drivers/display/*/manifest.toml"))
