# SPDX-License-Identifier: BSD-2-Clause
"""Disk images, with the real mke2fs and debugfs."""

import fcntl
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tools.command import debugfs, disk_image, ownership, process, superblock, transfer
from tools.command.options import Transfer
from tools.command.refusal import Refusal


class Image(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.root = self.folder / "root"
        (self.root / "bin").mkdir(parents=True)
        (self.root / "bin/sh").write_text("#!\n")
        (self.root / "bin/sh").chmod(0o755)
        (self.root / "bin/ash").symlink_to("sh")
        self.image = self.folder / "disk.img"
        disk_image.make(self.image, 32 << 20, self.root)

    def owner(self, path: str) -> list[str]:
        line = next(line for line in debugfs.ask(self.image, f"stat {debugfs.quote(path)}") if line.startswith("User:"))
        return line.split()[1:4:2]

    def refused(self, words: str, action, *arguments):
        with self.assertRaises(Refusal) as caught:
            action(*arguments)
        self.assertIn(words, str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))

    def test_what_is_made_is_sound_and_roots(self):
        found = superblock.examine(self.image)
        self.assertEqual((found.block_size, found.blocks, found.clean), (4096, 8192, True))
        process.quiet(["e2fsck", "-fn", self.image], "checking")
        self.assertEqual(self.owner("/bin/sh"), ["0", "0"])
        self.assertEqual(debugfs.kind(self.image, "/bin/ash"), "symlink")

    def test_the_files_of_a_user_are_given_to_root(self):
        debugfs.execute(self.image, ["sif /bin/sh uid 1000", "sif /bin/ash gid 1000"], writing=True)
        self.assertEqual(self.owner("/bin/sh"), ["1000", "0"])
        ownership.give_to_root(self.image, self.root)
        self.assertEqual([self.owner("/bin/sh"), self.owner("/bin/ash")], [["0", "0"]] * 2)

    def test_too_small_leaves_nothing_behind(self):
        (self.root / "big").write_bytes(os.urandom(1 << 20))
        small = self.folder / "small.img"
        self.refused("small.img", disk_image.make, small, 1 << 20, self.root)
        self.assertEqual([path.name for path in self.folder.glob("small*")], [])

    def test_missing_foreign_short_and_other_blocks(self):
        self.refused("there is no disk image", superblock.examine, self.folder / "none.img")
        foreign = self.folder / "foreign.img"
        foreign.write_bytes(b"GIF89a" + bytes(4096))
        self.refused("not an ext4", superblock.examine, foreign)
        foreign.write_bytes(b"")
        self.refused("not an ext4", superblock.examine, foreign)
        with self.image.open("r+b") as image:
            image.truncate(16 << 20)
        self.refused("cut short", superblock.examine, self.image)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-b", "1024", foreign, "8M"], env=process.environment(),
                       stdin=subprocess.DEVNULL, check=True)
        self.refused("blocks of 1024", superblock.examine, foreign)

    def test_folders_are_made_where_they_are_not_there(self):
        for _ in range(2):
            transfer.make_folder(self.image, "/usr/lib/bulkhead")
            self.assertEqual(debugfs.kind(self.image, "/usr/lib/bulkhead"), "directory")
        self.refused("cannot be made", transfer.make_folder, self.image, "/bin/sh/x")
        process.quiet(["e2fsck", "-fn", self.image], "checking")

    def test_a_lock_keeps_the_second_off(self):
        with disk_image.locked(self.image):
            self.refused("in use by another run", disk_image.locked(self.image).__enter__)
            self.refused("in use by another run", disk_image.locked(self.image, shared=True).__enter__)
        with disk_image.locked(self.image) as descriptor:
            copy = os.dup(descriptor)  # as QEMU has it: the lock lasts until the last of them is closed
        self.refused("in use", disk_image.locked(self.image).__enter__)
        os.close(copy)
        with disk_image.locked(self.image, shared=True), disk_image.locked(self.image, shared=True):
            pass

    def test_a_scratch_copy_goes_unless_it_is_kept(self):
        with mock.patch("tools.command.layout.scratch", self.folder / "scratch"), \
                mock.patch("tools.command.layout.kept", self.folder / "kept"):
            with disk_image.scratch_copy(self.image) as copy:
                self.assertEqual(copy.stat().st_size, self.image.stat().st_size)
            self.assertFalse(copy.exists())
            with disk_image.scratch_copy(self.image, keep=True) as kept:
                pass
            self.assertTrue(kept.exists())
            abandoned = self.folder / "scratch/disk-old.img"
            held = self.folder / "scratch/disk-held.img"
            for path in (abandoned, held):
                path.write_bytes(b"")
                os.utime(path, (0, 0))
            with held.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                with disk_image.scratch_copy(self.image):
                    pass
            self.assertEqual((abandoned.exists(), held.exists()), (False, True))

    def test_an_image_that_was_not_left_clean_is_mended(self):
        debugfs.execute(self.image, ["ssv state 0"], writing=True)
        self.assertFalse(superblock.examine(self.image).clean)
        disk_image.mend(self.image)
        self.assertTrue(superblock.examine(self.image).clean)

    def test_put_and_get_a_file(self):
        source = self.folder / 'odd "name" :-) of mine'
        source.write_bytes(os.urandom(100_000))
        source.chmod(0o750)
        for target, inside in (("/bin/it", "/bin/it"), ("/bin/it", "/bin/it"), ("/bin", f"/bin/{source.name}"),
                               ("/bin/", f"/bin/{source.name}")):
            transfer.put(self.image, Transfer(str(source), target))
            self.assertEqual(self.owner(inside), ["0", "0"])
            back = self.folder / "back"
            transfer.get(self.image, Transfer(inside, str(back)))
            self.assertTrue(back.read_bytes() == source.read_bytes())
        process.quiet(["e2fsck", "-fn", self.image], "checking")

    def test_put_and_get_a_folder(self):
        source = self.folder / "tree"
        (source / "a b" / "deep").mkdir(parents=True)
        (source / "a b" / "deep" / "file").write_text("text")
        transfer.put(self.image, Transfer(str(source), "/"))
        back = self.folder / "back"
        transfer.get(self.image, Transfer("/tree", str(back)))
        self.assertEqual((back / "a b/deep/file").read_text(), "text")
        transfer.get(self.image, Transfer("/tree", str(back)))  # now there is a folder to bring it into
        self.assertEqual((back / "tree/a b/deep/file").read_text(), "text")
        self.refused("exists already", transfer.get, self.image, Transfer("/tree", str(back)))
        process.quiet(["e2fsck", "-fn", self.image], "checking")

    def test_what_cannot_be_carried(self):
        there = self.folder / "there"
        there.write_text("")
        self.refused("there is no", transfer.put, self.image, Transfer("/no/such", "/x"))
        self.refused("no folder /none", transfer.put, self.image, Transfer(str(there), "/none/x"))
        self.refused("no folder", transfer.put, self.image, Transfer(str(there), "/none/"))
        self.refused("the guest has no", transfer.get, self.image, Transfer("/none", str(there)))
        self.refused("symlink", transfer.get, self.image, Transfer("/bin/ash", str(there)))
        self.refused("there is no folder", transfer.get, self.image, Transfer("/bin/sh", "/no/such/place"))
