# SPDX-License-Identifier: BSD-2-Clause
"""Scripts of bash and busybox, unmodified, print what they print on Linux: the same binaries, from the same disk."""

import shutil
from pathlib import Path

from tools.command import options, transfer
from tools.command.linux import errand
from tests.system.harness import check

scripts = Path(__file__).parent / "scripts"
here = "/root/scripts"

# To a file, since some ask whether they write to a terminal; what each prints on standard error holds process ids. The
# control prints what is the system's own.
run_all = f"""
for script in {here}/*.sh; do
  name=$(basename $script .sh)
  mkdir /root/in-$name && cd /root/in-$name
  echo "=== $name"
  bash $script < /dev/null > ../out-$name 2> /dev/null
  echo "status $?" >> ../out-$name
  cat ../out-$name
done
echo "=== control"
cat /proc/version
"""
environment = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C"
order = f"env -i {environment} sh {here}/run-all"
on_linux = f"""
mount -t ext4 /dev/vdb /mnt
mount -t proc proc /mnt/proc
mount -t devtmpfs devtmpfs /mnt/dev
ln -s /proc/self/fd /mnt/dev/fd
chroot /mnt /usr/bin/{order}
umount /mnt/dev /mnt/proc /mnt
"""


def sections(printed: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in printed.decode(errors="backslashreplace").splitlines():
        if line.startswith("=== "):
            lines = found.setdefault(line[4:], [])
        else:
            lines.append(line)
    return found


def first_difference(ours: list[str], theirs: list[str]) -> str:
    for number, (mine, other) in enumerate(zip(ours, theirs)):
        if mine != other:
            return f"line {number + 1} is {mine!r}, and on Linux {other!r}"
    return f"{len(ours)} lines, and on Linux {len(theirs)}; behind the common ones: {(ours + theirs)[-3:]}"


def scripts_print_what_they_print_on_linux(context):
    folder = context.folder / "scripts"
    shutil.copytree(scripts, folder)
    (folder / "run-all").write_text(run_all)
    disk = context.disk()
    transfer.put(disk, options.Transfer(str(folder), here))

    done = context.execute(order, "--disk", str(disk), deadline=600)
    check(done.returncode == 0, f"status {done.returncode}; {done.stderr[-500:]!r}")
    ours, theirs = sections(done.stdout), sections(errand.run(on_linux, [disk]))
    check(set(ours) == {path.stem for path in scripts.glob("*.sh")} | {"control"}, f"not all scripts ran: {list(ours)}")
    check(ours.pop("control") != theirs.pop("control"), "two systems are compared, and have one version")
    different = [f"{name}: {first_difference(ours[name], theirs.get(name, []))}"
                 for name in ours if ours[name] != theirs.get(name)]
    check(not different, "; ".join(different))


tests = (scripts_print_what_they_print_on_linux,)
