# SPDX-License-Identifier: BSD-2-Clause
"""Linux calls with random arguments (linux_calls.c): no component fails, the system works, and its disk is sound."""

import re
import shutil

from tools.command import layout, options, process, system_image, transfer
from tests.system.harness import check, patience
from tests.system.kept_disk import sound

program = "/root/linux_calls"
rounds, workers, calls = 4, 60, 400


def disk_with_program(context):
    made = context.folder / "linux_calls"
    source = layout.root / "tests/fuzz/linux_calls.c"
    process.quiet(["musl-gcc", "-std=gnu17", "-static", "-O2", "-Wall", "-Wextra", "-Werror", "-o", made, source],
                  "compiling linux_calls")
    disk = context.disk()
    transfer.put(disk, options.Transfer(str(made), program))
    return disk


def one_round(system, seed: int) -> str:
    """What the program says of its workers."""
    text, status = system.shell(f"mkdir /root/z && cd /root/z && {program} {seed} {workers} {calls}; cd /; "
                                "rm -rf /root/z", deadline=2 * patience)
    said = re.search(rf"^workers {workers} ended.*", text, re.MULTILINE)
    check(status == 0 and said, f"seed {seed}: {text!r}")
    return said[0]


def nobody_fails(context):
    disk = disk_with_program(context)
    system = context.boot(disk)
    system.wait_for(r"[#$] $")
    for turn in range(rounds):
        print(f"    seed {context.seed + turn}: {one_round(system, context.seed + turn)}", flush=True)
    listed, _ = system.shell("service list")
    states = [line.split() for line in listed.splitlines() if re.match(r"\S+ +\d+ +\d+ ", line)]
    check(len(states) > 10, f"service list: {listed!r}")
    check(all(state[3:6] == ["running", "1", "0"] for state in states), f"somebody failed: {listed}")
    sums, _ = system.shell("cat /bin/busybox | tr a-z A-Z | tr A-Z a-z | wc -c; wc -c < /bin/busybox; "
                           "ps | grep -c linux_calls")
    whole, again, left = re.findall(r"^(\d+)$", sums, re.MULTILINE)
    check(whole == again and left == "1", f"afterwards: {sums!r}")  # one is grep itself
    system.power_off()
    sound(disk)


def the_planted_fault_is_found(context):
    """The control: select() without one bound, in servers/file/calls/poll.cpp."""
    binaries = context.folder / "components"
    shutil.copytree(layout.components, binaries)
    shutil.copy(layout.components / "file-unsound", binaries / "file")
    image = context.folder / "unsound.img"
    system_image.verify("image", layout.manifests(), "--binaries", binaries, "--kernel", layout.kernel, "--out", image)
    system = context.boot(disk_with_program(context), image=image)
    system.wait_for(r"[#$] $")
    system.send(f"mkdir /root/z; cd /root/z; for turn in `seq {rounds}`; do "
                f"{program} $(({context.seed} + turn - 1)) {workers} {calls}; done; "
                "echo no call found it > /dev/kmsg\n")
    said = system.wait_for_log("crash 1: file ", "no call found it", deadline=4 * patience)
    check(said == "crash 1: file ", said)


tests = [nobody_fails, the_planted_fault_is_found]
