# SPDX-License-Identifier: BSD-2-Clause
"""The disk's driver dies again and again in the middle of requests, and the copy of a file larger than memory is
right."""

import hashlib
import json
import random
from pathlib import Path

from tests.system import kept_disk
from tests.system.harness import check

memory = "64M"
file_bytes = 80_000_000  # more than the memory: every copy comes from the disk and goes to it
kills = 10               # that must have struck a request, by kind of failure

script = r"""
list() { service list --json | tr -d '\n'; echo; }
boot() { cat /proc/sys/kernel/random/boot_id; echo $$ $(sh -c 'echo $PPID'); }
strike() {
  while [ $(grep -c 'STRUCK' /root/kills) -lt KILLS ]; do
    service inject virtio-blk KIND --when busy
  done >> /root/kills
  echo > /root/enough
}
: > /root/kills
boot; list
strike 2> /root/misses &
while :; do
  echo 3 > /proc/sys/vm/drop_caches 2> /dev/null
  cp /root/x /root/y || echo "cp failed: $?"
  [ -e /root/enough ] && break
done
wait; sync
sha256sum < /root/y
boot; list
cat /root/kills
"""


def dies_by(kind: str):
    def test(context):
        data = random.Random(context.seed).randbytes(file_bytes)
        put = context.folder / "x"
        put.write_bytes(data)
        # A violation is the answer to the request that was struck: when it is noticed, that one is no longer open.
        mark = "activated" if kind == "violate" else "request 0x"
        command = script.replace("KIND", kind).replace("KILLS", str(kills)).replace("STRUCK", mark)
        said, image = kept_disk.after(context, command, "--mem", memory, "--put", f"{put}:/root/x", "--timeout", "500",
                                      deadline=900)
        boot, pids, before, digest, boot_after, pids_after, after, *struck = said.decode().splitlines()
        in_flight = [line for line in struck if line.startswith("activated") and mark in line]
        check(len(in_flight) >= kills, f"only {len(in_flight)} kills struck a request: {struck}")
        check(digest.split()[0] == hashlib.sha256(data).hexdigest(), "the copy differs")
        check((boot, pids) == (boot_after, pids_after),
              f"boot id and pids were {boot} {pids}, are {boot_after} {pids_after}")
        generations = [{each["name"]: each["generation"] for each in json.loads(text)} for text in (before, after)]
        risen = generations[1].pop("virtio-blk") - generations[0].pop("virtio-blk")
        check(risen >= kills, f"the driver was restarted {risen} times")
        check(generations[0] == generations[1], f"others were restarted: {generations[0]} became {generations[1]}")
        right(image, data)
    test.__name__ = f"dies_by_{kind}"
    return test


def right(image: Path, data: bytes) -> None:
    """What Linux makes of the disk that was kept, whose file system e2fsck has found sound."""
    said = kept_disk.seen_by_linux(image, "/root").decode().splitlines()
    sums = {line.split()[1]: line.split()[0] for line in said if len(line.split()) == 2}
    check(sums["./y"] == hashlib.sha256(data).hexdigest(), "Linux reads another copy from the kept disk")


tests = [dies_by(kind) for kind in ("exit", "segv", "loop", "hang", "violate")]
