# SPDX-License-Identifier: BSD-2-Clause
import subprocess
import tempfile
import unittest
from pathlib import Path

from tools.command import bench
from tools.command.linux import cpio
from tools.command.measuring import ceilings, components, table
from tools.command.refusal import Refusal


class Ceilings(unittest.TestCase):
    def test_what_is_above_or_missing_is_said(self):
        self.assertEqual(ceilings.above({"a": 5, "b": 7}, {"a": 5, "b": 7}), [])
        self.assertEqual(ceilings.above({"a": 6}, {"a": 5}), ["a: 6 instructions, and 5 is the ceiling"])
        self.assertEqual(len(ceilings.above({"a": 5}, {})), 1)
        self.assertEqual(ceilings.above({}, {"a": 5}), ["a: was not measured"])

    def test_they_only_fall(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ceilings.toml"
            ceilings.lower({"a": 5, "b": 7}, path)
            ceilings.lower({"a": 4, "b": 8}, path)
            self.assertEqual(ceilings.recorded(path), {"a": 4, "b": 7})

    def test_each_is_of_a_row(self):
        self.assertLessEqual(ceilings.recorded().keys(), {row.name for row in bench.rows()})


class Rows(unittest.TestCase):
    def test_an_unknown_one_is_refused_with_the_list(self):
        with self.assertRaisesRegex(Refusal, "no row 'speed'; the rows are: clock, .*boot"):
            bench.main(["speed"])

    def test_one_is_named_or_a_family(self):
        self.assertEqual([row.name for row in bench.called("memory")], ["memory"])
        self.assertEqual([row.name for row in bench.called("raw_write")], ["raw_write_1", "raw_write_8"])

    def test_medians_ratios_and_spread(self):
        row = table.Row("r", "s", "<= 1", "", {"Bulkhead": [1.0, 3.0, 2.0], "Linux": [4.0, 4.0, 4.0]})
        self.assertEqual(row.cells(), ["r", "s", "2", "4", "-", "0.500", "-", "<= 1", "1 to 3, none"])

    def test_the_log_is_read(self):
        said = ("store: up\nbench-client: bench clock 227\nx: bench y 1\nbench-client: bench ipc_raw 789\n"
                "bench-client: bench end\n")
        self.assertEqual(components.read(said), [("clock", 227), ("ipc_raw", 789)])


class Cpio(unittest.TestCase):
    def test_busybox_unpacks_it(self):
        packed = cpio.archive([cpio.folder("bin"), cpio.file("bin/x", b"12345"), cpio.file("empty", b"")])
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["/bin/busybox", "cpio", "-i"], input=packed, cwd=folder, capture_output=True, check=True)
            self.assertEqual((Path(folder) / "bin/x").read_bytes(), b"12345")
            self.assertEqual((Path(folder) / "empty").read_bytes(), b"")


if __name__ == "__main__":
    unittest.main()
