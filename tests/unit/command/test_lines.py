# SPDX-License-Identifier: BSD-2-Clause
import unittest
from pathlib import Path

from tools.command import lines
from tools.command.refusal import Refusal

record = """\
tree/kernel/CMakeFiles/kernel.dir/core/ipc.cpp.obj: #deps 3, deps mtime 1 (VALID)
    /project/kernel/core/ipc.cpp
    ../../abi/message.hpp
    /usr/lib/llvm-19/include/c++/v1/array

tree/kernel/CMakeFiles/kernel.dir/arch/entry.S.obj: #deps 2, deps mtime 1 (VALID)
    /project/kernel/arch/entry.S
    generated/calls.hpp

tree/servers/file/CMakeFiles/component-file.dir/file.cpp.obj: #deps 1, deps mtime 1 (VALID)
    /project/servers/file/file.cpp
"""


class Files(unittest.TestCase):
    def test_every_project_file_of_the_kernel_and_nothing_else(self):
        found = lines.files(record, Path("/project"), Path("/project/build/target"))
        self.assertEqual([str(path) for path in found],
                         ["abi/message.hpp", "build/target/generated/calls.hpp", "kernel/arch/entry.S",
                          "kernel/core/ipc.cpp"])

    def test_generated_files_have_their_row(self):
        self.assertEqual(lines.folder(Path("build/target/generated/calls.hpp")), "generated")
        self.assertEqual(lines.folder(Path("kernel/core/ipc.cpp")), "kernel/core")

    def test_a_record_without_the_kernel_is_refused(self):
        with self.assertRaises(Refusal):
            lines.files(record[record.index("tree/servers"):], Path("/project"), Path("/project/build/target"))
