# SPDX-License-Identifier: BSD-2-Clause
"""Files and names on a disk, by real programs; each disk is then judged by e2fsck and read by the host's tools."""

import hashlib
import io
import random
import tarfile

from tools.command import debugfs, process
from tools.command.refusal import Refusal
from tests.system import kept_disk
from tests.system.harness import check, prompt


def archive(seed: int) -> bytes:
    """A tree of all sorts: files of many sizes, folders in folders, links, odd names, modes, owners and times."""
    random_numbers = random.Random(seed)
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.GNU_FORMAT) as tar:

        def add(name: str, kind: bytes, data: bytes = b"", target: str = "", mode: int = 0o644) -> None:
            entry = tarfile.TarInfo(f"tree/{name}")
            entry.type, entry.size, entry.linkname, entry.mode = kind, len(data), target, mode
            entry.uid, entry.gid = random_numbers.choice([(0, 0), (1000, 100), (65534, 70000)])
            entry.mtime = random_numbers.randrange(1 << 31)
            tar.addfile(entry, io.BytesIO(data))

        add("", tarfile.DIRTYPE, mode=0o755)
        for folder in ("a", "a/b", "a/b/c", "empty", "with space", "sticky"):
            add(folder, tarfile.DIRTYPE, mode=0o1777 if folder == "sticky" else 0o750)
        for size in (0, 1, 59, 60, 61, 4095, 4096, 4097, 65536, 1_000_000, 5_000_001):
            data, mode = random_numbers.randbytes(size), random_numbers.choice([0o600, 0o755, 0o4711])
            add(f"a/{size}", tarfile.REGTYPE, data, mode=mode)
        for number in range(300):
            add(f"a/b/file-{number}", tarfile.REGTYPE, random_numbers.randbytes(random_numbers.randrange(9000)))
        add("with space/\u00e4 \u4e2d 'quoted'", tarfile.REGTYPE, b"odd")
        add("a/" + "n" * 255, tarfile.REGTYPE, b"long")
        add("a/b/c/hard", tarfile.LNKTYPE, target="tree/a/4097")
        add("short link", tarfile.SYMTYPE, target="a/b/c/hard")
        add("long link", tarfile.SYMTYPE, target="./" * 200 + "a/4097")
        add("nowhere", tarfile.SYMTYPE, target="/no/such/file")
    return written.getvalue()


