# SPDX-License-Identifier: BSD-2-Clause
"""A component that does what it may not (servers/test/hostile), beside one that works on (servers/test/bystander): what
became of each attack, as docs/attacks.md says. Time is counted in instructions, so that the figures are the same at
every run and no busy host changes them."""

import json
import re

from tools.command import layout
from tools.command.measuring import components, instructions
from tests.system.harness import check

peers = ("servers/test/echo", "servers/test/bystander")
least = 0.8  # of the bystander's pace beside a neighbour that only computes
reference = "compute"

# Statuses of abi/calls.hpp by their number, with how often.
refused, invalid, dead, gone = 4, 5, 3, 6
forbidden = {
    "undefined-calls": {refused, invalid},
    "destinations": {0, dead, refused},  # what it imports answers, and is dead in other generations
    "stale-identities": {dead},
    "notifications": {refused},
    "replies": {gone},
    "lends": {refused},
    "ports": {refused},
    "kernel-buffers": {invalid},
    "frames-of-others": {refused},
}
floods = ("message-flood", "log-flood", "memory-flood", "timer-flood", "refused-call-flood", "notification-flood")
# How each of those who try it ends.
deadly = {
    "disable-interrupts": "general protection", "halt": "general protection", "port-instruction": "general protection",
    "page-tables": "general protection", "model-register": "general protection", "read-kernel": "page fault",
    "write-kernel": "page fault", "jump-into-kernel": "page fault", "write-text": "page fault",
    "jump-into-data": "page fault", "overflow-stack": "page fault", "loop-for-ever": "loop",
}


class Outcome:
    def __init__(self, attack: str, log: str):
        self.said = [line.removeprefix("hostile: ") for line in log.splitlines() if line.startswith("hostile: ")]
        self.crashes = re.findall(r"^reincarnation: crash \d+: (\S+) generation \d+: (.+?)(?: at | of |,)", log,
                                  re.MULTILINE)
        check("bystander: not served rightly" not in log, f"{attack}: the bystander was not served rightly")
        self.before, rest = log.split(f"hostile: attack begins: {attack}")
        self.during, _, self.after = rest.partition("hostile: attack ")

    def pace(self) -> float:
        """The bystander's laps in a second, while the attack lasted."""
        return _pace(self.during)

    def went_on(self) -> float:
        """Its pace from the attack on, in parts of what it was before."""
        return _pace(self.during + self.after) / _pace(self.before)

    def answers(self) -> dict[int, int]:
        line = next(line for line in self.said if line.startswith("answers:"))
        return {int(status): int(count) for status, count in re.findall(r"(\d+)\*(\d+)", line)}


def _pace(log: str) -> float:
    laps = [int(number) for number in re.findall(r"^bystander: lap (\d+)$", log, re.MULTILINE)]
    check(len(laps) > 10, f"the bystander stood still: {log[-500:]!r}")
    return (len(laps) - 1) * 1e9 / (laps[-1] - laps[0])


def carried_out(attack: str, hostile: str = "servers/test/hostile") -> Outcome:
    log = components.log_until("hostile: attack over", "attack", (*peers, hostile), memory=64 << 20,
                               extra=list(instructions.counted), append=f"attack={attack}", **instructions.exact)
    return Outcome(attack, log)


def weakened(context, change: str) -> str:
    """The folder of a manifest that grants more."""
    folder = context.folder / "hostile"
    folder.mkdir(exist_ok=True)
    manifest = (layout.root / "servers/test/hostile/manifest.toml").read_text()
    before = "heartbeat_ms = 500\n"
    (folder / "manifest.toml").write_text(manifest.replace(before, f"{before}{change}\n", 1))
    return str(folder)


def what_is_forbidden_is_refused(context):
    for attack, allowed in forbidden.items():
        outcome = carried_out(attack)
        found = outcome.answers()
        check(set(found) == allowed, f"{attack}: answered by {found}")
        check(not outcome.crashes, f"{attack}: {outcome.crashes}")
        _unharmed(attack, outcome)


def calls_are_those_of_the_manifest(context):
    outcome = carried_out("kernel-calls")
    granted = _granted(outcome)
    described = json.loads((layout.build / "bench/attack.json").read_text())["components"]
    table = next(component["kernel_calls"] for component in described if component["name"] == "hostile")
    numbers = _numbers()
    tried = set(numbers.values()) - {numbers[name] for name in ("call", "reply_receive", "receive", "exit")}
    check(granted == {numbers[name] for name in table} & tried, f"granted {granted}, in the table {table}")


