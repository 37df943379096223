# SPDX-License-Identifier: BSD-2-Clause
"""Scripts of bash and busybox, unmodified, print what they print on Linux: the same binaries, from the same disk."""

import shutil
from pathlib import Path

from tools.command import options, transfer
from tests.system import beside_linux

scripts = Path(__file__).parent / "scripts"
here = "/root/scripts"

# To a file, since some ask whether they write to a terminal; what each prints on standard error holds process ids.
run_all = f"""
for script in {here}/*.sh; do
  name=$(basename $script .sh)
  mkdir /root/in-$name && cd /root/in-$name
  echo "=== $name"
  bash $script < /dev/null > ../out-$name 2> /dev/null
  echo "status $?" >> ../out-$name
  cat ../out-$name
done
{beside_linux.control}"""


def scripts_print_what_they_print_on_linux(context):
    folder = context.folder / "scripts"
    shutil.copytree(scripts, folder)
    (folder / "run-all").write_text(run_all)
    disk = context.disk()
    transfer.put(disk, options.Transfer(str(folder), here))
    beside_linux.run(context, disk, f"{here}/run-all", {path.stem for path in scripts.glob("*.sh")})


tests = (scripts_print_what_they_print_on_linux,)