def contents_of(packed: bytes) -> dict[str, tuple]:
    """By name: what there is, whose it is, and what tar restores of that kind of file."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        found = {}
        for entry in tar:
            if entry.issym():
                what = ("link", entry.linkname)
            elif entry.isdir():
                what = ("folder", entry.uid, entry.gid, entry.mode)
            elif entry.islnk():
                what = ("file", hashlib.sha256(tar.extractfile(entry).read()).hexdigest())
            else:
                data = hashlib.sha256(tar.extractfile(entry).read()).hexdigest()
                what = ("file", data, entry.uid, entry.gid, entry.mode, int(entry.mtime))
            found[entry.name.rstrip("/")] = what
        return found


def trees(context):
    packed = archive(context.seed)
    host, back = context.folder / "tree.tar", context.folder / "back.tar"
    host.write_bytes(packed)
    expected = contents_of(packed)
    _, image = kept_disk.after(context, "cd /root; tar xf tree.tar && mkdir -p copy/d/e/e/p && "
                               "cp -r tree copy/d/e/e/p && tar cf back.tar tree && "
                               "[ $(stat -c %i tree/a/4097) = $(stat -c %i tree/a/b/c/hard) ]",
                               "--put", f"{host}:/root/tree.tar", "--get", f"/root/back.tar:{back}")
    found = contents_of(back.read_bytes())
    check(found.keys() == expected.keys(), f"other names came back: {sorted(found.keys() ^ expected.keys())[:5]}")
    for name, entry in expected.items():
        # Which of two names of one file is the link is up to who packs it.
        both = min(len(entry), len(found[name])) if name in ("tree/a/4097", "tree/a/b/c/hard") else None
        check(found[name][:both] == entry[:both], f"{name} was {entry} and came back as {found[name]}")
    copies = context.folder / "copies"
    copies.mkdir()
    debugfs.execute(image, [f"rdump /root/copy/d/e/e/p/tree {copies}"])
    for name, entry in expected.items():
        if entry[0] == "file":
            data = (copies / name).read_bytes()
            check(hashlib.sha256(data).hexdigest() == entry[1], f"the copy of {name} differs")


links = r"""
set -e; mkdir /root/w; cd /root/w
echo one > f; ln f g; ln g h; ln -s f s; ln -s "$(printf '%0900d' 7)" l
[ "$(stat -c %h f)" = 3 ]; [ "$(stat -c %i f)" = "$(stat -c %i h)" ]; [ "$(cat s)" = one ]
echo two >> g; [ "$(cat h)" = "$(printf 'one\ntwo')" ]; rm f; [ "$(stat -c %h g)" = 2 ]
! cat s 2> /dev/null; [ "$(readlink l)" = "$(printf '%0900d' 7)" ]; ! ln g h 2> /dev/null; ! ln . d 2> /dev/null
echo old > x; echo new > y; exec 3< x; mv y x; [ "$(cat x)" = new ]; [ "$(cat <&3)" = old ]; exec 3<&-
mkdir -p d/sub e full/in; echo deep > d/sub/file; [ "$(stat -c %h d)" = 3 ]
mv d moved; [ "$(cat moved/sub/file)" = deep ]; mv moved/sub e/
[ "$(stat -c %h moved)" = 2 ]; [ "$(stat -c %h e)" = 3 ]
mv -T moved e/sub 2> /dev/null && exit 9
[ -d moved ]; mv -T moved full/in; [ ! -e moved ]; ! mv e e/sub/ 2> /dev/null; ! rmdir e 2> /dev/null
cd e/sub; [ "$(cd ..; pwd)" = /root/w/e ]; cd ../..
exec 4<> gone; printf 12345 >&4; rm gone; [ ! -e gone ]; printf 678 >&4; cat /proc/self/fd/4 > kept; exec 4>&-
[ "$(cat kept)" = 12345678 ]
ls -1 | tr '\n' ' '
"""


def links_and_renames(context):
    said, image = kept_disk.after(context, links)
    check(said.decode().split() == "e full g h kept l s x".split(), f"left are {said!r}")
    check(debugfs.kind(image, "/root/w/e/sub/file") == "regular", "a file was lost with its folder's move")


def a_large_directory(context):
    count = 4000
    said, image = kept_disk.after(context, rf"""