def who_is_accused_falsely_comes_back(context):
    outcome = carried_out("false-accusation")
    # Nobody can tell who of the two lies. The accused is replaced, once, and nobody who uses it notices.
    check(outcome.crashes == [("echo", "contract violation")], f"{outcome.crashes}")
    check("echo answers" in outcome.said, f"{outcome.said}")
    _unharmed("false-accusation", outcome)


def who_accuses_without_end_is_not_believed(context):
    outcome = carried_out("accusations")
    # As servers/reincarnation/policy.hpp says: so many are believed of one component in a row.
    check(outcome.crashes == [("echo", "contract violation")] * 3, f"{outcome.crashes}")
    check("echo answers" in outcome.said, f"{outcome.said}")
    ratio = outcome.pace() / carried_out(reference).pace()
    print(f"    accusations: bystander {ratio:.2f}", flush=True)
    check(ratio >= least, f"accusations: the bystander went at {ratio:.2f} of its pace")


def floods_leave_the_others_their_share(context):
    usual = carried_out(reference).pace()
    for attack in floods:
        outcome = carried_out(attack)
        ratio = outcome.pace() / usual
        print(f"    {attack}: bystander {ratio:.2f}", flush=True)
        check(ratio >= least, f"{attack}: the bystander went at {ratio:.2f} of its pace")
        check(not outcome.crashes, f"{attack}: {outcome.crashes}")


def who_breaks_the_rules_is_replaced(context):
    usual = carried_out(reference).pace()
    for attack, cause in deadly.items():
        outcome = carried_out(attack)
        check(outcome.crashes == [("hostile", cause)], f"{attack}: {outcome.crashes}")
        check("attack stopped" in outcome.said and "attack came to its end" not in outcome.said,
              f"{attack}: {outcome.said}")
        if attack != "loop-for-ever":
            _unharmed(attack, outcome)
            continue
        ratio = outcome.pace() / usual
        print(f"    {attack}: bystander {ratio:.2f}", flush=True)
        check(ratio >= least, f"{attack}: the bystander went at {ratio:.2f} of its pace")


def with_more_rights_the_same_attacks_succeed(context):
    """The control: what was refused is not, by a manifest that grants it."""
    outcome = carried_out("ports", weakened(context, '[[ports]]\nfirst = 0x270\ncount = 1'))
    check(outcome.answers().get(0, 0) > 0, f"granted ports: {outcome.answers()}")
    calls = _granted(carried_out("kernel-calls", weakened(context, "threads = 2")))
    check(_numbers()["thread_start"] in calls, f"granted with a second thread: {calls}")


def the_table_is_whole(context):
    """docs/attacks.md has each attack that is tried here, and no other of a component's."""
    text = (layout.root / "docs/attacks.md").read_text()
    named = set(re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE))
    here = {"kernel-calls", "false-accusation", "accusations", *forbidden, *floods, *deadly}
    check(named == here, f"only in the document: {named - here}; only here: {here - named}")


def _unharmed(attack: str, outcome: Outcome) -> None:
    """The attack was over at once: the bystander goes on as before it."""
    ratio = outcome.went_on()
    print(f"    {attack}: bystander {ratio:.2f}", flush=True)
    check(ratio >= least, f"{attack}: the bystander went at {ratio:.2f} of its pace")


def _granted(outcome: Outcome) -> set[int]:
    line = next(line for line in outcome.said if line.startswith("granted:"))
    return {int(number) for number in line.removeprefix("granted:").split()}


def _numbers() -> dict[str, int]:
    """The kernel's calls by name, from the header that defines them."""
    text = (layout.root / "abi/calls.hpp").read_text().split("enum class Call")[1].split("};")[0]
    return {name: int(number) for name, number in re.findall(r"^  (\w+) = (\d+),", text, re.MULTILINE)}


tests = [what_is_forbidden_is_refused, calls_are_those_of_the_manifest, who_is_accused_falsely_comes_back,
         who_accuses_without_end_is_not_believed,
         floods_leave_the_others_their_share, who_breaks_the_rules_is_replaced,
         with_more_rights_the_same_attacks_succeed, the_table_is_whole]
