# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead bench [ROW]`: what things cost, in exact instructions or beside Linux on the same machine."""

import json
import platform
import statistics
from collections.abc import Iterator

from tools.command import accelerator, boot, build, options, packages, process
from tools.command.measuring import booting, ceilings, instructions, raw_disk, recovery, table
from tools.command.measuring.table import Row
from tools.command.progress import say
from tools.command.refusal import Refusal

mebibyte = 1 << 20


def rows() -> list[Row]:
    """All there are, with what docs/benchmarks.md says of each in a few words."""
    return [
        Row("clock", "instructions", "-", "the least kernel call, there and back"),
        Row("ipc_raw", "instructions", "<= 200", "round trip between two components, bare kernel calls"),
        Row("ipc_generated", "instructions", "<= 280", "the same through a generated channel, monitors on"),
        Row("boot_instructions", "million", "-", "QEMU's start to the shell's prompt, one processor"),
        Row("boot", "s", "<= 0.5", "QEMU's start to the shell's prompt"),
        Row("memory", "MiB", "-", "all that is in use at the prompt"),
        Row("memory_but_cache", "MiB", "<= 8", "the same without contents of files"),
        Row("null_call", "us", "<= 7", "a program's getppid, answered by a server"),
        Row("read_byte", "us", "<= 8", "pread of one byte of a cached file"),
        Row("read_64k", "us", "<= 21", "pread of 64 KiB of a cached file"),
        Row("stat", "us", "<= 9", "stat of /"),
        Row("open_close", "us", "<= 17", "open and close of a file"),
        Row("page", "us", "<= 7", "first touch of an anonymous page"),
        Row("pipe", "us", "-", "a byte through a pipe to another process and one back"),
        Row("thread", "us", "-", "a thread made and waited for"),
        Row("fork_exit", "us", "<= 130", "fork, exit and wait of a small static program"),
        Row("fork_exec", "us", "<= 300", "fork, exec of it and wait"),
        Row("create", "us", "<= 150", "a file of 4 KiB made on ext4: open, write, close"),
        Row("unlink", "us", "<= 80", "it removed"),
        Row("raw_read_1", "MiB/s", ">= 650", "the disk past the cache, 64 KiB, one request at a time"),
        Row("raw_read_8", "MiB/s", ">= 2000", "the same, eight at once"),
        Row("raw_write_1", "MiB/s", "Linux's", "written, one at a time"),
        Row("raw_write_8", "MiB/s", ">= 700", "the same, eight at once"),
        Row("raw_read_random", "us", "<= 85", "4 KiB of the disk anywhere"),
        *(Row(name, "ms", "<= 2, p99 <= 10" if name.endswith(("exit", "segv")) else "-", what)
          for name, what in recovery.rows.items()),
    ]


def called(name: str) -> list[Row]:
    """The row with this name, or else those that begin with it."""
    known = rows()
    found = [row for row in known if row.name == name] or [row for row in known if row.name.startswith(f"{name}_")]
    if not found:
        raise Refusal(f"there is no row '{name}'; the rows are: {', '.join(row.name for row in known)}", 2)
    return found


def main(arguments: list[str]) -> int:
    parser = options.Parser("bench", description="Measures Bulkhead, and where a row can be compared, Linux and Linux "
                            "without mitigations (tuned) in turn on the same machine. Figures are medians. Rows in "
                            "instructions are exact.")
    parser.add_argument("row", metavar="ROW", nargs="?",
                        help="only this row, or those that begin so: recovery, raw_read")
    parser.add_argument("--list", action="store_true", help="print the rows instead")
    parser.add_argument("--runs", metavar="N", type=options.positive, default=5, help="of each system (default 5)")
    parser.add_argument("--smp", metavar="N", type=options.positive, default=1, help="processors (default 1)")
    parser.add_argument("--mem", metavar="SIZE", type=options.size, default=256 << 20, help="memory (default 256M)")
    parser.add_argument("--accel", choices=("auto", "kvm", "tcg"), default="auto", help="acceleration (default auto)")
    parser.add_argument("--counted", action="store_true",
                        help="rows of programs in instructions instead of time, which a busy host does not disturb")
    parser.add_argument("--parts", action="store_true", help="say whose the memory is")
    parser.add_argument("--json", action="store_true", help="print every run")
    parser.add_argument("--lower", action="store_true",
                        help="record counts of instructions that are below their ceilings (tests/bench/ceilings.toml)")
    chosen = parser.parse_args(arguments)
    wanted = rows()
    if chosen.list:
        print("\n".join(f"{row.name:<24} {row.unit:<13} {row.what}" for row in wanted))
        return 0
    if chosen.row is not None:
        wanted = called(chosen.row)
    boot.check_machine(chosen)
    packages.ensure("bench")
    boot.prepare("bench")
    measure(wanted, chosen)
    print(json.dumps({row.name: {"unit": row.unit, **row.values} for row in wanted}, indent=2) if chosen.json
          else table.text(wanted))
    return 0