set -e; mkdir /root/d; cd /root/d; df -i / > /tmp/before
i=0; while [ $i -lt {count} ]; do : > "a name of some length $i"; i=$((i+1)); done
[ $(ls | wc -l) = {count} ]; [ $(ls | sort -u | wc -l) = {count} ]; echo x > "a name of some length 17"
rm *[02468]; [ $(ls | wc -l) = {count // 2} ]; for i in $(seq 1 2 199); do mv "a name of some length $i" $i; done
[ $(ls | wc -l) = {count // 2} ]; cat 17; sync; mkdir /root/all; mv * /root/all; [ -z "$(ls)" ]; cd ..; rmdir d
[ $(ls all | wc -l) = {count // 2} ]; mkdir full; cd full
i=0; while [ $i -lt {count} ]; do echo $i > $i; i=$((i+1)); done; cd ..; rm -r full; [ ! -e full ]
ls all | sort -n | tail -1
""")
    check(said == b"x\n199\n", f"printed {said!r}")
    listed = debugfs.ask(image, "ls -p /root/all")
    check(len([line for line in listed if line.count("/") > 5]) == count // 2 + 2, f"{len(listed)} entries on the disk")


def sizes(context):
    noise = random.Random(context.seed).randbytes(300_000)
    expected = bytearray(20_000_003)
    expected[10_000_000:10_300_000] = noise
    expected[-3:] = b"end"
    cut = bytes(noise[:100_001]) + bytes(99_999) + b"more"
    there = context.folder / "noise"
    there.write_bytes(noise)
    said, image = kept_disk.after(context, r"""
set -e; cd /root
dd if=noise of=sparse bs=100000 seek=100 2> /dev/null
printf end | dd of=sparse bs=1 seek=20000000 conv=notrunc 2> /dev/null
cp noise cut; truncate -s 100001 cut; truncate -s 200000 cut; printf more >> cut
for i in $(seq 500); do echo "line $i" >> lines; done; : > empty; cp noise empty; : > empty
truncate -s 1G far; sync; echo 3 > /proc/sys/vm/drop_caches 2> /dev/null || true
sha256sum sparse cut lines; stat -c '%s %b' sparse cut empty far; tail -c 5 far | od -An -tx1
""", "--put", f"{there}:/root/noise")
    sums = [hashlib.sha256(data).hexdigest() for data in
            (expected, cut, b"".join(b"line %d\n" % i for i in range(1, 501)))]
    lines = said.decode().splitlines()
    check([line.split()[0] for line in lines[:3]] == sums, f"contents differ: {lines[:3]}")
    check(lines[3:7] == ["20000003 600", "200004 208", "0 0", "1073741824 0"], f"sizes and blocks are {lines[3:7]}")
    check(lines[7].split() == ["00"] * 5, f"behind the end there is {lines[7]}")
    out = context.folder / "out"
    process.quiet(["debugfs", "-R", f"dump /root/sparse {out}", image], "reading the kept disk")
    check(out.read_bytes() == expected, "the host reads other contents")


def attributes(context):
    _, image = kept_disk.after(context, r"""
set -e; cd /root; echo x > f; chown 1234:70001 f; chmod 4751 f; touch -d '2001-02-03 04:05:06' f
mkdir -m 1700 d; mkfifo -m 600 p; mknod c c 4 300; mknod b b 259 7; ln -s f s; ln f g; touch -d @4000000000 later
""")
    wanted = {"f": ("regular", "04751", "1234", "70001", "2"), "d": ("directory", "01700", "0", "0", "2"),
              "p": ("FIFO", "0600", "0", "0", "1"), "c": ("character", "0644", "0", "0", "1"),
              "b": ("block", "0644", "0", "0", "1"), "s": ("symlink", "0777", "0", "0", "1")}
    for name, expected in wanted.items():
        words = " ".join(debugfs.ask(image, f"stat /root/{name}")).split()
        found = tuple(words[words.index(f"{field}:") + 1] for field in ("Type", "Mode", "User", "Group", "Links"))
        check(found == expected, f"the host sees {name} as {found} instead of {expected}")
    for name, numbers in (("c", "04:300"), ("b", "259:07")):
        said = " ".join(debugfs.ask(image, f"stat /root/{name}"))
        check(f"Device major/minor number: {numbers}" in said, f"the device {name} is {said[-300:]!r}")
    for name, seconds in (("f", 981173106), ("later", 4000000000)):
        times = [line for line in debugfs.ask(image, f"stat /root/{name}") if line.strip().startswith("mtime:")]
        # Seconds, whose two bits above 32 stand in the second word.
        low, high = (int(word, 16) for word in times[0].split()[1].split(":"))
        check(low - (low >> 31 << 32) + ((high & 3) << 32) == seconds, f"the time of {name} is {times[0]}")


def two_boots(context):
    disk = context.disk()
    first = context.boot(disk)
    first.wait_for(prompt)
    for command in ("mkdir -p d/e", "echo first > d/e/f", "ln -s e/f d/s"):
        said, status = first.shell(command)
        check(status == 0, f"{command} said {said!r}, status {status}")
    first.power_off()
    kept_disk.sound(disk)
    second = context.boot(disk)
    second.wait_for(prompt)
    said, status = second.shell("cat d/s && echo second >> d/e/f && mv d moved")
    check((said.splitlines()[-1], status) == ("first", 0), f"the second boot said {said!r}, status {status}")
    second.power_off()
    kept_disk.sound(disk)
    check(debugfs.ask(disk, "cat /root/moved/e/f") == ["first", "second"], "the host sees something else")


def a_journal_to_replay(context):
    disk = context.disk()
    complaints = debugfs.execute(disk, ["feature needs_recovery"], writing=True)
    check(not complaints, f"debugfs: {complaints}")
    before = hashlib.sha256(disk.read_bytes()).hexdigest()
    system = context.boot(disk)
    system.wait_for(prompt)
    for command in ("echo x > f", "mkdir d", "rm -f /etc/passwd", "echo y >> /etc/passwd"):
        said, status = system.shell(command)
        check("Read-only file system" in said and status != 0, f"{command} said {said!r}, status {status}")
    said, _ = system.shell("cat /etc/hostname; mount")
    check("bulkhead" in said.splitlines(), f"a file could not be read: {said!r}")
    check(any(" on / type ext4 (ro" in line for line in said.splitlines()), f"the mount says {said!r}")
    check("journal" in system.kernel_log(), "the log does not say why it is read-only")
    system.power_off()
    check(hashlib.sha256(disk.read_bytes()).hexdigest() == before, "the disk was written")
    # The control: without the flag the same disk is changed.
    check(not debugfs.execute(disk, ["feature -needs_recovery"], writing=True), "debugfs could not take the flag back")
    changed = context.execute("echo x > /root/f && cat /root/f", "--disk", str(disk))
    check(changed.stdout == b"x\n", f"it is still read-only: {changed.stderr!r}")


def a_full_disk(context):
    image = context.folder / "small.img"
    made = context.command("disk", str(image), "--size", "32M")
    check(made.returncode == 0, f"./bulkhead disk: {made.stderr!r}")
    said, left = kept_disk.after(context, r"""
cd /root; yes 'a line of text' | head -c 3000000 > part; i=0
while said=$(cp part part-$i 2>&1); do i=$((i+1)); [ $i -lt 50 ] || break; done
echo "$said" | grep -o 'No space left on device'; sync || echo "sync: $?"
df -m / | awk 'NR == 2 { print ($4 <= 3) }'
n=0; while [ $n -lt $i ]; do cmp part part-$n || echo "part-$n differs"; n=$((n+1)); done
head -c $(stat -c %s part-$i) part | cmp - part-$i && echo prefix
mkdir d; i=0; while [ $i -lt 3000 ]; do echo x 2> /dev/null > d/$i || break; i=$((i+1)); done; sync
rm -r part-* d; cat part part part > again && sha256sum < again; cp -r /etc etc && diff -r /etc etc && echo usable
""", disk=image)
    text = (b"a line of text\n" * 200_000)[:3_000_000]
    expected = ["No space left on device", "1", "prefix", f"{hashlib.sha256(text * 3).hexdigest()}  -", "usable"]
    check(said.decode().splitlines() == expected, f"printed {said!r}")
    out = context.folder / "again"
    process.quiet(["debugfs", "-R", f"dump /root/again {out}", left], "reading the kept disk")
    check(out.read_bytes() == text * 3, "the host reads other contents")


def a_file_as_large_as_memory(context):
    data = random.Random(context.seed).randbytes(60_000_000)
    there = context.folder / "there"
    there.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    said, image = kept_disk.after(context, "cp /root/x /root/y && sha256sum < /root/y && sha256sum < /root/x",
                                  "--mem", "64M", "--put", f"{there}:/root/x")
    check(said.decode().split() == [digest, "-"] * 2, f"printed {said!r}")
    back = context.folder / "back"
    process.quiet(["debugfs", "-R", f"dump /root/y {back}", image], "reading the kept disk")
    check(back.read_bytes() == data, "the host reads other contents")


def damage_is_seen(context):
    """The control: what all these tests end with, e2fsck's silence, is broken by one wrong count."""
    disk = context.disk()
    kept_disk.sound(disk)
    check(not debugfs.execute(disk, ["set_inode_field /etc/hosts links_count 2"], writing=True), "debugfs cannot do it")
    try:
        kept_disk.sound(disk)
    except Refusal:
        return
    check(False, "a wrong count of links was not seen")


tests = [trees, links_and_renames, a_large_directory, sizes, attributes, two_boots, a_journal_to_replay, a_full_disk,
         a_file_as_large_as_memory, damage_is_seen]
