# SPDX-License-Identifier: BSD-2-Clause
"""The operator's program `service`, /proc/service below it, and that what is killed comes back: in the real system."""

import json
import re

from tests.system.harness import check
from tests.system.test_privileges import Drive
from tools.command import layout

# What the system has, whatever else it may have.
known = {"store", "pci", "reincarnation", "virtio-blk", "uart16550", "terminal", "information", "ext4", "file",
         "memory", "process"}
# Restarting these leaves all programs as they are.
restartable = ["virtio-blk", "uart16550", "information", "store", "terminal", "ext4", "pci", "reincarnation"]

# Something for the disk to do, without end; what it writes is compared.
disk_work = """
dd if=/dev/urandom of=/root/from bs=64k count=4 2>/dev/null
work() {
  while :; do
    { cp /root/from /root/to && sync && cmp /root/from /root/to; } || date >> /root/wrong
  done 2>> /root/wrong
}
work & worker=$!
sleep 0.2
"""
end_disk_work = "kill $worker; test ! -s /root/wrong || { cat /root/wrong; false; }"


class Part(str):
    """What one command printed, with its status."""
    status: int

    def json(self):
        try:
            return json.loads(self)
        except ValueError as error:
            check(False, f"this is no JSON ({error}): {str(self)[:500]!r}")


def run(context, commands: list[str], before: str = "", after: str = "") -> list[Part]:
    """Runs the commands one after the other in one system; standard error goes with standard output."""
    parts = "".join(f"{{ {command} ; }} 2>&1; printf '\\n=%d=end of part=\\n' $?\n" for command in commands)
    done = context.execute(before + parts + after + "\nexit 0", "--timeout", "150")
    check(done.returncode == 0, f"status {done.returncode}; on standard error: {done.stderr[-500:]!r}")
    pieces = re.split(r"\n=(\d+)=end of part=\n", done.stdout.decode())
    check(len(pieces) >= 2 * len(commands) + 1,
          f"only {len(pieces) // 2} of {len(commands)} commands ended: {done.stdout!r}")
    parts = []
    for index in range(len(commands)):
        part = Part(pieces[2 * index].strip("\n"))
        part.status = int(pieces[2 * index + 1])
        parts.append(part)
    return parts


def generations(part: Part) -> dict[str, int]:
    return {each["name"]: each["generation"] for each in part.json()}


def check_only(before: dict[str, int], after: dict[str, int], changes: dict[str, int]) -> None:
    """Every generation is the one before, but for these, which rose by so many."""
    wanted = {name: number + changes.get(name, 0) for name, number in before.items()}
    check(after == wanted, f"generations are {after} instead of {wanted}")


def shows_what_there_is(context):
    listed, table, status, text, tree, crashes, why, why_json, log, whole = run(context, [
        "service list --json", "service list", "service status virtio-blk --json", "service status virtio-blk",
        "service tree --json", "service crashes --json", "service why terminal", "service why terminal --json",
        "service log virtio-blk", "service log --json"])
    services = {each["name"]: each for each in listed.json()}
    check(known <= services.keys(), f"services are missing in {sorted(services)}")
    for each in services.values():
        check(each["state"] == "running" and each["generation"] == 1 and each["restarts"] == 0
              and each["cause"] == "none", f"not well after a start: {each}")
    lines = table.splitlines()
    columns = list(next(iter(services.values())))
    check(lines[0].split() + ["loses", "sync_first"] == columns, f"the columns are {lines[0]!r}, as JSON {columns}")
    check([line.split()[0] for line in lines[1:]] == list(services), f"the table lists {lines[1:]}")
    check(status.json()["name"] == "virtio-blk" and status.json()["wanted"] is True and status.json()["rank"] == 3,
          f"status: {status}")
    check(re.search(r"^state +running$", text, re.MULTILINE), f"status in columns: {text}")
    imports = {each["name"]: each["imports"] for each in tree.json()}
    check("virtio-blk:/dev/disk0" in imports["ext4"].split(","), f"tree: {imports['ext4']!r}")
    check(crashes.json() == [], f"crashes after a start: {crashes}")
    check("not failed" in why and why.status == 0 and why_json.json() == {}, f"why: {why!r} {why_json!r}")
    check("blocks" in log and all(line.startswith("virtio-blk:") for line in log.splitlines()), f"log: {log!r}")
    check(log.splitlines()[0] in whole.json(), f"the log of all lacks {log.splitlines()[0]!r}")


def follows_the_log(context):
    followed, = run(context, ["service log -f > /tmp/followed & "
                              "until grep -q 'blocks' /tmp/followed; do sleep 0.1; done; "
                              "service inject virtio-blk segv > /tmp/struck; "
                              "until grep 'crash 1: virtio-blk' /tmp/followed; do sleep 0.1; done; kill $!"])
    check("injected" in followed, f"the crash is told to who follows the log, not {followed!r}")


