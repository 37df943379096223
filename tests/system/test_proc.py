# SPDX-License-Identifier: BSD-2-Clause
"""What /proc says of processes, processors and memory, and what ps, top and uptime make of it."""

import re
import time

from tests.system.harness import check
from tests.system.test_service import run

# Each in its place from 1 on, as proc(5) counts; the name may hold spaces.
names = {3: "state", 4: "parent", 5: "group", 6: "session", 10: "faults", 14: "user", 15: "system", 20: "threads",
         22: "started", 23: "bytes", 24: "resident"}

busy = "sh -c 'while :; do :; done' & busy=$!\n"


def stat(text: str) -> dict:
    name, rest = re.fullmatch(r"\d+ \((.*)\) (.*)", text.strip()).groups()
    fields = rest.split()
    check(len(fields) == 50, f"{len(fields) + 2} fields instead of 52: {text!r}")
    found = {word: fields[at - 3] for at, word in names.items()}
    return {"name": name} | {word: text if word == "state" else int(text) for word, text in found.items()}


def processes_do_what_is_told_of_them(context):
    """A sleeping, a computing, a stopped one, and one that sleeps after it computed; their times."""
    before = busy + "sleep 1000 & sleeping=$!\nsleep 1000 & stopped=$!\nkill -STOP $stopped\nsleep 1\n"
    parts = run(context, ["cat /proc/$busy/stat", "cat /proc/$sleeping/stat", "cat /proc/$stopped/stat",
                          "cat /proc/self/stat", "sleep 1; cat /proc/$busy/stat", "cat /proc/$sleeping/stat",
                          "kill -STOP $busy; sleep 0.1; "
                          "cat /proc/$busy/stat; sleep 0.5; cat /proc/$busy/stat; kill -CONT $busy",
                          "cat /proc/$busy/stat",
                          "ps -o pid,stat,comm", "kill -CONT $stopped; sleep 0.1; cat /proc/$stopped/stat",
                          "top -bn1 | head -8; kill -9 $busy $sleeping $stopped"], before)
    computing, sleeping, stopped, itself, later, still, halted, goes_on, ps, continued, top = parts
    first, then = stat(computing), stat(later)
    check(first["state"] == "R" and then["state"] == "R", f"a loop: {computing!r}")
    check(1 <= then["user"] - first["user"], f"in about a second it used {first['user']}, then {then['user']}")
    quiet = stat(sleeping), stat(still)
    check(quiet[0]["state"] == "S" and quiet[0]["user"] < first["user"], f"asleep: {sleeping!r}")
    check(quiet[1]["user"] - quiet[0]["user"] <= 1, f"it used time in its sleep: {sleeping!r} {still!r}")
    check(stat(stopped)["state"] == "T" and stat(continued)["state"] == "S",
          f"stopped and not: {stopped!r} {continued!r}")
    own = stat(itself)
    check(own["state"] == "R" and own["name"] == "cat" and own["threads"] == 1, f"{itself!r}")
    check(quiet[0]["session"] == first["session"] and quiet[0]["started"] >= first["started"] > 0, f"{sleeping!r}")
    # The control: what is halted uses nothing, and what goes on does.
    two = [stat(line) for line in halted.splitlines()]
    check([each["state"] for each in two] == ["T", "T"] and two[0]["user"] == two[1]["user"], f"halted: {halted!r}")
    check(stat(goes_on)["state"] == "R" and stat(goes_on)["user"] >= two[1]["user"], f"goes on: {goes_on!r}")
    check(re.search(r"^ *\d+ RW? +sh$", ps, re.MULTILINE) and re.search(r" TW? +\w+$", ps, re.MULTILINE), f"ps: {ps!r}")
    check(re.search(r"^Mem: \d+K used, [1-9]\d*K free", top), f"top: {top!r}")
    check(re.search(r" RW? .* [1-9]\d*% sh -c while", top), f"the loop is at the top: {top!r}")


