#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Records what Linux's terminals do, for recorded_test.cpp: python3 record.py > linux.txt

Each case sets a pseudo-terminal up, then types on its master, writes to and reads from its slave. Modes are numbers as
in struct termios; bytes are hexadecimal. `shown` is what the master saw, `read` what a read of so many bytes gave."""

import errno
import os
import pty
import random
import termios
import time

INPUT, OUTPUT, CONTROL, LOCAL, CHARACTERS = 0, 1, 2, 3, 6
ICRNL, IXON, IUTF8, IMAXBEL = 0o400, 0o2000, 0o40000, 0o20000
INLCR, IGNCR, ISTRIP, IUCLC, PARMRK, IXANY = 0o100, 0o200, 0o40, 0o1000, 0o10, 0o4000
OPOST, OLCUC, ONLCR, OCRNL, ONOCR, ONLRET, XTABS = 1, 2, 4, 8, 16, 32, 0o14000
ISIG, ICANON, ECHO, ECHOE, ECHOK, ECHONL, NOFLSH = 1, 2, 8, 16, 32, 64, 128
ECHOCTL, ECHOPRT, ECHOKE, IEXTEN = 0o1000, 0o2000, 0o4000, 0o100000
USUAL_LOCAL = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN
USUAL_INPUT = ICRNL | IXON | IUTF8
USUAL_OUTPUT = OPOST | ONLCR


class Case:
    def __init__(self, name, input=USUAL_INPUT, output=USUAL_OUTPUT, local=USUAL_LOCAL, minimum=1, eol=0):
        self.master, self.slave = pty.openpty()
        os.set_blocking(self.master, False)
        os.set_blocking(self.slave, False)
        print("case", name)
        self.set(input, output, local, minimum, eol)

    def set(self, input, output, local, minimum=1, eol=0):
        modes = termios.tcgetattr(self.slave)
        modes[INPUT], modes[OUTPUT], modes[LOCAL] = input, output, local
        modes[CHARACTERS][termios.VMIN], modes[CHARACTERS][termios.VTIME] = minimum, 0
        modes[CHARACTERS][termios.VEOL] = eol
        termios.tcsetattr(self.slave, termios.TCSANOW, modes)
        print("set", input, output, local, minimum, eol)
        return self

    def shown(self):
        seen = b""
        quiet = 0
        while quiet < 3:
            time.sleep(0.0015)
            try:
                seen += os.read(self.master, 65536)
                quiet = 0
            except BlockingIOError:
                quiet += 1
        print("shown", seen.hex() or "-")
        return self

    def type(self, data):
        os.write(self.master, data)
        print("type", data.hex())
        return self.shown()

    def write(self, data):
        assert os.write(self.slave, data) == len(data)
        print("write", data.hex())
        return self.shown()

    def read(self, most=4096):
        try:
            print("read", most, os.read(self.slave, most).hex() or "-")
        except OSError as error:
            assert error.errno == errno.EAGAIN, error
            print("read", most, "blocks")
        return self

    def end(self):
        os.close(self.slave)
        os.close(self.master)
        print("end")


def chosen():
    Case("a line").type(b"hello\n").read().read().end()
    Case("two lines at once").type(b"one\ntwo\n").read().read().read().end()
    Case("a line in pieces").type(b"abcdef\n").read(4).read(2).read(4).read().end()
    Case("return").type(b"a\rb\n").read().read().end()
    Case("erase").type(b"abc\x7f\x7fX\n").read().end()
    Case("erase at the beginning").type(b"\x7f\x7fa\x7f\x7f\n").read().end()
    Case("erase UTF-8").type("aäб€😀\x7f\x7f\x7fz\n".encode()).read().end()
    Case("erase UTF-8 as bytes", input=ICRNL).type("ä\x7f\x7f\n".encode()).read().end()
    Case("erase tabs").type(b"ab\tc\t\x7f\x7f\x7fd\n").read().end()
    Case("erase a tab behind a prompt").write(b"prompt$ ").type(b"a\t\x7f\x7f\n").read().end()
    Case("erase tabs in a row").type(b"\t\t\x7f\x7f\n").read().end()
    Case("erase controls").type(b"a\x01\x02\x7f\x7f\x7f\n").read().end()
    Case("erase controls unseen", local=USUAL_LOCAL & ~ECHOCTL).type(b"a\x01\x02\x7f\x7f\x7f\n").read().end()
    Case("kill").type(b"abc def\x15ghi\n").read().end()
    Case("kill without ECHOKE", local=USUAL_LOCAL & ~ECHOKE).type(b"abc\x15ghi\n").read().end()
    Case("kill without ECHOK", local=USUAL_LOCAL & ~ECHOK).type(b"abc\x15ghi\n").read().end()
    Case("kill without echo", local=USUAL_LOCAL & ~ECHO).type(b"abc\x15ghi\n").read().end()
    Case("erase without ECHOE", local=USUAL_LOCAL & ~ECHOE).type(b"abc\x7f\x7fd\x15e\n").read().end()
    Case("words").type(b"foo bar-baz  qux_1 \x17\x17\x17X\n").read().end()
    Case("words in UTF-8").type("über größe\x17x\n".encode()).read().end()
    Case("words are extended", local=USUAL_LOCAL & ~IEXTEN).type(b"foo bar\x17\x16\x12\n").read().end()
    Case("literal").type(b"a\x16\x03\x16\x7f\x16\n\x16\x04b\n").read().end()
    Case("literal erased").type(b"a\x16\x03\x7fb\n").read().end()
    Case("reprint").type(b"abc\x12d\n").read().end()
    Case("end of file").type(b"\x04").read().read().end()
    Case("end of file behind text").type(b"abc\x04").read().read().end()
    Case("end of file exactly").type(b"abc\x04").read(3).read().end()
    Case("end of file in pieces").type(b"abc\x04").read(2).read(1).read().type(b"x\n").read().end()
    Case("ends of file").type(b"\x04\x04a\n\x04").read().read().read().read().read().end()
    Case("end of line", eol=0x3b).type(b"a;b\n").read().read().read().end()
    Case("interrupt").type(b"abc").type(b"\x03").type(b"def\n").read().end()
    Case("interrupt after a line").type(b"abc\nd").type(b"\x03").read().type(b"x\n").read().end()
    Case("interrupt without flush", local=USUAL_LOCAL | NOFLSH).type(b"abc\x03def\n").read().end()
    Case("quit and suspend").type(b"a").type(b"\x1c").type(b"b").type(b"\x1a").type(b"c\n").read().end()
    Case("no signals", local=USUAL_LOCAL & ~ISIG).type(b"a\x03b\x1ac\n").read().end()
    Case("stop and start").type(b"a\x13bc").type(b"\x11").type(b"\n").read().end()
    Case("any starts", input=USUAL_INPUT | IXANY).type(b"a\x13").type(b"bc\n").read().end()
    Case("no flow", input=ICRNL).type(b"a\x13\x11b\n").read().end()
    Case("silent", local=USUAL_LOCAL & ~ECHO).type(b"secret\n").read().end()
    Case("only the newline", local=(USUAL_LOCAL & ~ECHO) | ECHONL).type(b"secret\n").read().end()
    Case("on paper", local=USUAL_LOCAL | ECHOPRT).type(b"abcd\x7f\x7fe\x7f\x7f\x7f\x7f\n").read().end()
    Case("on paper in UTF-8", local=USUAL_LOCAL | ECHOPRT).type("aä€\x7f\x7fb\n".encode()).read().end()
    Case("ignored returns", input=USUAL_INPUT | IGNCR).type(b"a\rb\r\n").read().end()
    Case("newline is return", input=(USUAL_INPUT & ~ICRNL) | INLCR).type(b"a\nb\r").read().end()
    Case("seven bits", input=USUAL_INPUT | ISTRIP).type(b"\xe1\xe2\n").read().end()
    Case("lower case", input=USUAL_INPUT | IUCLC).type(b"ABC\n").read().end()
    Case("marks", input=USUAL_INPUT | PARMRK).type(b"a\xffb\n").read().end()
    Case("too long").type(b"x" * 4094).type(b"yz").type(b"\n").read(8192).read().end()
    (Case("too long with a bell", input=USUAL_INPUT | IMAXBEL)
     .type(b"x" * 4090).type(b"abcdefgh").type(b"\n").read(8192).end())
    raw = dict(input=0, output=0, local=0)
    Case("raw", **raw).type(b"a\rb\n\x03\x04\x7f").read(3).read().read().end()
    Case("raw with echo", input=0, output=USUAL_OUTPUT, local=ECHO | ECHOCTL).type(b"a\rb\n\x01\x7f").read().end()
    Case("raw with signals", input=ICRNL, output=0, local=ISIG).type(b"a").type(b"\x03").type(b"b\r").read().end()
    Case("at least three", minimum=3, **raw).type(b"ab").read().type(b"cde").read(2).read().read().end()
    Case("at least none", minimum=0, **raw).read().type(b"ab").read().read().end()
    Case("to raw").type(b"abc\nde").set(0, 0, 0).read(2).read().end()
    (Case("to raw and back", **raw)
     .type(b"abc").set(USUAL_INPUT, USUAL_OUTPUT, USUAL_LOCAL).read().type(b"d\n").read().end())
    Case("to raw with an end of file").type(b"ab\x04c").set(0, 0, 0).read().end()
    for name, modes in [("newlines", ONLCR), ("none", 0), ("returns", OCRNL), ("no empty returns", ONOCR),
                        ("newline returns", ONLRET | ONLCR), ("both", OCRNL | ONLRET), ("spaces", XTABS | ONLCR),
                        ("upper case", OLCUC | ONLCR)]:
        (Case("output: " + name, output=OPOST | modes)
         .write(b"\rab\tc\r\n\td\x08e\n\r\n\xc3\xa4\tx\n").type(b"q\t\x7fw\n").end())
    Case("output: as it is", output=0).write(b"a\tb\r\n\xff\x00c").end()
    Case("output and echo").write(b"login: ").type(b"me\n").write(b"Password: ").read().end()


def by_chance(seed, count):
    dice = random.Random(seed)
    pieces = [b"a", b"b", b"z", b" ", b"-", b"_", b"7", b"\t", "ä".encode(), "€".encode(), "😀".encode(), b"\xff",
              b"\xa4", b"\x01", b"\x1b", b"\x00", b"\x08"]
    edits = [b"\x7f", b"\x7f", b"\x7f", b"\x17", b"\x15", b"\x16", b"\x12", b"\x04", b"\r", b"\n"]
    for number in range(count):
        local = USUAL_LOCAL
        for flag in (ISIG, ECHO, ECHOE, ECHOK, ECHOCTL, ECHOKE, IEXTEN):
            if dice.random() < 0.12:
                local &= ~flag
        for flag in (ECHONL, NOFLSH, ECHOPRT):
            if dice.random() < 0.12:
                local |= flag
        if dice.random() < 0.2:
            local &= ~ICANON
        input = USUAL_INPUT
        if dice.random() >= 0.8:
            input = dice.choice([0, ICRNL, IUTF8, ICRNL | PARMRK, IUTF8 | IGNCR, INLCR])
        output = USUAL_OUTPUT
        if dice.random() < 0.3:
            output = OPOST | dice.choice([0, ONLCR | XTABS, OCRNL, ONOCR | ONLCR, ONLRET, OLCUC])
        case = Case(f"chance {number}", input, output, local, dice.choice([0, 1, 1, 1, 4]))
        for _ in range(dice.randint(2, 6)):
            act = dice.random()
            if act < 0.06:
                # By itself: what Linux has not shown yet of the same write would never have been there.
                case.type(dice.choice([b"\x03", b"\x1a"]))
            elif act < 0.6:
                case.type(b"".join(dice.choice(pieces if dice.random() < 0.65 else edits)
                                   for _ in range(dice.randint(1, 14))))
            elif act < 0.75:
                case.read(dice.choice([1, 2, 5, 4096]))
            elif act < 0.9:
                case.write(b"".join(dice.choice(pieces + [b"\r", b"\n"]) for _ in range(dice.randint(1, 10))))
            else:
                case.set(input, output, local ^ ICANON if dice.random() < 0.5 else local, dice.choice([0, 1]))
        case.type(b"\n").read().read().end()


if __name__ == "__main__":
    print("# SPDX-License-Identifier: BSD-2-Clause")
    print("# Made by record.py on Linux", os.uname().release.split("-")[0])
    chosen()
    by_chance(1, 400)
