# SPDX-License-Identifier: BSD-2-Clause
"""No component comes near the end of its stacks under a load that goes through all of their deep places: file names
and arguments as long as they may be, directories that grow and move, deaths in the middle of it. Beyond the end is a
page that nobody has, and the component would die."""

from tests.system.harness import check
from tools.command import accelerator, build
from tools.command.measuring import booting, stacks

load = (
    "cp -r /bin /root/a; mv /root/a /root/b; ln -s b /root/c; tar cf /root/t /root/b /etc; cd /root; tar xf t; rm -r b",
    "cp -r /bin /tmp/a; mv /tmp/a /tmp/b; ln -s b /tmp/c; tar cf /tmp/t /tmp/b; cd /tmp; tar xf t; rm -r b t tmp",
    "n=$(printf '%0250d' 0); mkdir -p /root/$n/$n/$n; mv /root/$n /root/d; ln -s /root/d/$n/$n /root/e; ls -lR /root",
    "for i in $(seq 600); do >/root/$i$n; done; rm /root/*$n",
    "echo $(seq 20000) | wc -w; env - $(seq -f 'n%g=1' 2000) /bin/busybox env | wc -l",
    "cat /proc/*/maps /proc/*/stat /proc/*/status /proc/service/* >/root/p 2>&1; ls -l /proc/*/fd",
    "for k in exit segv; do service inject virtio-blk $k; service inject mc146818 $k; done; service crashes",
    "(find / -xdev | sort | uniq -c; kill -9 $$) | gzip >/root/z; sync; stty -a; date -s '2030-01-01 00:00:00'",
)


def too_deep(found: list[stacks.Stack]) -> list[str]:
    """A quarter of each must never have been touched."""
    return [f"{stack.component}, thread {stack.thread}: {stack.depth} of {stack.size} bytes"
            for stack in found if stack.depth > stack.size * 3 // 4]


def a_quarter_of_each_is_left(context):
    build.system()
    with booting.Machines(accelerator.choose("auto"), smp=2, size=256 << 20).started("Bulkhead") as system:
        system.prompt()
        for line in load:
            system.command(line)
        found = stacks.measure(system)
    for name in sorted({stack.component for stack in found}):
        of_it = [stack for stack in found if stack.component == name]
        print(f"    {name}: {max(stack.depth for stack in of_it)} of {of_it[0].size} bytes, {len(of_it)} stacks")
        check(max(stack.depth for stack in of_it) > 256, f"{name} has used no stack: something else was measured")
    deep = too_deep(found)
    check(not deep, "; ".join(deep))


def a_deeper_one_is_told(context):
    check(too_deep([stacks.Stack("some", 0, 4096, 3073)]) and not too_deep([stacks.Stack("some", 0, 4096, 3072)]),
          "the measure is another")


tests = [a_quarter_of_each_is_left, a_deeper_one_is_told]
