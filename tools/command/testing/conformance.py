# SPDX-License-Identifier: BSD-2-Clause
"""Conformance tests: whether a driver keeps the promises of its contract although it is killed at every message and at
interrupts. Each driver of a class that has a suite is tried on the host, where its own source runs against a model of
its device (its unit test DRIVER_conformance), and in the real system, in an image of its own
(servers/test/conformance)."""

import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.command import build, layout, process
from tools.command.measuring import components
from tools.command.refusal import Refusal
from tools.command.testing.totals import Choice, Totals

clients = "servers/test/conformance"
control = "forgetful"  # a disk that forgets at its reset what it has answered
control_fails_by = "not so: what was written is read"
# Of the striker, which finds them in the kernel's command line.
options = ("strides", "echoes", "numbered", "interrupts")
base = ("store", "reincarnation", "pci")


@dataclass(frozen=True)
class Driver:
    name: str
    folder: Path
    export: str
    contract: str


def contracts() -> list[str]:
    """Those that have a suite."""
    return sorted(tomllib.loads(path.read_text())["import"][0]["contract"]
                  for path in (layout.root / clients).glob("*/manifest.toml") if path.parent.name != control)


def driver(manifest: Path) -> Driver:
    described = tomllib.loads(manifest.read_text())
    exports = described.get("export", [])
    first = exports[0] if exports else {"name": "", "contract": ""}
    return Driver(described["name"], manifest.parent, first["name"], first["contract"])


def drivers() -> dict[str, Driver]:
    """Every driver of the tree, by name."""
    found = [driver(path) for path in sorted((layout.root / "drivers").glob("*/*/manifest.toml"))]
    return {each.name: each for each in found}


def names() -> list[str]:
    suites = contracts()
    return [each.name for each in drivers().values() if each.contract in suites]


def run(choice: Choice) -> Totals:
    _refuse_strangers(choice.name)
    totals = Totals()
    chosen = [name for name in names() if choice.takes(name)]
    for name in chosen:
        each = drivers()[name]
        _count(totals, f"{name} on the host", lambda: _on_host(each))
        _count(totals, f"{name} in the system", lambda: _passes(each))
    if any(drivers()[name].contract == "disk" for name in chosen):
        _count(totals, f"control {control} in the system", _control_fails)
    return totals


def _refuse_strangers(name: str | None) -> None:
    """A driver that has no suite is told so; what is no driver at all finds no test."""
    if name not in drivers() or name in names():
        return
    *others, last = contracts()
    raise Refusal(f"there is no conformance suite for the contract {drivers()[name].contract} of {name}; there is one "
                  f"for {', '.join(others)} and {last}")


def _count(totals: Totals, name: str, test) -> None:
    began = time.monotonic()
    try:
        said = test()
    except Refusal as refusal:
        totals.failed += 1
        totals.failures.append(f"conformance {name}: {refusal}; again: ./bulkhead test conformance "
                               f"{name.split()[0] if not name.startswith('control') else 'virtio-blk'}")
        print(f"conformance {name}: FAILED: {refusal}", flush=True)
        return
    totals.passed += 1
    print(f"conformance {name}: passed, {said}, {time.monotonic() - began:.1f} s", flush=True)


def _on_host(each: Driver) -> str:
    """The unit test DRIVER_conformance."""
    name = f"{each.folder.name}_conformance"
    build.configured("host")
    if f"test-{name}" not in build.targets("host"):
        raise Refusal(f"it has no unit test {name}; tests/conformance/README.md says how to write one")
    build.host([f"test-{name}"])
    done = subprocess.run([layout.host / "tests" / name, "--gtest_color=no"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", env=process.environment())
    executed = re.search(r"^\[==========\] (\d+) tests? from \d+ test suites? ran", done.stdout, re.MULTILINE)
    if done.returncode != 0:
        sys.stdout.write(done.stdout[-4000:] + done.stderr[-4000:])
        raise Refusal("what is wrong stands above")
    if not executed or int(executed[1]) == 0:
        raise Refusal(f"its unit test {name} has no case")
    return f"{executed[1]} cases"


def _passes(each: Driver) -> str:
    log = _strike(each)
    if f"conformance-{each.contract}: passed" not in log:
        raise Refusal(_complaint(log))
    return re.search(r"strokes \d+.*", log)[0]


def _control_fails() -> str:
    log = _strike(driver(layout.root / clients / control / "manifest.toml"))
    if control_fails_by not in log:
        raise Refusal(f"a driver that forgets what it has answered was not found out: {_complaint(log)}")
    return "it was found out"


def _complaint(log: str) -> str:
    found = re.findall(r"^conformance-\w+: (not so: .*)$", log, re.MULTILINE)
    return found[-1] if found else f"nothing came of it; last it said: {log[-300:]!r}"


def _strike(each: Driver) -> str:
    """The log of a system of this driver and the one that kills it, to its end."""
    client = f"conformance-{each.contract}"
    build.components([*base, each.name, client])
    folder = _client(each)
    described = _described(each)
    return components.log_until(re.compile(rf"^{client}: (passed|failed)$", re.MULTILINE), f"conformance-{each.name}",
                                (each.folder, folder), memory=64 << 20, smp=2, accelerator="tcg,thread=multi",
                                extra=_devices(each, described),
                                append=" ".join(f"{key}={str(described[key]).lower()}" for key in options
                                                if key in described))


def _client(each: Driver) -> Path:
    """A folder with the manifest of the class's striker, in which the driver's export stands for the example's."""
    source = (layout.root / clients / each.contract / "manifest.toml").read_text()
    example = tomllib.loads(source)["import"][0]["name"]
    folder = layout.build / "conformance" / each.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.toml").write_text(source.replace(f'"{example}"', f'"{each.export}"'))
    return folder


def _described(each: Driver) -> dict:
    """What `conformance.toml` in the driver's folder says: nothing, where there is none."""
    path = each.folder / "conformance.toml"
    described = tomllib.loads(path.read_text()) if path.exists() else {}
    strange = described.keys() - {"qemu", "scratch", *options}
    if strange:
        raise Refusal(f"{path.relative_to(layout.root)}: there is no key '{min(strange)}'; the keys are qemu, scratch, "
                      f"{', '.join(options)}")
    return described


def _devices(each: Driver, described: dict) -> list[str]:
    """QEMU's options for the driver's device; @scratch@ is a file of zeros of the size that is said, @socket@ a place
    where two of them may meet."""
    scratch = layout.build / "conformance" / each.name / "scratch.img"
    scratch.parent.mkdir(parents=True, exist_ok=True)
    scratch.write_bytes(b"")
    os.truncate(scratch, described.get("scratch", 0))
    # Its path may have 107 bytes, wherever the tree lies.
    socket = Path(tempfile.gettempdir(), f"bulkhead-{os.getpid()}-{each.name}")
    socket.unlink(missing_ok=True)
    return [word.replace("@scratch@", str(scratch)).replace("@socket@", str(socket))
            for word in described.get("qemu", [])]
