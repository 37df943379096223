# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead exec` on the real system."""

import errno
import hashlib
import random
from pathlib import Path

from tests.system import kept_disk
from tests.system.harness import check
from tools.command import process


def expect(done, status: int, output: bytes | None = None, errors: bytes | None = None) -> None:
    check(done.returncode == status,
          f"status {done.returncode} instead of {status}; on standard error: {done.stderr!r}")
    if output is not None:
        check(done.stdout == output, f"printed {done.stdout[:500]!r} instead of {output[:500]!r}")
    if errors is not None:
        check(errors in done.stderr, f"on standard error {done.stderr[:500]!r} instead of {errors!r}")


def output_and_status(context):
    for _ in range(10):
        expect(context.execute("echo hello | tr a-z A-Z; exit 7"), 7, b"HELLO\n")


def one_and_four_processors(context):
    for processors in ("1", "4"):
        expect(context.execute("echo hello | tr a-z A-Z; exit 7", "--smp", processors), 7, b"HELLO\n")


def little_memory(context):
    expect(context.execute("echo hello | tr a-z A-Z; exit 7", "--mem", "64M"), 7, b"HELLO\n")


def streams_are_apart_and_exact(context):
    expect(context.execute("printf 'o\\r\\n\\000\\377'; printf 'e\\001\\n' >&2"), 0, b"o\r\n\0\xff", b"e\x01\n")


def standard_input_is_forwarded(context):
    data = random.Random(context.seed).randbytes(100_000)
    expect(context.execute("cat", input=data), 0, data)
    expect(context.execute("sha256sum", input=data), 0, hashlib.sha256(data).hexdigest().encode() + b"  -\n")
    expect(context.execute("wc -c", input=b""), 0, b"0\n")


def signals_are_128_and_their_number(context):
    for signal, number in (("TERM", 15), ("KILL", 9), ("SEGV", 11)):
        expect(context.execute(f"kill -{signal} $$"), 128 + number)


def time_out(context):
    expect(context.execute("echo begun; sleep 1000", "--timeout", "5"), 124, b"begun\n", b"longer than 5 s; log: ")


def files_go_in_and_out(context):
    data = random.Random(context.seed).randbytes(3_000_000)
    there, back = context.folder / "there", context.folder / "back"
    there.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest().encode()
    expect(context.execute("cp /root/x /root/y; sync; sha256sum /root/y", "--put", f"{there}:/root/x",
                           "--get", f"/root/y:{back}"), 0, digest + b"  /root/y\n")
    check(back.read_bytes() == data, "the file that came back differs")


def a_kept_disk_is_sound(context):
    said, _ = kept_disk.after(context, "mkdir /root/d; for i in $(seq 200); do echo $i > /root/d/$i; done; "
                              "rm /root/d/1*; sync")
    check(said == b"", f"printed {said!r}")


def broken_programs_are_refused_and_nothing_else_suffers(context):
    """Of a program that runs, copies that are broken in one place each."""
    # Shells, and the C library for other programs, read what is not executable as a script: the bare call does not.
    source, runner = context.folder / "run.c", context.folder / "run"
    source.write_text("#include <errno.h>\n#include <unistd.h>\n"
                      "int main(int n, char** w) {\n"
                      "  return execve(w[1], (char*[]){\"busybox\", \"true\", 0}, w + n), errno;\n}\n")
    process.quiet(["musl-gcc", "-static", "-o", runner, source], "compiling a program")
    whole = Path("/bin/busybox").read_bytes()

    def with_bytes(at: int, *values: int) -> bytes:
        return whole[:at] + bytes(values) + whole[at + len(values):]

    headers = int.from_bytes(whole[32:40], "little")
    first = next(at for at in range(headers, headers + 64 * 56, 56) if whole[at] == 1)  # what is to be loaded
    broken = {"magic": with_bytes(1, 0x65), "class": with_bytes(4, 1), "machine": with_bytes(18, 183, 0),
              "headers": whole[:100], "rights": with_bytes(first + 4, 7),
              "address": with_bytes(first + 16, 0, 0, 0, 0, 0, 0, 0, 0x80),
              "memory": with_bytes(first + 40, *[0xff] * 8)}
    options = ["--put", f"{runner}:/root/run"]
    for name, content in (*broken.items(), ("sound", whole)):
        (context.folder / name).write_bytes(content)
        options += ["--put", f"{context.folder / name}:/root/{name}"]
    tried = "".join(f"./run ./{name}; echo {name} $?; " for name in (*broken, "sound"))
    done = context.execute("cd /root; chmod +x *; " + tried, *options)
    expected = "".join(f"{name} {0 if name == 'sound' else errno.ENOEXEC}\n" for name in (*broken, "sound"))
    check(done.stdout.decode() == expected, f"{done.stdout!r} instead of {expected!r}; {done.stderr[-300:]!r}")


tests = [output_and_status, one_and_four_processors, little_memory, streams_are_apart_and_exact,
         standard_input_is_forwarded, signals_are_128_and_their_number, time_out, files_go_in_and_out,
         a_kept_disk_is_sound,
         broken_programs_are_refused_and_nothing_else_suffers]
