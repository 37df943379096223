# SPDX-License-Identifier: BSD-2-Clause
"""Programs in C with musl and in C++ with glibc, linked statically, print what they print on Linux."""

from pathlib import Path

from tools.command import options, process, transfer
from tests.system import beside_linux

programs = Path(__file__).parent / "programs"
here = "/root/programs"

run_all = f"""
for program in {here}/bin/*; do
  name=$(basename $program)
  mkdir /root/in-$name && cd /root/in-$name
  echo "=== $name"
  $program < /dev/null > ../out-$name
  echo "status $?" >> ../out-$name
  cat ../out-$name
done
{beside_linux.control}"""

compilers = {".c": ["musl-gcc", "-std=gnu17"], ".cpp": ["g++", "-std=c++20"]}
options_of_all = ["-static", "-O2", "-Wall", "-Wextra", "-Werror"]


def programs_print_what_they_print_on_linux(context):
    sources = sorted(path for path in programs.iterdir() if path.suffix in compilers)
    made = context.folder / "programs"
    (made / "bin").mkdir(parents=True)
    for source in sources:
        process.quiet([*compilers[source.suffix], *options_of_all, "-o", made / "bin" / source.stem, source],
                      f"compiling {source.name}")
    (made / "run-all").write_text(run_all)
    disk = context.disk()
    transfer.put(disk, options.Transfer(str(made), here))
    beside_linux.run(context, disk, f"{here}/run-all", {source.stem for source in sources})


tests = (programs_print_what_they_print_on_linux,)
