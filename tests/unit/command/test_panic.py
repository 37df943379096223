# SPDX-License-Identifier: BSD-2-Clause
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tools.command import boot, panic

exception = """uart16550: ports present: 0
\r
Bulkhead: kernel panic: exception in the kernel: vector, error, address, at 0xe 0x2 0x1000 0xffffffff80106590\r
backtrace: 0xffffffff8010ed4d 0xffffffff8010f3f0

Bulkhead: kernel panic: exception in the kernel: vector, error, address, at 0xd 0x0 0x0 0x1
backtrace: 0x3
"""
named = """[{"Symbol": [
  {"FileName": "/usr/include/atomic", "StartFileName": "/usr/include/atomic", "FunctionName": "or()", "Line": 9},
  {"FileName": "/bulkhead/build/target/../../kernel/a.hpp", "FunctionName": "inner()", "Line": 3},
  {"FileName": "/bulkhead/kernel/b.cpp", "FunctionName": "outer()", "Line": 4}]},
 {"Symbol": [{"FileName": "", "FunctionName": "start", "Line": 0}]}, {"Symbol": []}]"""


class Panics(unittest.TestCase):
    def log(self, text: str) -> Path:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "debug.log"
        path.write_text(text)
        return path

    def test_of_several_the_first_counts(self):
        found = panic.find(self.log(exception))
        self.assertEqual(found.why, "page fault in the kernel (vector 14, error 0x2, address 0x1000)")
        self.assertEqual(found.at, 0xffffffff80106590)
        self.assertEqual(found.callers, [0xffffffff8010ed4d, 0xffffffff8010f3f0])

    def test_a_refusal_at_boot_has_no_instruction(self):
        found = panic.find(self.log("\nBulkhead: kernel panic: the system image is damaged 0x0 0x0\nbacktrace: 0x9\n"))
        self.assertEqual((found.why, found.at, found.callers), ("the system image is damaged", None, [9]))
        cut = panic.find(self.log("Bulkhead: kernel panic: too little memory 0x7 0x0"))
        self.assertEqual((cut.why, cut.callers), ("too little memory 0x7 0x0", []))

    def test_a_jump_to_nowhere_is_an_exception_too(self):
        found = panic.find(self.log("Bulkhead: kernel panic: exception in the kernel: vector, error, address, at "
                                    "0xe 0x10 0x0 0x0\nbacktrace: 0x9\n"))
        self.assertEqual((found.at, found.callers), (0, [9]))
        self.assertIn("page fault", found.why)

    def test_other_logs_have_none(self):
        for text in ("", "file: Bulkhead: kernel panic: what a program wrote 0x0 0x0\n",
                     "pci: exception 0x1 error 0x2 address 0x3\n", "kernel panic\n"):
            self.assertIsNone(panic.find(self.log(text)))
        self.assertIsNone(panic.find(Path("/no/such/log")))

    def test_each_address_is_named_with_what_it_was_inlined_into(self):
        with mock.patch("tools.command.process.quiet") as quiet:
            quiet.return_value.stdout = named
            said = panic.lines(panic.find(self.log(exception)), Path("/k"))
        # The call stands before the place to which it returns.
        self.assertEqual(quiet.call_args[0][0][3:], ["0xffffffff80106590", "0xffffffff8010ed4c", "0xffffffff8010f3ef"])
        self.assertEqual(said, ["  at    inner()  kernel/a.hpp:3", "  in    outer()  kernel/b.cpp:4", "  from  start",
                                "  from  0xffffffff8010f3f0"])

    def test_without_the_symbolizer_addresses_stay_numbers(self):
        with (mock.patch("tools.command.panic.symbolizer", "no-such-program"),
              mock.patch("tools.command.panic.say") as say):
            said = panic.lines(panic.Panic("x", None, [0x10]), Path("/k"))
        self.assertEqual(said, ["  from  0x10"])
        self.assertIn("no-such-program is missing", say.call_args[0][0])

    def test_a_reset_is_a_failure_only_if_nobody_asked(self):
        silent = self.log("pci: bus 0\n")
        self.assertIn("reset itself", panic.told(silent, Path("/k"), "guest-reset"))
        self.assertIsNone(panic.told(silent, Path("/k"), "guest-shutdown"))
        self.assertFalse(panic.reset_as_asked(silent))
        self.assertTrue(panic.reset_as_asked(self.log(f"{panic.restart_asked}\n")))

    def test_the_last_words_of_a_panic_are_its_reason(self):
        self.assertIn("page fault", boot.last_words(self.log(exception)))
        self.assertIn("words: hello", boot.last_words(self.log("first\nhello\n")))
