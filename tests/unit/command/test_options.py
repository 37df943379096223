# SPDX-License-Identifier: BSD-2-Clause
import argparse
import unittest

from tools.command import options
from tools.command.refusal import Refusal


class Values(unittest.TestCase):
    def refused(self, convert, *texts: str) -> None:
        for text in texts:
            with self.subTest(text), self.assertRaises(argparse.ArgumentTypeError):
                convert(text)

    def test_sizes(self):
        self.assertEqual([options.size(text) for text in ("4096", "64K", "256M", "2g")],
                         [4096, 64 << 10, 256 << 20, 2 << 30])
        self.refused(options.size, "", "0", "-1", "1.5G", "10X", "M")

    def test_numbers(self):
        self.assertEqual(options.positive("12"), 12)
        self.refused(options.positive, "0", "-1", "two", "1.5")
        self.assertEqual(options.seconds("0.5"), 0.5)
        self.refused(options.seconds, "0", "-1", "nan", "inf", "soon")

    def test_transfers(self):
        self.assertEqual(options.put("a:b:/c"), options.Transfer("a:b", "/c"))
        self.assertEqual(options.get("/a:b:c"), options.Transfer("/a", "b:c"))
        self.refused(options.put, "a", "a:b", ":/b", "a:")
        self.refused(options.get, "/a", "a:b", "/a:", ":b")

    def test_forwards(self):
        self.assertEqual(options.forward("8080:80"), options.Forward(8080, 80))
        self.refused(options.forward, "80", "0:80", "80:65536", "a:b")


class Parser(unittest.TestCase):
    def test_an_error_is_one_line_that_names_the_command(self):
        parser = options.Parser("run")
        parser.add_argument("--smp", type=options.positive)
        for arguments in (["--smp", "x"], ["--sm", "1"], ["--other"]):
            with self.subTest(arguments), self.assertRaises(Refusal) as caught:
                parser.parse_args(arguments)
            self.assertNotIn("\n", str(caught.exception))
            self.assertIn("./bulkhead run --help", str(caught.exception))
            self.assertEqual(caught.exception.status, 2)
