# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead gdb kernel|NAME`: boots a scratch copy of the disk under the debugger, stopped at the first
instruction."""

import signal
import subprocess
import tempfile
from pathlib import Path

from tools.command import boot, layout, options, packages, qemu
from tools.command.progress import say
from tools.command.refusal import Refusal


def main(arguments: list[str]) -> int:
    parser = options.Parser("gdb", description="Boots under the debugger, stopped at the first instruction. All "
                            "components are linked at one address: a breakpoint in one may stop another.")
    parser.add_argument("name", metavar="kernel|NAME", help="whose symbols to read")
    boot.add_options(parser)
    chosen = parser.parse_args(arguments)
    boot.check(chosen)
    packages.ensure("gdb")
    boot.prepare("gdb")
    symbols = layout.kernel if chosen.name == "kernel" else layout.components / chosen.name
    if not symbols.is_file():
        raise Refusal(f"gdb: there is no component '{chosen.name}' in this tree")
    console = boot.new_log("console")
    with boot.copied_disk(chosen) as image, tempfile.TemporaryDirectory(prefix="bulkhead-") as folder:
        machine = boot.machine(chosen)
        machine.disk = image
        machine.serial = ["console"]
        place = Path(folder) / "gdb"
        machine.extra += ["-chardev", f"file,id=console,path={qemu.escaped(console)}", "-S",
                          "-chardev", f"socket,id=gdb,path={place},server=on,wait=off", "-gdb", "chardev:gdb"]
        # In a group of its own, so that Ctrl-C stops the guest through the debugger and does not end QEMU.
        child = machine.start(stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            say(f"the console is written to {console}; the kernel's log to {machine.log}")
            signal.signal(signal.SIGINT, lambda number, frame: None)  # Ctrl-C is the debugger's
            return subprocess.run(["gdb", "-q", str(symbols), "-ex", f"set substitute-path /bulkhead {layout.root}",
                                   "-ex", f"target remote {place}"]).returncode
        finally:
            qemu.end(child)
