# SPDX-License-Identifier: BSD-2-Clause
import tempfile
import unittest
from pathlib import Path

from tools.command import crc32c, iso
from tools.command.refusal import Refusal


class Sum(unittest.TestCase):
    def test_as_others_publish_it(self):
        self.assertEqual(crc32c.of(b"123456789"), 0xE3069283)
        self.assertEqual(crc32c.of(b""), 0)
        self.assertEqual(crc32c.of(bytes(32)), 0x8A9136AA)  # RFC 3720, appendix B.4


class Check(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def test_a_new_file_and_an_older_medium_are_taken(self):
        iso.check(self.folder / "new.iso")
        old = self.folder / "old.iso"
        old.write_bytes(bytes(16 * 2048) + b"\x01CD001\x01")
        iso.check(old)

    def test_anything_else_is_refused(self):
        for contents in (b"", b"CD001", bytes(16 * 2048) + b"\x01CD00", bytes(16 * 2048) + b"CD001"):
            other = self.folder / "other"
            other.write_bytes(contents)
            with self.assertRaisesRegex(Refusal, "no ISO image"):
                iso.check(other)
        with self.assertRaisesRegex(Refusal, "no ISO image"):
            iso.check(self.folder)
        with self.assertRaisesRegex(Refusal, "there is no folder"):
            iso.check(self.folder / "not" / "there.iso")


if __name__ == "__main__":
    unittest.main()
