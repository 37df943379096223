# SPDX-License-Identifier: BSD-2-Clause
"""`trace`: every call of a command and of what it starts, with arguments and results."""

import re

from tests.system.harness import check


def traced(context, command: str, status: int = 0) -> str:
    """The trace of a shell command, which is to end with the status."""
    done = context.execute(f"cd /tmp; trace -o /tmp/trace {command}; echo status $?; cat /tmp/trace")
    said = done.stdout.decode()
    check(f"status {status}\n" in said, f"not status {status}: {said[-2000:]!r}; {done.stderr!r}")
    return said.split(f"status {status}\n", 1)[1]


def shows(trace: str, *patterns: str) -> None:
    """The lines that match, in this order."""
    lines = iter(trace.splitlines())
    for pattern in patterns:
        check(any(re.search(pattern, line) for line in lines), f"no line {pattern!r} (in its place) in:\n{trace}")


def calls_are_shown(context):
    trace = traced(context, "sh -c 'echo hi > here; cat here; cat /nowhere; exit 7'", 7)
    shows(trace, r'^execve\("/bin/sh", \.\.\.\) = 0$',
          r'open(at)?\(.*"here", O_WRONLY\|O_CREAT\|O_TRUNC, 0666\) += \d+$',
          r'write\(\d+, "hi\\n", 3\) += 3$',
          r'execve\("\S+", \.\.\.\) = 0$',
          r'open(at)?\(.*"here", O_RDONLY',
          r'open(at)?\(.*"/nowhere", O_RDONLY.* = -1 ENOENT \(No such file or directory\)$',
          r"\+\+\+ exited with 7 \+\+\+$")


def children_and_waits_are_shown(context):
    trace = traced(context, "sh -c '(sleep 0.01; exit 3) & wait $!'", 3)
    shows(trace, r"clone\(.*\) += \d+$", r"^\[pid \d+\] .*nanosleep\(.* <unfinished \.\.\.>$",
          r"^\[pid \d+\] <\.\.\. clock_nanosleep resumed>\) += 0$", r"^\[pid \d+\] \+\+\+ exited with 3 \+\+\+$",
          r"--- SIGCHLD ---$")
    # Who opens a fifo first waits for the other.
    trace = traced(context, "sh -c 'mkfifo fifo; (echo x > fifo) & cat fifo; wait'")
    shows(trace, r"^\[pid \d+\] open(at)?\(.* <unfinished \.\.\.>$",
          r'<\.\.\. open(at)? resumed> open(at)?\(.*"fifo", ')


def signals_are_shown(context):
    trace = traced(context, "sh -c 'kill -TERM $$'", 143)
    shows(trace, r"kill\(\d+, SIGTERM\) += 0$", r"\+\+\+ killed by SIGTERM \+\+\+$")


def nothing_is_lost(context):
    """Who is traced is faster than who reads, until the pipe between them holds it up."""
    trace = traced(context, "dd if=/dev/zero of=/dev/null bs=1 count=5000 2> /dev/null")
    check("lost" not in trace, "records were lost")
    reads = len(re.findall(r'read\(0, "\\0", 1\) += 1$', trace, re.MULTILINE))
    writes = len(re.findall(r'write\(1, "\\0", 1\) += 1$', trace, re.MULTILINE))
    check((reads, writes) == (5000, 5000), f"{reads} reads and {writes} writes of 5000")


def who_is_not_traced_is_not_shown(context):
    """The control: the same work beside it leaves nothing in the trace."""
    trace = traced(context, "true; dd if=/dev/zero of=/dev/null bs=1 count=50 2> /dev/null")
    check("exited with 0" in trace and "read(" not in trace, f"in the trace: {trace!r}")


def refuses_clearly(context):
    for words, status, said in (("", 2, "trace: no command"), ("-x ls", 2, "usage: trace"),
                                ("nosuchcommand", 127, "trace: nosuchcommand: No such file or directory"),
                                ("/etc/passwd", 126, "trace: /etc/passwd: Permission denied"),
                                ("-o /no/where ls", 1, "trace: /no/where: No such file or directory")):
        done = context.execute(f"trace {words}")
        check(done.returncode == status, f"trace {words}: status {done.returncode} instead of {status}")
        check(said in done.stderr.decode(), f"trace {words}: {done.stderr!r}")


tests = [calls_are_shown, children_and_waits_are_shown, signals_are_shown, nothing_is_lost,
         who_is_not_traced_is_not_shown, refuses_clearly]
