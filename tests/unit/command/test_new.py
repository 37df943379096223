# SPDX-License-Identifier: BSD-2-Clause
import re
import tempfile
import tomllib
import unittest
from pathlib import Path

from tools import check_format, check_includes
from tools.command import layout, new
from tools.command.refusal import Refusal


class Names(unittest.TestCase):
    def refusal(self, name: str, kind: str = "char") -> str:
        with self.assertRaises(Refusal) as caught:
            new.check(name, kind)
        self.assertNotIn("\n", str(caught.exception))
        return str(caught.exception)

    def test_what_is_no_name_is_refused(self):
        for name in ("", "Disk", "1disk", "my_disk", "my--disk", "disk-", "../disk", "a" * 24, "dïsk"):
            self.assertIn("is no name for a driver", self.refusal(name))

    def test_names_of_the_language_and_of_its_library_are_refused(self):
        for name in ("int", "namespace", "random", "read", "contract", "tests", "server"):
            self.assertIn("take another", self.refusal(name))

    def test_what_is_there_is_not_made_again(self):
        self.assertIn("drivers/block/virtio_blk", self.refusal("virtio-blk"))
        self.assertIn("drivers/clock/mc146818/manifest.toml exports /dev/rtc0", self.refusal("rtc0"))
        self.assertIn("already", self.refusal("vault"))  # a unit test would have that name

    def test_a_class_that_cannot_be_made_names_those_that_can(self):
        for kind in new.classes:
            self.assertIn(kind, self.refusal("my-driver", "tape"))

    def test_a_good_name_is_taken(self):
        for kind in new.classes:
            new.check("my-driver2", kind)


class Made(unittest.TestCase):
    def test_each_class_is_complete_formatted_and_within_the_rules(self):
        for kind, described in new.classes.items():
            for name in ("x", "a-driver-of-23-letters-"[:22] + "s"):
                with self.subTest(kind=kind, name=name), tempfile.TemporaryDirectory() as folder:
                    root = Path(folder)
                    made = new.make(root, name, kind)
                    (root / ".clang-format").write_text((layout.root / ".clang-format").read_text())
                    self.assertEqual(check_format.check(root) + check_includes.check(root), [])
                    for path in made.rglob("*"):
                        if path.is_file():
                            text = path.read_text()
                            self.assertEqual(re.findall(r"@\w+@", text), [], path)
                            self.assertEqual([line for line in text.splitlines() if len(line) > 120
                                              and path.suffix != ".md"], [], path)
                    manifest = tomllib.loads((made / "manifest.toml").read_text())
                    self.assertEqual((manifest["name"], manifest["export"][0]["contract"]), (name, described.contract))
                    self.assertTrue((layout.root / "contracts" / f"{described.contract}.contract").exists())
                    for needed in ("README.md", "CMakeLists.txt", "server.cpp", "tests/server_test.cpp",
                                   "tests/fake_device.hpp", f"{new.identifier(name)}.cpp"):
                        self.assertTrue((made / needed).exists(), needed)

    def test_what_is_not_implemented_stands_in_the_readme(self):
        for kind in new.classes:
            with tempfile.TemporaryDirectory() as folder:
                made = new.make(Path(folder), "x", kind)
                readme = (made / "README.md").read_text()
                self.assertIn("What is not implemented", readme)
                handlers = re.split(r"Server::on_", (made / "server.cpp").read_text())[1:]
                for handler in handlers:
                    if "Reason::unsupported" in handler:
                        self.assertIn(f"`{re.match(r'[a-z_]+', handler)[0]}`", readme, kind)

    def test_a_folder_that_is_there_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            new.make(Path(folder), "x", "char")
            with self.assertRaises(Refusal):
                new.make(Path(folder), "x", "char")


if __name__ == "__main__":
    unittest.main()
