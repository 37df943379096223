# SPDX-License-Identifier: BSD-2-Clause
import re
import unittest

from tools import check_includes
from tools.command import layout


class Includes(unittest.TestCase):
    def complaint(self, path: str, name: str) -> bool:
        return bool(check_includes.complaints(path, f'// text\n#include "{name}"\n'))

    def test_the_tree_keeps_the_rule(self):
        self.assertEqual(check_includes.check(layout.root), [])

    def test_what_stands_above_is_refused(self):
        for path, name in (("abi/message.hpp", "lib/base/result.hpp"), ("lib/base/a.hpp", "lib/contract/call.hpp"),
                           ("kernel/core/core.hpp", "lib/contract/call.hpp"),
                           ("kernel/core/core.hpp", "servers/file/f.hpp"),
                           ("servers/file/f.cpp", "servers/ext4/e.hpp"), ("servers/file/f.cpp", "kernel/core/core.hpp"),
                           ("drivers/block/a/a.cpp", "drivers/block/b/b.hpp"),
                           ("lib/driver/d.hpp", "drivers/block/b/b.hpp")):
            self.assertTrue(self.complaint(path, name), f"{path} includes {name}")

    def test_what_stands_below_is_not(self):
        for path, name in (("kernel/core/core.hpp", "abi/types.hpp"),
                           ("kernel/system/calls.cpp", "kernel/core/core.hpp"),
                           ("servers/file/names/a.cpp", "servers/file/files/b.hpp"),
                           ("lib/base/a.hpp", "lib/base/b.hpp"),
                           ("drivers/block/a/a.cpp", "generated/contract/disk.hpp"), ("servers/file/f.cpp", "array")):
            self.assertFalse(self.complaint(path, name), f"{path} includes {name}")

    def test_the_raw_primitives_are_for_the_runtime(self):
        self.assertTrue(self.complaint("servers/file/f.cpp", "abi/raw.hpp"))
        self.assertTrue(self.complaint("drivers/block/a/a.cpp", "abi/raw.hpp"))
        self.assertFalse(self.complaint("lib/component/loop.cpp", "abi/raw.hpp"))
        used = "int f() { return abi::raw::plain(1).status; }\n"
        self.assertTrue(check_includes.complaints("servers/file/f.cpp", used))
        self.assertFalse(check_includes.complaints("lib/contract/transport_kernel.hpp", used))


class Files(unittest.TestCase):
    def sources(self):
        for folder in ("abi", "kernel", "lib", "servers", "drivers", "walls", "programs", "tools", "tests", "cmake"):
            for path in (layout.root / folder).rglob("*"):
                if path.suffix in (".hpp", ".cpp", ".S", ".c", ".py", ".cmake") or path.name == "CMakeLists.txt":
                    yield path

    def test_every_source_begins_with_the_licence(self):
        wrong = [str(path) for path in self.sources()
                 if not re.match(r"(#!.*\n)?(//|#) SPDX-License-Identifier: BSD-2-Clause\n",
                                 path.read_text(errors="replace"))]
        self.assertEqual(wrong, [])

    def test_no_source_is_longer_than_500_lines(self):
        wrong = [f"{path}: {lines} lines" for path in self.sources()
                 if "tests" not in path.parts and (lines := path.read_text(errors="replace").count("\n")) > 500]
        self.assertEqual(wrong, [])
