# SPDX-License-Identifier: BSD-2-Clause
"""build/system.img: all components, verified, in the form in which the kernel takes them."""

import subprocess
from pathlib import Path

from tools.command import guest_root, layout, process
from tools.command.refusal import Refusal


def make() -> None:
    """Makes the image anew if anything that goes into it has changed. Nothing that was not verified gets in."""
    if not (layout.host_tools / "verify").exists() or not layout.manifests():
        return
    if _current(layout.image) and _older(layout.image, layout.symbols):
        return
    _image(layout.image)
    # What the addresses in a crash report of this image are. Not in the image: it is for people, and can wait.
    _run("symbols", "--description", layout.image.with_suffix(".json"), "--binaries", layout.components, "--out",
         layout.symbols)


def make_diskless() -> None:
    """The same with a root in memory, for a machine without a disk."""
    archive = guest_root.prepare()
    if not _current(layout.diskless_image, archive.with_name(archive.name + ".stamp")):
        _image(layout.diskless_image, "--archive", archive)


def _image(path: Path, *options) -> None:
    verify("image", layout.manifests(), "--binaries", layout.components, "--kernel", layout.kernel, "--out", path,
           *options)


def _current(image: Path, *others: Path) -> bool:
    """Whether the image is newer than all that goes into it."""
    inputs = [*others, layout.kernel, layout.host_tools / "verify", layout.host_tools / "contractc",
              *layout.manifests(), *layout.components.glob("*"), *(layout.root / "contracts").glob("*.contract")]
    return image.exists() and all(_older(path, image) for path in inputs)


def verify(action: str, manifests: list[Path], *options) -> str:
    """Runs the verifier; its refusals, each with file, line and mend, are shown as they are."""
    return _run(action, "--manifests", *manifests, "--contracts", layout.root / "contracts", *options)


def _run(*words) -> str:
    done = subprocess.run([str(word) for word in (layout.host_tools / "verify", *words)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, cwd=layout.root, env=process.environment())
    if done.returncode != 0:
        raise Refusal(f"the system was not verified:\n{(done.stderr or done.stdout).rstrip()}")
    return done.stdout


def _older(path: Path, than: Path) -> bool:
    return path.exists() and path.stat().st_mtime_ns <= than.stat().st_mtime_ns