def measure(wanted: list[Row], chosen) -> None:
    by_name = {row.name: row for row in wanted}
    if by_name.keys() & {"clock", "ipc_raw", "ipc_generated"}:
        counts = instructions.measure()
        for name in counts.keys() & by_name.keys():
            by_name[name].values["Bulkhead"] = [counts[name]]
        for line in ceilings.lower(counts) if chosen.lower else ():
            say(line)
    booted = by_name.keys() & {"boot", "boot_instructions", "memory", "memory_but_cache", *booting.programs}
    raw = by_name.keys() & raw_disk.rows.keys()
    if not booted and not raw and not by_name.keys() & recovery.rows.keys():
        return
    how = accelerator.choose(chosen.accel)
    say(f"{process.quiet(['qemu-system-x86_64', '--version'], 'QEMU').stdout.splitlines()[0]} ({how}), {chosen.smp} "
        f"processor(s), {chosen.mem >> 20} MiB, on {platform.processor() or platform.machine()}")
    if by_name.keys() & recovery.rows.keys():
        for name, values in recovery.measure(how, chosen.smp, chosen.mem).items():
            if name in by_name:
                by_name[name].values["Bulkhead"] = values
    for name in booting.programs if chosen.counted else ():
        if name in by_name:
            by_name[name].unit, by_name[name].target = "instructions", "-"
    machines = booting.Machines(how, chosen.smp, chosen.mem) if booted else None
    for turn in range(chosen.runs):
        # In turn, so that what else the host does befalls all alike.
        for name in booting.systems:
            found = list(in_turn(machines, name, turn, by_name.keys(), chosen)) if booted else []
            if raw:
                measured = raw_disk.measure(name, how, chosen.smp, chosen.mem)
                found += [(row, statistics.median(measured[row])) for row in raw_disk.rows if row in raw]
            for row, value in found:
                by_name[row].values.setdefault(name, []).append(value)
                say(f"{row}, {name}, run {turn + 1}: {table.number(value)} {by_name[row].unit}")


def in_turn(machines: booting.Machines, name: str, turn: int, wanted, chosen) -> Iterator[tuple[str, float]]:
    """The rows of one system in one turn. What comes out alike each time is measured twice."""
    if "boot" in wanted:
        yield "boot", machines.seconds_to_prompt(name)
    if "boot_instructions" in wanted and name != "Linux tuned" and turn < 2:
        yield "boot_instructions", machines.instructions_to_prompt(name) / 1e6
    if wanted & {"memory", "memory_but_cache"} and turn < 2:
        use = machines.memory_at_prompt(name)
        found = {"memory": use.all / mebibyte, "memory_but_cache": (use.all - use.cache) / mebibyte}
        yield from ((row, value) for row, value in found.items() if row in wanted)
        if chosen.parts and turn == 0:
            for part, size in sorted(use.parts.items(), key=lambda item: -item[1]):
                say(f"{size >> 10:8} KiB  {part}")
    rows = [row for row in booting.programs if row in wanted]
    if rows and (turn < 2 or not chosen.counted):
        found = machines.program_rows(name, rows, chosen.counted)
        yield from ((row, found[row]) for row in rows)
