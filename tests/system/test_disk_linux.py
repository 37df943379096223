# SPDX-License-Identifier: BSD-2-Clause
"""Linux mounts what Bulkhead wrote, and Bulkhead what Linux wrote: the same files are seen, to blocks and times."""

from tools.command import disk_image, guest_root
from tools.command.linux import errand
from tests.system import kept_disk
from tests.system.harness import Failure, check
from tests.system.kept_disk import same, seen_by_linux, survey

# Run by both systems; what it leaves has something of every sort that either can make. One file is in many pieces.
make = r"""
make() {
  mkdir -p "$1/d/e/f" "$1/many"; cd "$1"
  i=0; while [ $i -lt 700 ]; do echo $i > "many/a name of some length $i"; i=$((i+1)); done; rm many/*[37]
  i=0; while [ $i -lt 300 ]; do echo "line $i"; i=$((i+1)); done > d/lines; ln d/lines d/e/hard; ln -s ../lines d/e/soft
  ln -s "$(printf '%0800d' 5)" long; head -c 3000000 /bin/busybox > big || cat /bin/busybox > big
  i=0; while [ $i -lt 40 ]; do echo x | dd of=pieces bs=5000 seek=$((2*i)) conv=notrunc 2> /dev/null; i=$((i+1)); done
  truncate -s 5000000 sparse; echo end >> sparse; : > empty; echo gone > gone; rm gone; mv d/e/f moved
  mkfifo -m 600 fifo; mknod char c 5 300; mknod block b 259 7
  chown 1000:70000 big; chmod 4750 big; chmod 1777 moved; touch -d '2033-04-05 06:07:08' empty; sync
}
"""
# What each does with the other's files: in the middle, at the end, away.
go_on = r"""
go_on() {
  cd "$1"; echo more >> sparse; echo in the middle | dd of=big bs=1 seek=1000000 conv=notrunc 2> /dev/null
  truncate -s 4097 pieces; rm many/*[15]; mkdir many/new; mv d/e/hard many/new
  ln long many/link; rm -r d/e; cp big copy; sync
}
"""


def each_reads_the_other(context):
    mine, found, changed = (context.folder / name for name in ("mine", "found", "changed"))
    _, image = kept_disk.after(context, f"set -e\n{survey}{make}make /root/tree; survey /root/tree > /mine",
                               "--get", f"/mine:{mine}")
    same(mine.read_bytes(), seen_by_linux(image, "/root/tree"), "Linux")

    # Linux goes on with that disk, and makes a tree of its own; then it is Bulkhead's turn with both.
    theirs = errand.run(f"{survey}{make}{go_on}\nmount -t ext4 /dev/vdb /mnt\n"
                        "(go_on /mnt/root/tree); (make /mnt/root/linux); survey /mnt/root; umount /mnt\n", [image])
    kept_disk.sound(image)
    _, again = kept_disk.after(context, f"set -e\n{survey}{go_on}survey /root > /found; go_on /root/linux\n"
                               "survey /root > /changed", "--get", f"/found:{found}",
                               "--get", f"/changed:{changed}", disk=image)
    same(found.read_bytes(), theirs, "Linux")
    same(changed.read_bytes(), seen_by_linux(again, "/root"), "Linux")


def a_difference_is_seen(context):
    """The control: one changed byte, mode or time on the disk does not pass."""
    image = context.folder / "control.img"
    disk_image.make(image, 64 << 20, guest_root.prepare_disk())
    before = seen_by_linux(image, "/etc")
    for change in ("echo x >> /mnt/etc/hostname", "chmod 600 /mnt/etc/hosts",
                   "touch -d '2001-01-01 00:00:00' /mnt/etc/group"):
        errand.run(f"mount -t ext4 /dev/vdb /mnt\n{change}\numount /mnt\n", [image])
        after = seen_by_linux(image, "/etc")
        try:
            same(before, after, "Linux")
        except Failure:
            before = after
            continue
        check(False, f"{change} was not seen")


tests = [each_reads_the_other, a_difference_is_seen]
