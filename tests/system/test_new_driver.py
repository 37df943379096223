# SPDX-License-Identifier: BSD-2-Clause
"""A new driver of each class builds, passes its tests, boots with the rest of the system, and comes back when it is
killed: in a copy of the tree."""

import json

from tests.system.copied_tree import CopiedTree
from tests.system.harness import check
from tools.command import new

# The tutorial begins with one of the class char.
kinds = [kind for kind in new.classes if kind != "char"]


def works_as_it_is(context):
    tree = CopiedTree(context)
    names = {kind: f"first-{kind}" for kind in kinds}
    for kind, name in names.items():
        said, status = tree.run(f"./bulkhead new driver {name} --class {kind}")
        check(status == 0 and f"drivers/{kind}/first_{kind}" in said, f"new driver {name}: {status} {said}")
    # What one changes in a driver is built by its name.
    said, status = tree.run("./bulkhead build first-net && test -x build/target/components/first-net")
    check(status == 0, f"build: {said}")
    said, status = tree.run("./bulkhead test unit first_")
    check(status == 0 and " 0 failed, 0 skipped" in said, f"unit tests: {said[-2000:]}")
    said, status = tree.run("./bulkhead test conformance first-")
    check(status == 0, f"conformance: {said[-2000:]}")
    for kind, name in names.items():
        check(f"conformance {name} in the system: passed" in said, f"conformance of {kind}: {said[-2000:]}")
    kill = "; ".join(f"service inject {name} segv" for name in names.values())
    back = "; ".join(f"until service list | grep -q '{name}.* running *2 '; do sleep 0.1; done"
                     for name in names.values())
    said, status = tree.run(f"./bulkhead exec -- \"{kill}; {back}; service list --json\" 2>&1")
    check(status == 0, f"exec: {said[-2000:]}")
    listed = json.loads(said[said.index("\n[") if "\n[" in said else said.index("["):])
    found = {each["name"]: each for each in listed}
    for name in names.values():
        check(found[name]["state"] == "running" and found[name]["generation"] == 2, f"{name}: {found.get(name)}")
    others = {name: each["generation"] for name, each in found.items() if name not in names.values()}
    check(set(others.values()) == {1}, f"others were restarted: {others}")


def what_is_wrong_is_said_in_a_line(context):
    """Nothing is written where the name or the class is none, and no test passes for a driver that there is not."""
    for words, arguments in (("there is no class 'tape' of drivers to make; the classes are block, char",
                              ("new", "driver", "x", "--class", "tape")),
                             ("is no name for a driver", ("new", "driver", "X", "--class", "char")),
                             ("in drivers/block/virtio_blk", ("new", "driver", "virtio-blk", "--class", "block")),
                             ("invalid choice: 'server'", ("new", "server", "x", "--class", "char")),
                             ("required: --class", ("new", "driver", "x"))):
        done = context.command(*arguments)
        said = done.stderr.decode().strip().splitlines()
        check(done.returncode != 0 and done.stdout == b"" and len(said) == 1 and words in said[0],
              f"{arguments}: status {done.returncode}, {said}")
    done = context.command("test", "conformance", "mc146818")
    check(done.returncode != 0 and "there is no conformance suite for the contract clock of mc146818; there is one "
          "for character, disk, input, link and serial" in done.stdout.decode(), f"{done}")
    done = context.command("test", "conformance", "nobody")
    check(done.returncode != 0 and "no test was executed" in done.stderr.decode(), f"{done}")


tests = [works_as_it_is, what_is_wrong_is_said_in_a_line]
