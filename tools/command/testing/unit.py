# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests: what CTest knows in the host tree, and the Python tests of the command itself."""

import os
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as xml

from tools.command import build, layout, process
from tools.command.refusal import Refusal
from tools.command.testing.totals import Choice, Totals

limit = 1500  # seconds that one program may take; the explorations of the kernel are the longest
results = layout.host / "results"


def names() -> list[str]:
    return [*_ctest_names(), *(f"python.{module}" for module in _python_tests())]


def run(choice: Choice) -> Totals:
    totals = Totals()
    for module, suite in _python_tests().items():
        if choice.takes(f"python.{module}"):
            totals.add(_run_python(module, suite))
    build.configured("host")
    chosen = [name for name in _ctest_names() if choice.takes(name)]
    if not chosen:
        return totals
    try:
        build.host(_targets(chosen))
    except Refusal as refusal:
        print(f"unit: {refusal}", flush=True)
        totals.add(Totals(failed=1, failures=[f"unit: {refusal}"]))
        return totals
    totals.add(_run_ctest([name for name in _ctest_names() if choice.takes(name)], choice))
    return totals


def _targets(chosen: list[str]) -> list[str]:
    """Only what the chosen tests need where that is known: for some of those made by bulkhead_unit_test."""
    wanted = [f"test-{name}" for name in chosen]
    known = build.targets("host")
    return wanted if len(chosen) < len(_ctest_names()) and all(target in known for target in wanted) else []


def _ctest_names() -> list[str]:
    return [test["name"] for test in build.tests("host")["tests"]] if (layout.host / "build.ninja").exists() else []


def _run_ctest(chosen: list[str], choice: Choice) -> Totals:
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    report = results / "ctest.junit"
    numbers = {test["name"]: index for index, test in enumerate(build.tests("host")["tests"], 1)}
    which = ",".join(str(numbers[name]) for name in chosen)
    seed = {"GTEST_SHUFFLE": "1", "GTEST_RANDOM_SEED": str(choice.seed % 100000)} if choice.seed else {}
    subprocess.run(
        ["ctest", "--test-dir", str(layout.host), "-I", f"0,0,0,{which}", "-j", str(os.cpu_count() or 1), "--timeout",
         str(limit), "--output-on-failure", "--no-tests=error", "--output-junit", str(report)],
        stdin=subprocess.DEVNULL, stdout=sys.stdout, stderr=sys.stdout,
        env={**process.environment(), "GTEST_OUTPUT": f"xml:{results}/", "GTEST_COLOR": "no",
             "BULKHEAD_SEED": str(choice.seed), **seed})
    if not report.exists():
        raise Refusal("CTest wrote no report (what is wrong stands above)")
    totals = Totals()
    for case in xml.parse(report).getroot().iter("testcase"):
        name = case.get("name")
        _count(totals, name, case.get("status"), results / f"{name}.xml")
    # A program that CTest was to run and has nothing to say of was not executed.
    said = {case.get("name") for case in xml.parse(report).getroot().iter("testcase")}
    for name in chosen:
        if name not in said:
            _fail(totals, name)
    return totals


def _count(totals: Totals, name: str, status: str, details) -> None:
    """By the cases of a GoogleTest program, or one where a program has no report of cases."""
    passed, failed, skipped = cases(details.read_text()) if details.exists() else (0, 0, 0)
    if status == "run":
        totals.passed += passed or (0 if details.exists() else 1)
        totals.skipped += skipped
        if details.exists() and passed + failed + skipped == 0:
            _fail(totals, f"{name} (no case was executed)")
    else:
        totals.passed += passed
        totals.skipped += skipped
        totals.failed += max(failed - 1, 0)
        _fail(totals, name)


def cases(report: str) -> tuple[int, int, int]:
    """Passed, failed and skipped cases of a GoogleTest report; one that is switched off counts as skipped."""
    passed = failed = skipped = 0
    for case in xml.fromstring(report).iter("testcase"):
        if case.find("failure") is not None:
            failed += 1
        elif case.get("result") == "completed":
            passed += 1
        else:
            skipped += 1
    return passed, failed, skipped


def _fail(totals: Totals, name: str) -> None:
    totals.failed += 1
    totals.failures.append(f"unit {name}; again: ./bulkhead test unit {name.split()[0]}")


def _python_tests() -> dict[str, unittest.TestSuite]:
    found = {}
    for path in sorted((layout.root / "tests/unit").rglob("test_*.py")):
        module = ".".join(path.relative_to(layout.root).with_suffix("").parts)
        found[path.stem.removeprefix("test_")] = unittest.defaultTestLoader.loadTestsFromName(module)
    return found


def _run_python(module: str, suite: unittest.TestSuite) -> Totals:
    print(f"python.{module}", flush=True)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    bad = [*result.failures, *result.errors, *((test, "") for test in result.unexpectedSuccesses)]
    totals = Totals(skipped=len(result.skipped), failed=len(bad))
    totals.passed = result.testsRun - len({test.id() for test, _ in bad}) - len(result.skipped)
    totals.failures = [f"unit {test.id()}; again: ./bulkhead test unit python.{module}" for test, _ in bad]
    return totals
