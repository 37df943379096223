# SPDX-License-Identifier: BSD-2-Clause
"""build/system.img: all components, verified, in the form in which the kernel takes them."""

import subprocess
from pathlib import Path

from tools.command import guest_root, layout, process
from tools.command.refusal import Refusal


def make() -> None:
    """Makes the image anew if anything that goes into it has changed. Nothing that was not verified gets in."""
    verifier = layout.host_tools / "verify"
    manifests = layout.manifests()
    if not verifier.exists() or not manifests:
        return
    # A root in memory, for a system that has one.
    archive = [guest_root.prepare()] if any("archive = true" in path.read_text() for path in manifests) else []
    inputs = [*archive, layout.kernel, verifier, layout.host_tools / "contractc", *manifests, *sorted(layout.components.glob("*")),
              *sorted((layout.root / "contracts").glob("*.contract"))]
    made = layout.image.exists() and layout.symbols.exists() and _older(layout.image, layout.symbols)
    if made and all(_older(path, layout.image) for path in inputs):
        return
    verify("image", manifests, "--binaries", layout.components, "--kernel", layout.kernel, "--out", layout.image,
           *(["--archive", *archive] if archive else []))
    # What the addresses in a crash report of this image are. Not in the image: it is for people, and can wait.
    _run("symbols", "--description", layout.image.with_suffix(".json"), "--binaries", layout.components, "--out",
         layout.symbols)


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