def proc_has_what_programs_look_for(context):
    version, mounts, memory, line, ps, itself, stat, control = run(context, [
        "cat /proc/version", "cat /proc/mounts", "grep MemTotal: /proc/meminfo", "cat /proc/cmdline",
        "ps -o pid,ppid,args", "readlink /proc/self/exe",
        "cut -d' ' -f1-4 /proc/$$/stat; tr '\\0' ' ' < /proc/1/cmdline; ls /proc/$$/fd | wc -l",
        "echo there > /dev/stdout; echo in | cat /dev/stdin"])
    check(version.startswith("Linux version "), f"version: {version!r}")
    check(re.search(r"^\S+ / ext4 rw", mounts, re.MULTILINE) and "proc /proc proc rw" in mounts, f"mounts: {mounts!r}")
    check(100_000 < int(memory.split()[1]) < 256 << 10, f"of 256 MiB: {memory!r}")
    check("exec" in line.split(), f"command line: {line!r}")
    check(re.search(r"^ +1 +0 /sbin/init", ps, re.MULTILINE), f"ps: {ps!r}")
    check(itself == "/bin/busybox", f"a program of busybox is {itself!r}")
    words = stat.split()
    check(words[1] == "(sh)" and words[2] in "RS" and words[3] == "1" and "/sbin/init exec" in stat, f"stat: {stat!r}")
    check(control == "there\nin", f"standard streams by their names: {control!r}")


def orders_are_carried_out(context):
    count = len(restartable)
    commands = ["service list --json", "cat /proc/sys/kernel/random/boot_id"]
    commands += [f"service restart {name}" for name in restartable]
    commands += ["service list --json", "cat /proc/sys/kernel/random/boot_id", "service crashes --json", end_disk_work,
                 "service stop ext4", "service status ext4 --json", "service start ext4 --json"]
    parts = run(context, commands, before=disk_work)
    before, boot = parts[0], parts[1]
    for name, part in zip(restartable, parts[2:2 + count]):
        check(part.status == 0 and part == f"{name}: running, generation 2", f"restart {name}: {part.status} {part!r}")
    after, boot_after, crashes, disk, stop, stopped, start = parts[2 + count:]
    check_only(generations(before), generations(after), {name: 1 for name in restartable})
    check(boot and boot == boot_after, f"the system started anew: {boot} {boot_after}")
    check(crashes.json() == [], f"an order is no crash: {crashes}")
    check(stop.status == 0 and stop.startswith("ext4: stopped"), f"stop: {stop!r}")
    check(stopped.json()["state"] == "stopped" and stopped.json()["wanted"] is False, f"stopped: {stopped}")
    check(start.json() == {"name": "ext4", "state": "running", "generation": 3}, f"start: {start}")
    check(disk.status == 0, f"the disk's files differ: {disk!r}")


def killed_when_busy(context):
    """Each kind strikes in a request; the disk's work goes on and its files are right."""
    struck = [("virtio-blk", "exit", ["exit"]), ("virtio-blk", "segv", ["page fault"]),
              ("virtio-blk", "loop", ["loop"]),
              # Whichever is noticed first: that it answers nothing, or that it does not answer this.
              ("ext4", "hang", ["hang", "late"]),
              # Struck behind the answer of a short request, the wrong answer goes to nobody, and the next one is late.
              ("information", "violate", ["violation", "late"]),
              ("information", "exit", ["exit"]),
              ("ext4", "segv", ["page fault"]), ("terminal", "exit", ["exit"]), ("uart16550", "segv", ["page fault"])]
    commands = ["service list --json", "cat /proc/sys/kernel/random/boot_id"]
    for name, kind, _ in struck:
        commands += [f"service inject {name} {kind} --when busy --force", f"service why {name} --json"]
    commands += ["sleep 0.5; service list --json", "cat /proc/sys/kernel/random/boot_id", "service crashes --json",
                 "kill $printer", end_disk_work]
    parts = run(context, commands, before=disk_work + "while :; do echo line >&2; done &\nprinter=$!\n")
    for (name, kind, causes), injected, why in zip(struck, parts[2::2], parts[3::2]):
        check(injected.status == 0 and injected.startswith(f"activated: {name} was struck by {kind}"),
              f"inject {name} {kind}: {injected.status} {injected!r}")
        # A driver that has requests in its device may be struck while it handles an interrupt.
        elsewhere = kind == "violate" or name in ("virtio-blk", "uart16550")
        words = re.search(r", request 0x[1-9a-f]\w+ from 0x[1-9a-f]\w+$|, and was in no request when it stopped$",
                          injected)
        check(words and (elsewhere or "request 0x" in injected), f"what was struck is not told: {injected!r}")
        report = why.json()
        check(report["name"] == name and report["cause"] in causes and report["injected"] is True, f"why: {report}")
    after, boot, crashes, _, disk = parts[2 + 2 * len(struck):]
    names = [name for name, _, _ in struck]
    check_only(generations(parts[0]), generations(after), {name: names.count(name) for name in names})
    check(boot and boot == parts[1], f"the system started anew: {parts[1]} {boot}")
    check([(each["name"], each["injected"]) for each in crashes.json()] == [(name, True) for name in names],
          f"crashes: {crashes}")
    check(disk.status == 0, f"the disk's files differ: {disk!r}")


