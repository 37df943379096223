# SPDX-License-Identifier: BSD-2-Clause
import json
import unittest

from tools.command import build, layout, linux_calls, process
from tools.command.refusal import Refusal

contract = {"fault": "memory", "absent": [{"number": 27, "name": "mincore"}], "calls": [
    {"number": 34, "name": "pause", "server": "process", "arguments": []},
    {"number": 0, "name": "read", "server": "file", "arguments": [
        {"name": "fd", "kind": "integer", "type": {"text": "i32"}}, {"name": "buffer", "kind": "write", "count": "n"},
        {"name": "entries", "kind": "address", "type": "pollfd"}]}]}


class Declared(unittest.TestCase):
    def refusal(self, text: str) -> str:
        with self.assertRaises(Refusal) as caught:
            linux_calls.declared(text)
        self.assertNotIn("\n", str(caught.exception))
        self.assertIn("tests/system/linux_calls.toml", str(caught.exception))
        return str(caught.exception)

    def test_the_declarations_are_of_the_contract_and_hold(self):
        build.host(["contractc"])
        described = json.loads(process.quiet([layout.host_tools / "contractc", "--describe",
                                              layout.root / "contracts/linux.contract"], "describing").stdout)
        text = linux_calls.table(described, linux_calls.declared())
        self.assertEqual(text.count("| process |") + text.count("| file |") + text.count("| memory |"),
                         len(described["calls"]))

    def test_complete_names_a_test(self):
        self.assertIn("no test tests/system/programs/none.c", self.refusal('[complete]\n"programs/none.c" = ["read"]'))
        self.assertIn("compared with Linux", self.refusal('[complete]\n"test_exec.py" = ["read"]'))
        self.assertIn("does not use ptrace", self.refusal('[complete]\n"programs/files.c" = ["ptrace"]'))
        self.assertEqual(linux_calls.declared('[complete]\n"programs/files.c" = ["read"]'),
                         {"read": "complete: `programs/files.c`"})

    def test_what_is_said_must_mean_something(self):
        self.assertIn("no part [done]", self.refusal('[done]\n'))
        self.assertIn("two states", self.refusal('[refused]\nread = "EPERM"\n[partial]\nread = "x"'))
        self.assertIn("nobody says", self.refusal('[partial]\nread = " "'))
        self.assertIn("ENONE", self.refusal('[refused]\nread = "ENONE"'))

    def test_a_use_is_code(self):
        self.assertTrue(linux_calls.uses("  x = read(1);", "read", []))
        self.assertTrue(linux_calls.uses("call(SYS_read, 1)", "read", []))
        self.assertTrue(linux_calls.uses("waitpid(1)", "wait4", ["waitpid("]))
        self.assertFalse(linux_calls.uses("// read(1)\nthread(1); SYS_readv", "read", []))


class Table(unittest.TestCase):
    def test_a_row_for_each_call_by_number(self):
        text = linux_calls.table(contract, {"read": "partial: x", "pause": "refused with EPERM"})
        rows = text.splitlines()
        first = rows.index("| 0 | `read` | file | `i32 fd, user write buffer[n], user pollfd entries` | partial: x |")
        self.assertEqual(rows[first + 1], "| 34 | `pause` | process |  | refused with EPERM |")
        self.assertIn("| 0 | 1 | 1 |", rows)
        self.assertEqual(rows[-1], "mincore (27).")

    def test_a_call_without_a_state_is_refused_by_name(self):
        with self.assertRaisesRegex(Refusal, "pause: in contracts/linux.contract and without a state"):
            linux_calls.table(contract, {"read": "partial: x"})

    def test_a_state_without_a_call_is_refused_by_name(self):
        with self.assertRaisesRegex(Refusal, "write: not in contracts/linux.contract"):
            linux_calls.table(contract, {"read": "partial: x", "pause": "partial: x", "write": "partial: x"})
