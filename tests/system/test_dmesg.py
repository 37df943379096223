# SPDX-License-Identifier: BSD-2-Clause
"""busybox's dmesg on the real system: the lines of the kernel and of all components, by syslog(2)."""

from tests.system.harness import check


def said(context, command: str) -> tuple[str, str]:
    done = context.execute(command)
    check(done.returncode == 0, f"status {done.returncode}; on standard error: {done.stderr!r}")
    return done.stdout.decode(), done.stderr.decode()


def shows_the_systems_log(context):
    text, errors = said(context, "service log; echo ----; dmesg; echo ----; dmesg -r | tail -n 1")
    check(errors == "", f"on standard error: {errors!r}")
    log, shown, raw = text.split("----\n")
    lines = [line for line in log.splitlines() if line]
    check("pci: " in log and "virtio-blk: " in log, f"the log: {log!r}")
    check(shown.splitlines()[:len(lines)] == lines, f"{shown!r} instead of {log!r}")
    check(raw == f"<6>{shown.splitlines()[-1]}\n", f"raw: {raw!r}")


def shows_what_comes_later_and_only_once_if_cleared(context):
    text, _ = said(context, "dmesg -c > /tmp/before; dmesg > /tmp/cleared; echo later > /dev/kmsg; "
                   "service inject mc146818 exit > /dev/null; until dmesg | grep -q crash; do :; done; dmesg; "
                   "grep -c . /tmp/before; grep -c pci: /tmp/cleared; :")
    told, before, cleared = text.rstrip().rsplit("\n", 2)
    check("later\n" in told and "mc146818" in told and "pci:" not in told, f"after the failure: {told!r}")
    check(int(before) > 0 and cleared == "0", f"{before} lines before, {cleared} of them after it was cleared")


def is_roots_only(context):
    done = context.execute("dmesg > /dev/null && echo root; su nobody -s /bin/sh -c 'dmesg || dmesg -c'")
    check(done.returncode != 0 and done.stdout == b"root\n", f"status {done.returncode}, printed {done.stdout!r}")
    check(done.stderr.count(b"Operation not permitted") == 2, f"on standard error: {done.stderr!r}")


tests = [shows_the_systems_log, shows_what_comes_later_and_only_once_if_cleared, is_roots_only]
