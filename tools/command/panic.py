# SPDX-License-Identifier: BSD-2-Clause
"""How a machine ends that the system did not end: the kernel's panic, with names for its addresses, or a reset."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from tools.command import process
from tools.command.progress import say
from tools.command.refusal import Refusal

symbolizer = "llvm-symbolizer-19"
status = 0x55  # of QEMU, when the kernel has panicked
# As `panic` and `kernel_exception` of the kernel print them; a component's line would begin with its name.
report = re.compile(r"^Bulkhead: kernel panic: (?P<why>[^\n]+)(?:\nbacktrace:(?P<backtrace>[ 0-9a-fx]*))?",
                    re.MULTILINE)
exception = re.compile(r"exception in the kernel: vector, error, address, at 0x([0-9a-f]+) (0x[0-9a-f]+) "
                       r"(0x[0-9a-f]+) 0x([0-9a-f]+)")
restart_asked = "pci: resetting the machine, as asked"  # in the log before a reset that is no failure
# Intel's manual, volume 3, section 6.3.1.
exceptions = {0: "divide error", 1: "debug", 2: "non-maskable interrupt", 3: "breakpoint", 4: "overflow",
              5: "bound range exceeded", 6: "invalid opcode", 7: "device not available", 8: "double fault",
              10: "invalid TSS", 11: "segment not present", 12: "stack-segment fault", 13: "general protection",
              14: "page fault", 16: "floating-point error", 17: "alignment check", 18: "machine check",
              19: "SIMD floating-point", 21: "control protection"}


@dataclass(frozen=True)
class Panic:
    why: str
    at: int | None = None                               # the instruction that failed, after an exception
    callers: list[int] = field(default_factory=list)    # where each call would have returned to, innermost first


def find(log: Path) -> Panic | None:
    """The first panic that the kernel wrote into its log: what comes behind it is its consequence."""
    match = report.search(log.read_text(errors="replace").replace("\r", "")) if log.exists() else None
    if not match:
        return None
    why = match["why"].strip()
    callers = [int(word, 16) for word in re.findall(r"0x[0-9a-f]+", match["backtrace"] or "")]
    failed = exception.fullmatch(why)
    if not failed:
        return Panic(why.removesuffix(" 0x0 0x0"), None, callers)  # two numbers that nobody gave
    vector = int(failed[1], 16)
    why = f"{exceptions.get(vector, 'exception')} in the kernel (vector {vector}, error {failed[2]}"
    return Panic(why + (f", address {failed[3]})" if vector == 14 else ")"), int(failed[4], 16), callers)


def lines(panic: Panic, kernel: Path) -> list[str]:
    """Function, file and line of each address, and below it of the functions into which that one was inlined.

    A frame says where a call returns to: the call stands before that.
    """
    asked = [("from", address, address - 1) for address in panic.callers]
    if panic.at is not None:
        asked.insert(0, ("at", panic.at, panic.at))
    said = []
    for (word, address, _), names in zip(asked, _names([address for _, _, address in asked], kernel)):
        first, *around = names or [hex(address)]
        said += [f"  {word:<4}  {first}", *(f"  in    {name}" for name in around)]
    return said


def told(log: Path, kernel: Path, reason: str | None) -> str | None:
    """Why the system failed, if the machine's end says so: a panic, whose frames are shown, or a reset."""
    panic = find(log)
    if panic is not None:
        for line in lines(panic, kernel):
            say(line)
        return f"the kernel panicked: {panic.why}"
    if reason == "guest-reset":
        return "the machine reset itself, as after a triple fault, and nobody in it had asked for that"
    return None


def reset_as_asked(log: Path) -> bool:
    return log.exists() and restart_asked in log.read_text(errors="replace")


def _names(addresses: list[int], kernel: Path) -> list[list[str]]:
    """For each, `FUNCTION  FILE:LINE` from the innermost inlined function on; nothing where that is unknown."""
    if not addresses:
        return []
    try:
        text = process.quiet([symbolizer, f"--obj={kernel}", "--output-style=JSON", *map(hex, addresses)],
                             "naming the kernel's addresses").stdout
        return [_shown(found.get("Symbol", [])) for found in json.loads(text)]
    except (Refusal, ValueError) as error:
        say(f"the addresses stay without names: {error}")
        return [[] for _ in addresses]


def _shown(places: list[dict]) -> list[str]:
    """The C++ library's own functions only where there are no others."""
    ours = [place for place in places if not _in_tree(place.get("StartFileName", "")).startswith("/")]
    return [_name(place) for place in ours or places]


def _name(place: dict) -> str:
    file = _in_tree(place["FileName"])
    return f"{place['FunctionName']}  {file}:{place['Line']}" if file and place["Line"] else place["FunctionName"]


def _in_tree(file: str) -> str:
    """Seen from the root of the source: the compiler is told to write that root as /bulkhead."""
    return re.sub(r"^/bulkhead/(?:build/target/(?:\.\./\.\./)?)?", "", file)
