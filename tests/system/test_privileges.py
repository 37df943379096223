# SPDX-License-Identifier: BSD-2-Clause
"""One privilege of each component is taken away at a time: from the table of the built image, since the verifier would
refuse the manifest. The system is booted and driven, and the refusal is named in the log: by the component that was
refused, or, where memory is missing, by the crash report."""

import os
import re
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.system.harness import base_disk, check, escape, patience, prompt, Failure
from tools.command import accelerator, layout, qemu

strip = layout.host_tools / "strip-privilege"

# What most components do when the system boots, works and ends.
work = """
mkdir /root/d; echo text > /root/d/f; sync; cat /root/d/f; rm -r /root/d
for n in 1 2 3; do echo x > /dev/ttyS$n; done
sleep 100 & kill -STOP $!; kill -CONT $!; kill $!; wait
service list > /dev/null; service log > /dev/null; ps > /dev/null; dmesg > /dev/null; service restart mc146818
"""
end = "poweroff\n"
# A successor asks what it may not try again.
failure = "service inject {} segv --force\n"
eviction = "dd if=/dev/zero of=/root/large bs=1M count=96 2>/dev/null\n"
idleness = "sleep 3\n"
mending = """
service restart virtio-blk
while :; do cat /bin/busybox > /root/c; sync; done & worker=$!
until service inject virtio-blk segv --when busy; do :; done
kill $worker
until service inject information violate --when busy; do :; done
"""
hanging = """
while :; do echo line; done > /dev/ttyS1 & worker=$!
until service inject uart16550 hang --when busy; do :; done
"""
# Where that is not enough: component, kind and object of the privilege, and what is done besides.
besides = {("file", "kernel", "frame_state"): eviction,
           ("uart16550", "call", "store"): hanging}

# Privileges that no test can have used, and why they are kept.
kept = {
    ("pci", "port", "0x400"): "power management of other machines than QEMU's",
    ("pci", "port", "0x800"): "power management of other machines than QEMU's",
    ("pci", "port", "0x1800"): "power management of other machines than QEMU's",
    ("pci", "port", "0xb000"): "power management of other machines than QEMU's",
    ("pci", "port", "0x64"): "resets where nothing else does",
    ("mc146818", "call", "store"): "asked where a drill makes it hang in a request; it has none but at the start",
    ("file", "notify", "process"): "comes with the contract's event, which is meant for memory",
    ("memory", "kernel", "wake"): "for two threads of one program, of which one waits for the other's fault",
    ("reincarnation", "vault", ""): "nobody reports on who reports: the kernel starts it again and again, in silence",
}


class Drive:
    """A machine that works off the commands, until what is waited for stands in its log or it ends."""

    def __init__(self, context, name: str, image, commands: str, wanted: str | None, disk: bool = True):
        self._changed = threading.Condition()
        self._wanted = wanted and re.compile(wanted, re.MULTILINE)
        self._log = self._console = ""
        self._open = 2
        # A pipe with a name, so that what the kernel says is heard at once.
        pipe = context.folder / f"log-{name}"
        os.mkfifo(pipe)
        machine = qemu.Machine(log=pipe, accelerator=accelerator.choose("auto"), image=image, memory=128 << 20)
        if disk:
            machine.extra += ["-drive", f"if=none,id=root,file={qemu.escaped(base_disk)},format=raw,snapshot=on",
                              "-device", "virtio-blk-pci,drive=root,disable-legacy=on"]
        self._port = machine.channel("console")
        others = [machine.channel(f"port{n}") for n in (1, 2, 3)]
        machine.serial = ["console", "port1", "port2", "port3"]
        process = machine.start(stdin=subprocess.DEVNULL)
        log = open(pipe, "rb", buffering=0)
        for read, note in ((log.read, self._note_log), (self._port.recv, self._note_console)):
            threading.Thread(target=self._listen, args=(read, note), daemon=True).start()
        try:
            self._work_off(commands)
        finally:
            qemu.end(process)
            for each in (self._port, *others):
                each.close()
            self.log, self.console = self._log, self._console

    def _listen(self, read, note) -> None:
        while True:
            try:
                data = read(65536)
            except OSError:
                data = b""
            with self._changed:
                if data:
                    note(data.decode(errors="replace"))
                else:
                    self._open -= 1
                self._changed.notify_all()
            if not data:
                return

    def _note_log(self, text: str) -> None:
        self._log += text

    def _note_console(self, text: str) -> None:
        self._console = escape.sub("", self._console + text)

    def _work_off(self, commands: str) -> None:
        at = 0
        for line in ["\x03", *commands.lstrip().splitlines(keepends=True)]:
            if self._until(lambda: re.search(prompt, self._console[at:], re.MULTILINE)):
                return
            at = len(self._console)
            self._port.sendall(line.encode())
        self._until(lambda: False)

    def _until(self, condition) -> bool:
        """Whether there is nothing more to wait for."""
        with self._changed:
            over = lambda: (self._wanted and self._wanted.search(self._log)) or not self._open
            if not self._changed.wait_for(lambda: over() or condition(), patience):
                raise Failure(f"nothing happened; the log ends with {self._log[-600:]!r}, "
                              f"the console with {self._console[-200:]!r}")
            return bool(over())


