# SPDX-License-Identifier: BSD-2-Clause
import tempfile
import unittest
from pathlib import Path

from tools.command import layout
from tools.command.refusal import Refusal
from tools.command.testing import conformance
from tools.command.testing.totals import Choice


class Drivers(unittest.TestCase):
    def test_each_contract_with_a_suite_has_its_workload(self):
        self.assertEqual(conformance.contracts(), ["character", "disk", "input", "link", "serial"])
        for contract in conformance.contracts():
            self.assertTrue((layout.root / "lib/conformance" / f"{contract}.hpp").exists(), contract)

    def test_drivers_of_those_contracts_are_tried(self):
        self.assertIn("virtio-blk", conformance.names())
        self.assertNotIn("mc146818", conformance.names())

    def test_a_driver_without_a_suite_is_told_so(self):
        with self.assertRaisesRegex(Refusal, "contract clock of mc146818; there is one for character, disk, "
                                    "input, link and serial"):
            conformance.run(Choice("mc146818", 0))

    def described(self, text: str) -> dict:
        layout.build.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=layout.build) as folder:
            Path(folder, "conformance.toml").write_text(text)
            return conformance._described(conformance.Driver("x", Path(folder), "/dev/x", "disk"))

    def test_a_machine_is_described_by_known_words_only(self):
        self.assertEqual(self.described('qemu = ["-device", "edu"]\nstrides = 4\n')["strides"], 4)
        with self.assertRaisesRegex(Refusal, "there is no key 'device'; the keys are qemu, scratch, strides, echoes, "
                                    "numbered, interrupts"):
            self.described('device = "edu"\n')

    def test_the_client_asks_for_what_the_driver_exports(self):
        folder = conformance._client(conformance.Driver("x", layout.root, "/dev/x", "disk"))
        text = (folder / "manifest.toml").read_text()
        self.assertIn('name = "/dev/x"', text)
        self.assertNotIn("/dev/disk0", text)


if __name__ == "__main__":
    unittest.main()
