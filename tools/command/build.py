# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead build [NAME]`: both trees, then the system image."""

import contextlib
import fcntl
import json

from tools.command import layout, ninja, options, packages, process, system_image
from tools.command.progress import say
from tools.command.refusal import Refusal

trees = {"host": layout.host, "target": layout.target}


def main(arguments: list[str]) -> int:
    parser = options.Parser("build", description="Builds both trees and the system image.")
    parser.add_argument("name", metavar="NAME", nargs="?", help="only this component, program, tool, test or library")
    chosen = parser.parse_args(arguments)
    packages.ensure("build")
    if chosen.name is None:
        everything()
        say(f"built {layout.image if layout.image.exists() else layout.build}")
    else:
        one(chosen.name)
    return 0


def everything() -> None:
    """All of both trees, tests included, and the image."""
    _build({"host": [], "target": []})


def system() -> None:
    """What booting needs: not the host's tests."""
    _build({"host": ["tools"], "target": []})


def kernel() -> None:
    _build({"host": ["contractc"], "target": ["kernel"]}, image=False)


def components(names: list[str]) -> None:
    """What an image of only these components needs."""
    _build({"host": ["contractc", "verify"], "target": ["kernel", *(f"component-{name}" for name in names)]},
           image=False)


def host(targets: list[str]) -> None:
    """Of the host tree: those targets, or all if there are none."""
    _build({"host": targets}, image=False)


def _build(wanted: dict[str, list[str]], image: bool = True) -> None:
    with _alone():
        for tree, targets in wanted.items():
            configure(tree)
            ninja.run(trees[tree], targets)
        if image:
            system_image.make()


def one(name: str) -> None:
    """What CMake calls NAME, in whichever tree has it."""
    with _alone():
        found = False
        # The target tree's contracts are compiled by a tool of the host tree.
        tools = ["contractc"]
        for tree_name in trees:
            configure(tree_name)
            # What the folders hold now, and not when CMake was last asked.
            ninja.run(trees[tree_name], ["build.ninja"])
            known = targets(tree_name)
            wanted = [target for target in (name, f"component-{name}", f"program-{name}", f"test-{name}",
                                            f"fuzz-{name}", f"contract-{name}") if target in known]
            if wanted:
                if tree_name == "target":
                    ninja.run(trees["host"], tools)
                ninja.run(trees[tree_name], wanted)
                found = True
        if not found:
            raise Refusal(f"there is nothing called '{name}' to build; names are those in the CMakeLists.txt files")


def configured(name: str) -> None:
    """Makes sure that one can ask a tree what is in it, without building it."""
    with _alone():
        configure(name)
        ninja.run(trees[name], ["build.ninja"])


def configure(name: str) -> None:
    """Once; afterwards Ninja calls CMake when a CMakeLists.txt changes."""
    if not (trees[name] / "build.ninja").exists():
        process.quiet(["cmake", "--preset", name], f"configuring build/{name}", cwd=layout.root)


@contextlib.contextmanager
def _alone():
    """Two builds at a time would spoil each other's tree: the second waits."""
    layout.build.mkdir(exist_ok=True)
    with (layout.build / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another build in this folder")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def targets(name: str) -> set[str]:
    listed = process.quiet(["ninja", "-C", trees[name], "-t", "targets", "all"], f"reading build/{name}").stdout
    return {line.split(":")[0] for line in listed.splitlines()}


def tests(name: str) -> dict:
    """What CTest knows of a tree, as its JSON says it."""
    return json.loads(process.quiet(["ctest", "--test-dir", trees[name], "--show-only=json-v1"], "asking CTest").stdout)
