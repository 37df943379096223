# SPDX-License-Identifier: BSD-2-Clause
import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from tools.command import test
from tools.command.testing import unit
from tools.command.testing.totals import Choice, Totals

googletest = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4"><testsuite name="A" tests="4">
 <testcase name="a" status="run" result="completed" classname="A" />
 <testcase name="b" status="run" result="completed" classname="A"><failure message="no"></failure></testcase>
 <testcase name="c" status="run" result="skipped" classname="A"><skipped/></testcase>
 <testcase name="d" status="notrun" result="suppressed" classname="A" />
</testsuite></testsuites>
"""


class Cases(unittest.TestCase):
    def count(self, status: str, report: str | None) -> Totals:
        totals = Totals()
        with tempfile.TemporaryDirectory() as folder:
            details = Path(folder) / "a.xml"
            if report is not None:
                details.write_text(report)
            unit._count(totals, "a", status, details)
        return totals

    def test_a_report_of_googletest(self):
        self.assertEqual(unit.cases(googletest), (1, 1, 2))
        self.assertEqual(str(self.count("fail", googletest)), "1 passed, 1 failed, 2 skipped")

    def test_a_program_without_a_report_is_one_test(self):
        self.assertEqual(str(self.count("run", None)), "1 passed, 0 failed, 0 skipped")
        self.assertEqual(str(self.count("fail", None)), "0 passed, 1 failed, 0 skipped")

    def test_a_program_that_fails_after_its_cases_passed_has_failed(self):
        good = googletest.replace('<failure message="no"></failure>', "")
        self.assertEqual(str(self.count("fail", good)), "2 passed, 1 failed, 2 skipped")

    def test_a_program_without_cases_has_failed(self):
        self.assertEqual(str(self.count("run", '<testsuites tests="0"></testsuites>')), "0 passed, 1 failed, 0 skipped")


class Report(unittest.TestCase):
    def ends(self, totals: Totals) -> tuple[int, str]:
        with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()):
            status = test.report(totals)
        return status, said.getvalue().splitlines()[-1]

    def test_the_last_line_and_the_status(self):
        self.assertEqual(self.ends(Totals(passed=3)), (0, "3 passed, 0 failed, 0 skipped"))
        self.assertEqual(self.ends(Totals(passed=3, failed=1, failures=["x"])), (1, "3 passed, 1 failed, 0 skipped"))

    def test_nothing_executed_is_a_failure(self):
        self.assertEqual(self.ends(Totals())[0], 1)
        self.assertEqual(self.ends(Totals(skipped=5))[0], 1)


class Names(unittest.TestCase):
    def test_a_name_chooses_what_holds_it(self):
        self.assertTrue(Choice(None, 0).takes("boot.shell"))
        self.assertTrue(Choice("shell", 0).takes("boot.shell"))
        self.assertFalse(Choice("disk", 0).takes("boot.shell"))