def refusal_of(component: str, kind: str, thing: str) -> str:
    """What the log says where it is missing."""
    who = rf"^{component}: the kernel refused "
    crash = rf"^reincarnation: crash \d+: {component} .*page fault of address 0x[0-9a-f]+ "
    return {"call": who + rf"call to {thing}$",
            "notify": who + rf"notify of {thing}$",
            "kernel": who + rf"{thing}( .*)?$",
            "port": who + rf"port_\w+ of port {thing[:-1]}",  # one of the range that begins there
            "interrupt": rf"^({component}: the kernel refused irq_ack of interrupt {thing}|"
                         rf"pci: the kernel refused irq_bind of interrupt {thing} of {component})$",
            "window": rf"^pci: the kernel refused device_bind of window {thing} of {component}$",
            # What a component takes, and what the kernel takes for it where something is mapped.
            "frames": {"pci": r"^pci: no frames for the page tables of what the firmware wrote",
                       "virtio-blk": r"^pci: no frames of slot \d+ for the page tables of its window 0$",
                       }.get(component, who + "frames_take$"),
            "vault": crash + r"\(vault\)",
            "dma": rf"^{component}: cannot start: the DMA region",
            "archive": crash + r"\(boot archive\)"}[kind]


def commands_for(component: str, kind: str, thing: str) -> str:
    if component == "reincarnation":
        return work + mending + idleness + end
    whole = work + besides.get((component, kind, thing), "")
    # The machine stays until the successor has been refused.
    return whole + (failure.format(component) if thing in ("reincarnation", "call") else end)


def all_privileges() -> list[tuple[str, str, str]]:
    listed = subprocess.run([strip, layout.image], capture_output=True, text=True, check=True).stdout
    return [tuple(line.split("\t")) for line in listed.splitlines()]


def strip_one(context, privilege: tuple[str, str, str]) -> str | None:
    """Boots without that one; what is wrong with what was seen."""
    name = "-".join(privilege)
    image = context.folder / f"{name}.img"
    subprocess.run([strip, layout.image, image, *filter(None, privilege)], check=True)
    wanted = refusal_of(*privilege)
    try:
        drive = Drive(context, name, image, commands_for(*privilege), wanted, disk=privilege[1] != "archive")
    except Failure as failed:
        return f"{' '.join(privilege)}: {failed}"
    finally:
        image.unlink()
    if re.search(wanted, drive.log, re.MULTILINE):
        return None
    return f"{' '.join(privilege)}: the system ended, and nothing in its log is {wanted!r}"


def each_refusal_is_named(context):
    privileges = all_privileges()
    unknown = kept.keys() - set(privileges)
    check(not unknown, f"the test knows privileges that are not there any more: {unknown}")
    tried = [each for each in privileges if each not in kept]
    check(len(tried) > 150, f"only {len(tried)} privileges were found")
    with ThreadPoolExecutor(2) as boots:
        wrong = [each for each in boots.map(lambda each: strip_one(context, each), tried) if each]
    check(not wrong, f"{len(wrong)} of {len(tried)}: " + "\n".join(wrong))


def nothing_is_refused_with_all_of_them(context):
    """The same work, with the table as it is."""
    commands = work + eviction + mending + hanging + idleness + end
    drive = Drive(context, "all", layout.image, commands, None)
    check("refused" not in drive.log, f"refused: {drive.log!r}")
    check("activated: virtio-blk" in drive.console and "activated: uart16550" in drive.console,
          f"the work was not done: {drive.console!r}")


def only_what_is_there_is_taken_away(context):
    """What the tool does is seen in its own list, and it takes nothing else."""
    image = context.folder / "less.img"
    subprocess.run([strip, layout.image, image, "uart16550", "port", "0x3f8"], check=True)
    left = subprocess.run([strip, image], capture_output=True, text=True, check=True).stdout
    taken = set(all_privileges()) - {tuple(line.split("\t")) for line in left.splitlines()}
    check(taken == {("uart16550", "port", "0x3f8")}, f"left: {left}")
    for words in (["uart16550", "port", "0x3f9"], ["nobody", "dma"]):
        done = subprocess.run([strip, layout.image, image, *words], capture_output=True, text=True)
        check(done.returncode == 1 and f"{words[0]} has no {words[1]}" in done.stderr, f"{words}: {done}")


tests = [each_refusal_is_named, nothing_is_refused_with_all_of_them, only_what_is_there_is_taken_away]
