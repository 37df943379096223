# SPDX-License-Identifier: BSD-2-Clause
"""Carries files into an image before the guest sees it, and out of it afterwards."""

import os
import posixpath
import stat
import tempfile
from pathlib import Path

from tools.command import debugfs
from tools.command.options import Transfer
from tools.command.refusal import Refusal


def put(image: Path, transfer: Transfer) -> None:
    """A file or a whole folder; into `target` if that is a folder there, else as `target`. All of it is root's."""
    source = Path(transfer.source)
    if not source.exists():
        raise Refusal(f"--put: there is no {source} to put into the guest")
    if not os.access(source, os.R_OK):
        raise Refusal(f"--put: {source} cannot be read")
    target = posixpath.normpath(transfer.target)
    if debugfs.kind(image, target) == "directory":
        target = posixpath.join(target, source.resolve().name)
    elif transfer.target.endswith("/"):
        raise Refusal(f"--put: the guest has no folder {transfer.target}")
    if debugfs.kind(image, posixpath.dirname(target)) != "directory":
        raise Refusal(f"--put: the guest has no folder {posixpath.dirname(target)}")
    if debugfs.kind(image, target) == "directory":
        raise Refusal(f"--put: {target} is a folder in the guest; name a path inside it")
    complaints = debugfs.execute(image, list(_commands(image, source, target)), writing=True)
    if complaints:
        raise Refusal(f"--put: {source} could not be put to {target}: {complaints[0]}")


def make_folder(image: Path, path: str) -> None:
    """It and those above it, where they are not there yet."""
    chain = [*reversed([str(folder) for folder in Path(path).parents]), path]
    kinds = {folder: debugfs.kind(image, folder) for folder in chain}
    # debugfs would make a folder in whatever is there, and so spoil the file system.
    if other := [folder for folder, kind in kinds.items() if kind not in (None, "directory")]:
        raise Refusal(f"the folder {path} cannot be made in {image}: {other[0]} is a {kinds[other[0]]} file there")
    absent = [folder for folder, kind in kinds.items() if kind is None]
    complaints = debugfs.execute(image, [f"mkdir {debugfs.quote(folder)}" for folder in absent], writing=True)
    if complaints:
        raise Refusal(f"the folder {path} cannot be made in {image}: {complaints[0]}")


def get(image: Path, transfer: Transfer) -> None:
    source = posixpath.normpath(transfer.source)
    kind = debugfs.kind(image, source)
    target = Path(transfer.target)
    if kind is None:
        raise Refusal(f"--get: the guest has no {source}")
    if kind not in ("regular", "directory"):
        raise Refusal(f"--get: {source} is neither a file nor a folder in the guest but a {kind}")
    if target.is_dir():
        target = target / posixpath.basename(source)
    elif not target.parent.is_dir():
        raise Refusal(f"--get: there is no folder {target.parent} to put {target.name} into")
    if kind == "regular":
        complaints = debugfs.execute(image, [f"dump {debugfs.quote(source)} {debugfs.quote(str(target))}"])
    else:
        complaints = _get_folder(image, source, target)
    if complaints:
        raise Refusal(f"--get: {source} could not be brought to {target}: {complaints[0]}")


def _get_folder(image: Path, source: str, target: Path) -> list[str]:
    if target.exists():
        raise Refusal(f"--get: {target} exists already")
    with tempfile.TemporaryDirectory(prefix=".get-", dir=target.parent) as draft:
        complaints = debugfs.execute(image, [f"rdump {debugfs.quote(source)} {debugfs.quote(draft)}"])
        (Path(draft) / posixpath.basename(source)).rename(target)
    # Who is not root cannot keep the owners, and needs not.
    return [line for line in complaints if "changing ownership" not in line]


def _commands(image: Path, source: Path, target: str):
    """debugfs writes into its current folder only, takes no mode, and refuses a name that exists."""
    name = debugfs.quote(posixpath.basename(target))
    mode = source.stat().st_mode
    yield f"cd {debugfs.quote(posixpath.dirname(target))}"
    if source.is_dir():
        yield f"mkdir {name}"
        for child in sorted(source.iterdir()):
            yield from _commands(image, child, posixpath.join(target, child.name))
        yield f"cd {debugfs.quote(posixpath.dirname(target))}"
    else:
        if debugfs.kind(image, target) is not None:
            yield f"rm {name}"
        yield f"write {debugfs.quote(str(source.resolve()))} {name}"
    yield f"sif {name} mode 0{stat.S_IFMT(mode) | stat.S_IMODE(mode):o}"
    yield f"sif {name} uid 0"
    yield f"sif {name} gid 0"