def zombies_and_memory(context):
    """A child that its parent does not wait for, until it does; the memory of one that takes some."""
    # It ends after its parent has become a program that does not look after children.
    before = """sh -c 'sleep 1 & echo $! > /root/zombie; exec sleep 1000' & parent=$!
until [ -s /root/zombie ]; do sleep 0.1; done; z=$(cat /root/zombie)
for i in $(seq 100); do grep -q ' Z ' /proc/$z/stat && break; sleep 0.1; done\n"""
    takes = 'awk "BEGIN { s = sprintf(\\"%4000000s\\", \\"\\"); system(\\"cat /proc/\\$PPID/stat\\") }"'
    zombie, status, listed, ps, little, much, gone = run(context, [
        "cat /proc/$z/stat", "cat /proc/$z/status", "ls /proc/$z", "ps -o pid,vsz,stat,comm",
        "awk 'BEGIN { system(\"cat /proc/$PPID/stat\") }'", takes,
        "kill $parent; wait $parent 2> /dev/null; ls -d /proc/$z; ps"], before)
    what = stat(zombie)
    check(what["state"] == "Z" and what["name"] == "sleep" and what["bytes"] == what["resident"] == 0, f"{zombie!r}")
    check(re.search(r"^State:\tZ \(zombie\)$", status, re.MULTILINE), f"{status!r}")
    check(set(listed.split()) == {"comm", "cmdline", "stat", "status", "statm"}, f"{listed!r}")
    check(re.search(r"^ *\d+ +0 Z +sleep$", ps, re.MULTILINE), f"ps: {ps!r}")
    check(re.search(r"^ *\d+ +[1-9]\d+ R +ps$", ps, re.MULTILINE), f"ps: {ps!r}")
    check("No such file" in gone and " Z " not in gone, f"its parent is gone: {gone!r}")
    small, large = stat(little), stat(much)
    check(small["faults"] > 0 and 0 < small["resident"] * 4096 < small["bytes"], f"{little!r}")
    check(large["resident"] - small["resident"] >= 3_900_000 // 4096, f"{little!r}, then {much!r}")


def processors_and_time(context):
    """Of two processors, one computes for a second and more."""
    script = "cat /proc/stat /proc/uptime"
    idle, computing, uptime, load = run(context, [f"{script}; sleep 1; {script}",
                                                  f"{busy} {script}; sleep 1; {script}; kill $busy",
                                                  "uptime", "cat /proc/loadavg"])

    def spent(text: str) -> tuple[int, int, int]:
        lines = [[int(word) for word in line.split()[1:]] for line in text.splitlines() if line.startswith("cpu ")]
        first, last = lines
        return last[0] - first[0], last[2] - first[2], last[3] - first[3]

    user, _, resting = spent(idle)
    check(user < resting, f"with nothing to do: {idle!r}")
    with_loop, _, _ = spent(computing)
    check(with_loop > user, f"with a loop: {computing!r}, and without: {idle!r}")
    started = int(re.search(r"^btime (\d+)$", idle, re.MULTILINE)[1])
    check(abs(started - time.time()) < 600, f"it started at {started}")
    for text in (idle, computing):
        ups = [[float(word) for word in line.split()] for line in text.splitlines()
               if re.fullmatch(r"[\d.]+ [\d.]+", line)]
        check(ups[1][0] - ups[0][0] >= 1 and 0 <= ups[0][1] <= ups[1][1], f"uptime: {ups}")
    check(re.search(r"up \d+ min|up +\d+:\d+", uptime), f"uptime: {uptime!r}")
    check(re.fullmatch(r"(\d+\.\d\d ){3}\d+/\d+ \d+", load), f"loadavg: {load!r}")


def memory(context):
    """A file that is read is cached, and its memory can be had; what a program writes to cannot."""
    read = "cat /proc/meminfo"
    write = "dd if=/dev/zero of=/root/large bs=1M count=24 2>/dev/null; sync; "
    parts = run(context, [write + "rm /root/large; " + read, write + read, "rm /root/large; " + read])
    tables = [{line.split(":")[0]: int(line.split()[1]) for line in part.splitlines() if line.endswith(" kB")}
              for part in parts]
    without, cached, removed = tables
    for each in tables:
        check(0 < each["MemFree"] <= each["MemAvailable"] <= each["MemTotal"], f"of all: {each}")
        check(each["Cached"] <= each["MemTotal"] - each["MemFree"], f"cached but not in use: {each}")
    more = 24 << 10
    check(cached["Cached"] - without["Cached"] >= more * 9 // 10, f"a file was cached: {without} {cached}")
    check(without["MemFree"] - cached["MemFree"] >= more * 9 // 10, f"and takes memory: {without} {cached}")
    check(abs(cached["MemAvailable"] - without["MemAvailable"]) < more // 4, f"that can be had: {without} {cached}")
    check(removed["Cached"] <= without["Cached"] + more // 10, f"the file is gone: {removed}")


tests = [processes_do_what_is_told_of_them, zombies_and_memory, processors_and_time, memory]
