# SPDX-License-Identifier: BSD-2-Clause
"""`--no-disk`: a root in memory, out of an archive that only the image for such a machine carries."""

import hashlib
import json

from tools.command import guest_root, layout
from tests.system.harness import check, prompt


def inside(context, command: str, *options: str) -> bytes:
    done = context.command("exec", *(options or ["--no-disk"]), "--", command)
    check(done.returncode == 0, f"status {done.returncode}, printed {done.stdout[-500:]!r}; {done.stderr[-500:]!r}")
    return done.stdout


def the_root_is_in_memory(context):
    said = inside(context, "mkdir -p /root/d && seq 20000 > /root/d/f && mv /root/d /root/e && "
                           "sha256sum < /root/e/f && cp -r /etc /root && diff -r /etc /root/etc && "
                           "sync && mount && service list --json").decode()
    mounts, components = said[:said.index("[")].splitlines(), json.loads(said[said.index("["):])
    numbers = "".join(f"{number}\n" for number in range(1, 20001)).encode()
    check(mounts[0].split()[0] == hashlib.sha256(numbers).hexdigest(), f"the sum of the file is {mounts[0]}")
    kinds = {line.split()[2]: line.split()[4] for line in mounts[1:]}
    check(kinds["/"] == "rootfs" and "ext4" not in kinds.values(), f"mounted are {kinds}")
    # The image has the same components; those of the disk find none, and serve nobody.
    states = {each["name"]: (each["state"], each["generation"]) for each in components}
    check({"ext4", "virtio-blk"} <= states.keys(), f"components are {sorted(states)}")
    check(set(states.values()) == {("running", 1)}, f"not all are well: {states}")


def nothing_lasts(context):
    command = "cat /root/note; echo first > /root/note && sync && cat /root/note"
    disk = context.disk()
    for _ in range(2):
        check(inside(context, command) == b"first\n", "there was a note")
    check(not (context.folder / "data").exists(), "a disk was made")
    # The control: on a disk that lasts it is found again.
    system = context.boot(disk)
    system.wait_for(prompt)
    check(system.shell("echo first > /root/note && sync") == ("", 0), "the note could not be written")
    system.power_off()
    check(inside(context, command, "--disk", str(disk)).startswith(b"first\nfirst\n"), "the note did not last")


def to_a_shell(context):
    done = context.command("run", "--no-disk", input=b"echo number $((40 + 2)) > /f; cat /f; mount; poweroff\n")
    check(done.returncode == 0 and b"number 42" in done.stdout and b"rootfs on / type rootfs" in done.stdout,
          f"status {done.returncode}, printed {done.stdout[-500:]!r}")
    check(b"the root is in memory" in done.stderr, f"on standard error {done.stderr!r}")
    check(not (context.folder / "data").exists(), "a disk was made")


def only_that_image_carries_the_archive(context):
    inside(context, "true")
    binary = guest_root.busybox.read_bytes()
    part = binary[len(binary) // 2:][:4096]
    check(len(set(part)) > 64, "that part of busybox could stand anywhere")
    check(part in layout.diskless_image.read_bytes(), "the image for a machine without a disk has no busybox")
    image = layout.image.read_bytes()
    check(part not in image, "the image of a system with a disk carries an archive")
    less = layout.diskless_image.stat().st_size - len(image)
    check(less > len(binary), f"it is only {less} bytes smaller")


def what_needs_a_disk_is_refused(context):
    (context.folder / "file").write_text("x")
    for options in (["--disk", str(context.disk())], ["--put", f"{context.folder / 'file'}:/f"],
                    ["--get", f"/f:{context.folder / 'back'}"], ["--keep"]):
        done = context.command("exec", "--no-disk", *options, "--", "true")
        lines = done.stderr.decode().splitlines()
        check(done.returncode == 125 and len(lines) == 1, f"{options[0]}: status {done.returncode}, {lines}")
        check(f"--no-disk: there is no disk then for {options[0]}" in lines[0], f"{options[0]}: {lines[0]}")


tests = [the_root_is_in_memory, nothing_lasts, to_a_shell, only_that_image_carries_the_archive,
         what_needs_a_disk_is_refused]