def killed_at_once(context):
    before, injected, words, after = run(context, [
        "service list --json", "service inject store exit --json", "sleep 0.3; service inject pci segv; sleep 0.3",
        "service list --json"])
    check(injected.status == 0 and injected.json()[0]["progress"] == "activated", f"inject: {injected!r}")
    check(words.startswith("activated: pci was stopped where it was"), f"inject: {words!r}")
    check_only(generations(before), generations(after), {"store": 1, "pci": 1})


def what_is_not_struck_does_not_count(context):
    """Nothing asks pci for anything: the injection is taken back, and nobody has failed."""
    before, missed, after, crashes = run(context, ["service list --json", "service inject pci exit --when busy",
                                                   "service list --json", "service crashes --json"])
    check(missed.status == 1 and "missed: pci was not busy" in missed and "activated" not in missed,
          f"inject: {missed!r}")
    check_only(generations(before), generations(after), {})
    check(crashes.json() == [], f"crashes: {crashes}")


def what_would_be_lost_is_not_given_up_unasked(context):
    """What a component loses stands in its manifest. With --force it is done; what is unwritten is written first."""
    commands = []
    for verb in ("restart {}", "stop {}", "inject {} exit", "inject {} segv --when busy"):
        commands += [f"service {verb.format(name)}" for name in ("file", "memory", "process")]
    commands += ["service inject ext4 exit", "service inject ext4 hang --when busy"]
    *refused, listed, made, found, stopped, lost, gone, why, generation, status = run(context, [
        *commands, "service list --json", "mkdir /root/made && service restart ext4",
        "ls -d /root/made && rmdir /root/made",
        "mkdir /root/kept && service stop ext4 && service start ext4 && ls -d /root/kept",
        "mkdir /root/lost; service inject ext4 exit --force; service start ext4", "touch /root/lost/file",
        "service why ext4 --json", "service list --json", "service status memory"])
    table = {each["name"]: each for each in listed.json()}
    for command, part in zip(commands, refused):
        verb, name = command.split()[1:3]
        check(part.status == 1 and part.startswith(f"service: {verb} {name}: it loses ")
              and part == f"service: {verb} {name}: it loses {table[name]['loses']}; --force does it all the same",
              f"`{command}`: {part!r}")
    check({name for name, each in table.items() if each["loses"]} == {"file", "memory", "process", "ext4"}
          and {name for name, each in table.items() if each["sync_first"]} == {"ext4"}, f"list: {table}")
    check(made == "ext4: running, generation 2" and found == "/root/made" and found.status == 0, f"{made!r} {found!r}")
    check(stopped.status == 0 and stopped.endswith("/root/kept"), f"a stop and a start: {stopped!r}")
    # The control: what an injection may lose, this one has lost.
    check("activated: ext4" in lost and gone.status != 0 and why.json()["loses"] == table["ext4"]["loses"],
          f"{lost!r} {gone!r} {why!r}")
    check({name for name, number in generations(generation).items() if number != 1} == {"ext4"}, f"{generation}")
    check(re.search(r"^loses +all address spaces", status, re.MULTILINE), f"status: {status}")
    struck = r"^reincarnation: crash 1: memory generation 1: injected"
    drive = Drive(context, "force", layout.image, "service inject memory exit --force\n", struck)
    check(re.search(struck, drive.log, re.MULTILINE), f"with --force it was not done: {drive.log!r}")


def refuses_clearly(context):
    refusals = [("service status nobody", 1, "there is no service nobody"),
                ("service why nobody", 1, "there is no service nobody"),
                ("service log nobody", 1, "there is no service nobody"),
                ("service restart nobody", 1, "there is no service nobody"),
                ("service inject nobody exit", 1, "there is no service nobody"),
                ("service inject virtio-blk burn", 2,
                 "there is no kind burn; KIND is exit, segv, loop, hang or violate"),
                ("service inject virtio-blk exit --when idle", 2, "usage: "),
                ("service", 2, "usage: "), ("service list extra", 2, "usage: "), ("service restart", 2, "usage: "),
                ("service stop store", 1, "not permitted"), ("service stop reincarnation", 1, "not permitted"),
                ("service inject reincarnation exit", 1, "not permitted"),
                ("service status ../list", 2, "usage: "),
                ("echo fly virtio-blk > /proc/service/control", 1, "Invalid argument"),
                ("su -s /bin/sh nobody -c 'service restart uart16550'", 1, "not permitted"),
                ("echo x > /proc/service/list", 1, "Permission denied")]
    parts = run(context, [command for command, _, _ in refusals] + ["service list --json"])
    for (command, status, words), part in zip(refusals, parts):
        check(part.status == status and words in part,
              f"`{command}`: status {part.status} instead of {status}, {str(part)!r}")
    check(set(generations(parts[-1]).values()) == {1}, f"something was restarted: {parts[-1]}")


tests = [shows_what_there_is, follows_the_log, proc_has_what_programs_look_for, orders_are_carried_out,
         killed_when_busy, killed_at_once, what_is_not_struck_does_not_count,
         what_would_be_lost_is_not_given_up_unasked, refuses_clearly]
