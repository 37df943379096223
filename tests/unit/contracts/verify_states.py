# SPDX-License-Identifier: BSD-2-Clause
"""Compiles the sources that contractc made of one contract's states: those that must be refused, with exactly the
diagnostics that they expect (clang's -verify), and their twins, which must be accepted.

The control: with one of its expectations taken away, or with one that is not met, a source must fail here.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

FLAGS = ["-stdlib=libc++", "-std=c++23", "-fno-exceptions", "-fno-rtti", "-Wall", "-Wextra", "-Wconsumed", "-Werror",
         "-ferror-limit=0", "-fsyntax-only", "-Xclang", "-verify", "-Xclang", "-verify-ignore-unexpected=note"]


def verify(compiler, includes, source):
    command = [compiler, *FLAGS, *(f"-I{folder}" for folder in includes), str(source)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode == 0, result.stdout + result.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--control", action="store_true", help="show that a changed source fails as well")
    parser.add_argument("prefix", help="path of the sources, up to the name of the contract")
    options = parser.parse_args()
    failed = False

    def expect(source, right, what):
        nonlocal failed
        passed, output = verify(options.compiler, options.include, source)
        if passed != right:
            failed = True
            print(f"{what}: {source}\n{output}")

    for kind in ("wrong_states", "wrong_moves", "twins"):
        source = pathlib.Path(f"{options.prefix}_{kind}.cpp")
        expect(source, True, "diagnostics differ from the expected")
        if not options.control:
            continue
        text = source.read_text()
        with tempfile.TemporaryDirectory() as folder:
            control = pathlib.Path(folder) / source.name
            if kind == "twins":
                control.write_text(text.replace("expected-no-diagnostics", "expected-error@+1 {{anything}}"))
            else:
                changed, count = re.subn(r"expected-error.*", "", text, count=1)
                if count == 0:
                    continue
                control.write_text(changed)
            expect(control, False, "the control was not noticed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
