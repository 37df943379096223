# SPDX-License-Identifier: BSD-2-Clause
"""A person at the terminal: the same keys on Bulkhead and on Linux show the same screens."""

from tests.system.harness import Failure, check
from tests.system.two_screens import Pair

up, down, left, right = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C"
until_stopped = "until grep -q ' T ' /proc/$!/stat; do :; done"


def lines_that_are_edited(context):
    pair = Pair(context)
    pair.run("echo one two\x17three\r", "^one three$")
    pair.run("echo wrong\x15echo right\r", "^right$")
    pair.run("echo abc\x01" + 5 * right + "X\x05Y\r", "^XabcY$")
    pair.run(up + up + left + "\x7f\x7fss\r", "^risst$")
    pair.run("ls -d /etc/hostn\t\r", "^/etc/hostname$")
    pair.run("echo grün" + 3 * "\x7f" + "au\r", "^gau$")
    pair.run("echo \x03", r"\^C$")
    pair.run("echo after\r", "^after$")


def lines_that_a_program_reads(context):
    """What the terminal itself does with what is typed."""
    pair = Pair(context)
    pair.type("echo now; cat\r", "^now$")
    pair.type("abc\x7f\x7fXY\r", "^aXY\naXY$")
    pair.type("to be killed\x15one word\x17two\r", "^one two\none two$")
    pair.type("\x16\x03\r", r"^\^C\n")
    pair.type("stay\x12\r", r"^stay\nstay$")
    pair.type("no line end\x04", "^no line endno line end$")
    pair.type("more\r", "^no line endno line endmore\nmore$")
    pair.leave("\x04")
    pair.type("stty iutf8; echo wide; cat\r", "^wide$")
    pair.type("aä€\x7f\x7fb\r", "^ab\nab$")
    pair.leave("\x04")
    pair.type("stty -iutf8; (stty -echo; echo hidden from here; cat; stty echo)\r", "^hidden from here$")
    pair.type("not seen\r", "^not seen$")
    pair.leave("\x04")
    pair.type("clear; sh -c 'echo wai''ting; exec sleep 1000'\r", "^waiting$")
    pair.run("\x1c", "Quit")
    pair.run("echo $?; stty -a\r", "^131$")


def jobs(context):
    pair = Pair(context)
    pair.type("sh -c 'echo be''gun; exec sleep 1000'\r", "^begun$")
    pair.run("\x1a", "Stopped")
    pair.run("jobs; bg; echo in the background\r", "^in the background$")
    pair.type("fg\r", r'# fg\nsh -c "echo be""gun; exec sleep 1000"$')
    pair.leave("\x03")
    pair.run("echo $?\r", "^130$")
    pair.run(f"cat & {until_stopped}; jobs\r", r"^\[1\].*\(tty input\)")
    pair.type("fg\r", "^cat$")
    pair.type("read in the foreground\r", "^read in the foreground\nread in the foreground$")
    pair.leave("\x04")
    pair.run(f"clear; stty tostop; (echo hidden) & {until_stopped}; jobs\r", r"^\[1\].*\(tty output\)")
    pair.run("fg\r", "^hidden$")
    pair.run("clear; stty -tostop; (echo shown) & wait\r", "^shown$")
    pair.run("sleep 1000 & sleep 1001 | cat & jobs\r", r"^\[1\].*Running")
    pair.type("fg %2\r", r"# fg %2\nsleep 1001")
    pair.leave("\x03")


def bash(context):
    pair = Pair(context)
    pair.run("clear; PS1='$ ' bash --norc\r", r"^\$$")
    pair.run("PS1='bash> '; clear\r", "^bash>$")
    pair.run("echo first\r", "^first$")
    pair.run("echo second\r", "^second$")
    pair.type("\x12fir", r"fir': echo first$")
    pair.run("\x05 more\r", "^first more$")
    pair.run("\x1b.\x15for i in a b; do\r", "^>$")
    pair.run("echo $i; done\r", "^b$")
    pair.run("sleep 1000 &\r", r"^\[1\] \d+$")
    pair.type("fg\r", "^sleep 1000$")
    pair.run("\x1a", "Stopped")
    pair.type("echo on; fg\r", "^on\nsleep 1000$")
    pair.run("\x03", r"^\^C\nbash>$")
    pair.run("echo $?\r", "^130$")
    pair.run("cat < <(echo substituted)\r", "^substituted$")
    pair.type("trap 'echo caught' INT; echo reads; read\r", "^reads$")
    pair.type("\x03", r"^\^Ccaught$")
    pair.run("\rclear; echo read is over\r", "^read is over$")
    pair.run("(sleep 0.1; exit 3) & wait -n; echo ended $?\r", "^ended 3$")
    pair.leave("exit\r")


