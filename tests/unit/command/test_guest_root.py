# SPDX-License-Identifier: BSD-2-Clause
import os
import stat
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tools.command import guest_root


class Root(unittest.TestCase):
    def test_what_a_shell_needs_is_there(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch("tools.command.layout.programs", Path(folder, "made")):
            made = Path(folder, "made")
            made.mkdir()
            for name in ("init", "service"):
                (made / name).write_text(name)
                (made / name).chmod(0o755)
            root = Path(folder, "root")
            guest_root.fill(root)
            self.assertEqual(os.path.realpath(root / "bin/sh"), os.path.realpath(root / "bin/busybox"))
            self.assertEqual((root / "sbin/init").read_text(), "init")  # and not busybox's
            self.assertEqual((root / "bin/service").read_text(), "service")
            self.assertTrue(os.access(root / "bin/service", os.X_OK))
            self.assertEqual(stat.S_IMODE((root / "tmp").stat().st_mode), 0o1777)
            self.assertIn("root:x:0:0:", (root / "etc/passwd").read_text())
            for name in root.rglob("*"):
                self.assertTrue(name.exists(), f"{name} leads nowhere")

    def test_the_symbol_file_is_on_a_disk_only(self):
        with (tempfile.TemporaryDirectory() as folder,
              mock.patch("tools.command.layout.symbols", Path(folder, "symbols"))):
            before = guest_root.disk_fingerprint()
            Path(folder, "symbols").write_text("symbols 1 0\n")
            self.assertNotEqual(guest_root.disk_fingerprint(), before)
            guest_root.fill(Path(folder, "memory"))
            guest_root.fill_disk(Path(folder, "disk"))
            self.assertFalse(Path(folder, "memory", guest_root.symbols).exists())
            self.assertEqual(Path(folder, "disk", guest_root.symbols).read_text(), "symbols 1 0\n")
            self.assertIn(guest_root.symbols, guest_root.carried())

    def test_the_fingerprint_follows_the_programs(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch("tools.command.layout.programs", Path(folder)):
            before = guest_root.fingerprint()
            Path(folder, "service").write_text("new")
            self.assertNotEqual(guest_root.fingerprint(), before)
