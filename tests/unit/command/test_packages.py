# SPDX-License-Identifier: BSD-2-Clause
import unittest

from tools.command import packages

listing = """\
# comment
cmake     configures
ninja-build   builds

[gdb]
gdb  the debugger
"""


class Needed(unittest.TestCase):
    def test_a_section_is_for_its_command_only(self):
        self.assertEqual(packages.needed("run", listing), {"cmake": "configures", "ninja-build": "builds"})
        self.assertIn("gdb", packages.needed("gdb", listing))

    def test_every_package_of_ours_has_a_reason(self):
        for command in ("run", "test", "lines", "gdb", "iso"):
            for name, reason in packages.needed(command, packages.listing.read_text()).items():
                self.assertRegex(name, r"^[a-z0-9+.-]+$")
                self.assertTrue(reason, name)

    def test_the_tests_have_all_that_the_medium_needs(self):
        text = packages.listing.read_text()
        self.assertLessEqual(packages.needed("iso", text).keys(), packages.needed("test", text).keys())


class Missing(unittest.TestCase):
    def test_what_is_installed_and_what_is_not(self):
        self.assertEqual(packages.missing(["dpkg", "no-such-package-as-this"]), ["no-such-package-as-this"])