def an_editor(context):
    pair = Pair(context)
    pair.type("clear; seq 1 60 > /root/text; vi /root/text\r", "'text' 1/60|text 1/60")
    pair.type("G", "^60$")
    pair.type("ofirst\rsecond\x1b", "^second$")
    pair.type(":s/second/another/\r", "^another$")
    pair.type("/5\r", "^5$")
    pair.type("dd:w\r", "written|61L")
    pair.leave(":q\r")
    pair.run("clear; wc -l /root/text; tail -2 /root/text\r", "^61 /root/text\nfirst\nanother$")


def pagers(context):
    pair = Pair(context)
    pair.type("clear; seq 1 100 | less\r", "^23$")
    pair.type(" ", "^46$")
    pair.type("/90\r", "^90$")
    pair.type("g", "^1$")
    pair.leave("q")
    pair.type("clear; seq 1 100 > /root/n; more /root/n\r", "More")
    pair.type(" ", "^40$")
    pair.leave("q")
    pair.type("clear; watch -t -n 1000 echo watched\r", "^watched$")
    pair.leave("\x03")


def other_users(context):
    pair = Pair(context)
    for name, number in (("guest", 1000), ("other", 1001)):
        pair.run(f"clear; echo {name}:x:{number}:100:{name}:/home/{name}:/bin/sh >> /etc/passwd; "
                  f"echo {name}:x:1:0:99999:7::: >> /etc/shadow; mkdir /home/{name}; "
                  f"chown {name}:users /home/{name}; stat -c '%U %G' /home/{name}\r", f"^{name} users$")
    pair.run("clear; chmod 600 /etc/shadow; echo root > /tmp/mine; chmod 600 /tmp/mine; su - guest\r",
              r"^guest@bulkhead:~\$$")
    pair.run("clear; id; pwd; echo $HOME; cat /tmp/mine; ls /root\r", "^ls: .*denied$")
    pair.run("clear; rm -f /tmp/mine; echo x > /etc/x; kill 1; mkdir own; stat -c '%U %a' own\r", "^guest 755$")
    # busybox has no set-user-ID bit here: it says so, and nobody becomes root.
    pair.run("clear; echo guest > /tmp/his; chmod 777 /tmp/his; su other; echo back\r", "^back$")
    pair.leave("exit\r")
    pair.run("clear; su other -c 'rm -f /tmp/his; echo more >> /tmp/his; id -un'; cat /tmp/his\r", "^more$")
    pair.run("clear; cp /bin/bash /bin/bash-root; chmod 4755 /bin/bash-root; su - guest\r",
              r"^guest@bulkhead:~\$$")
    pair.run("clear; bash-root -p -c 'echo $UID $EUID; echo > /etc/x'; bash-root -c 'id; echo > /etc/y'; "
              "stat -c %U /etc/x\r", "^root$")
    pair.run("mkfifo fifo; chmod 0 fifo; cat fifo; ls -l fifo | cut -c1-10\r", "^p-")
    pair.leave("exit\r")


def screens_that_differ_are_told(context):
    """The control."""
    pair = Pair(context)
    try:
        pair.type("clear; cat /proc/version\r", r"^\w+ version")
    except Failure as failure:
        check("they differ" in str(failure), f"it said {failure}")
        return
    raise Failure("two systems have one version")


tests = [lines_that_are_edited, lines_that_a_program_reads, jobs, bash, an_editor, pagers, other_users,
         screens_that_differ_are_told]
