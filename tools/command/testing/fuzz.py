# SPDX-License-Identifier: BSD-2-Clause
"""Fuzz tests: each fuzzer reads its whole corpus and then a fixed number of inputs of its own making. Where there is a
fuzzer control-NAME, which is NAME with a planted fault, it must find that fault with the same inputs. Those that need a
running system are tests/fuzz/test_*.py, with controls of their own."""

import re
import subprocess
import sys
import tempfile

from tools.command import build, layout, process
from tools.command.testing import booted
from tools.command.testing.totals import Choice, Totals

inputs = 50_000
limit = 60  # seconds, where one input is slow
control = "control-"
corpus = layout.root / "tests/fuzz/corpus"


def names() -> list[str]:
    """Those that CMake makes (a folder build/host/fuzz may hold others of an older tree), and those that boot."""
    return _fuzzers() + list(booted.find("fuzz"))


def _fuzzers() -> list[str]:
    return [name for name in _targets() if not name.startswith(control)]


def _targets() -> list[str]:
    return sorted(target.removeprefix("fuzz-") for target in build.targets("host")
                  if re.fullmatch("fuzz-[^/]+", target))


def run(choice: Choice) -> Totals:
    build.configured("host")
    chosen = [name for name in _fuzzers() if choice.takes(name)]
    controls = {control + name for name in chosen} & set(_targets())
    build.host([f"fuzz-{name}" for name in (*chosen, *sorted(controls))] or ["fuzzers"])
    totals = Totals()
    for name in chosen:
        totals.add(_run(name, choice.seed or 1))
        if control + name in controls:
            totals.add(_run_control(name, choice.seed or 1))
    totals.add(booted.run("fuzz", choice))
    return totals


def _fuzz(program: str, name: str, seed: int, prefix: str) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as found:
        committed = [str(corpus / name)] if (corpus / name).is_dir() else []
        return subprocess.run(
            [str(layout.host / "fuzz" / program), found, *committed, f"-seed={seed}", f"-runs={inputs}",
             f"-max_total_time={limit}", "-timeout=25", f"-artifact_prefix={prefix}", "-verbosity=0",
             "-print_final_stats=1"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", env=process.environment())


def _run_control(name: str, seed: int) -> Totals:
    with tempfile.TemporaryDirectory() as found:
        done = _fuzz(control + name, name, seed, f"{found}/")
    caught = done.returncode != 0 and "deadly signal" in done.stderr
    print(f"fuzz {control}{name}: {'passed, the planted fault was found' if caught else 'FAILED'}", flush=True)
    if caught:
        return Totals(passed=1)
    return Totals(failed=1, failures=[f"fuzz {name}: the fault planted in {control}{name} was not found; "
                                      f"again: ./bulkhead test fuzz {name} --seed {seed}"])


def _run(name: str, seed: int) -> Totals:
    layout.logs.mkdir(parents=True, exist_ok=True)
    prefix = layout.logs / f"fuzz-{name}-"
    done = _fuzz(name, name, seed, str(prefix))
    executed = [line.split()[1] for line in done.stderr.splitlines()
                if line.startswith("stat::number_of_executed_units:")]
    verdict = "passed" if done.returncode == 0 else "FAILED"
    print(f"fuzz {name}: {verdict}, {executed[0] if executed else 'an unknown number of'} inputs", flush=True)
    if done.returncode == 0:
        return Totals(passed=1)
    sys.stdout.write(done.stderr)
    return Totals(failed=1, failures=[f"fuzz {name} (the input is {prefix}*); "
                                      f"again: ./bulkhead test fuzz {name} --seed {seed}"])
