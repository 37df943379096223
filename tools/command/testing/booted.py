# SPDX-License-Identifier: BSD-2-Clause
"""Tests that boot the system: Python files test_*.py under tests/system, tests/fuzz and tests/campaign, each with a
list `tests` of functions that take a harness.Context."""

import importlib
import time
import traceback
from collections.abc import Callable

from tools.command import layout
from tools.command.refusal import Refusal
from tools.command.testing.totals import Choice, Totals


def find(kind: str) -> dict[str, Callable]:
    """The tests by name, FILE.FUNCTION. A function that looks like a test and is in no list is an error."""
    found = {}
    for path in sorted((layout.root / "tests" / kind).glob("test_*.py")):
        module = importlib.import_module(f"tests.{kind}.{path.stem}")
        for function in module.tests:
            found[f"{path.stem.removeprefix('test_')}.{function.__name__}"] = function
        forgotten = [name for name, value in vars(module).items() if name.startswith("test_") and callable(value)
                     and value not in module.tests]
        if forgotten:
            raise Refusal(f"{path}: {forgotten[0]} is not in the list `tests`, so that it would never run")
    return found


def run(kind: str, choice: Choice) -> Totals:
    from tests.system import harness
    chosen = {name: function for name, function in find(kind).items() if choice.takes(name)}
    totals = Totals()
    if not chosen:
        return totals
    harness.prepare()
    for number, (name, function) in enumerate(chosen.items(), 1):
        began = time.monotonic()
        print(f"[{number}/{len(chosen)}] {kind} {name} ...", flush=True)
        seed = choice.seed or 1
        error = None
        with harness.Context(f"{kind}.{name}", seed) as context:
            try:
                function(context)
            except (Exception, SystemExit) as caught:  # every test is to get its turn
                error = caught
                context.keep()
        if error is None:
            totals.passed += 1
            print(f"    passed, {time.monotonic() - began:.1f} s", flush=True)
            continue
        again = f"./bulkhead test {kind} {name} --seed {seed}"
        totals.failed += 1
        words = str(error).strip() or type(error).__name__
        totals.failures.append(f"{kind} {name}: {words}; again: {again}".replace("\n", " "))
        if not isinstance(error, harness.Failure):
            traceback.print_exception(error)
        print(f"    FAILED, {time.monotonic() - began:.1f} s: {error}\n    kept: {context.folder}\n    again: {again}",
              flush=True)
    return totals
