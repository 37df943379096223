# SPDX-License-Identifier: BSD-2-Clause
"""The programs and scripts that are said to make a call (linux_calls.toml) do make it: `trace` sees it."""

import re
import shutil

from tools.command import linux_calls, options, process, transfer
from tests.system import test_programs, test_shell
from tests.system.harness import check

here = "/root/tests"
# They do not return, and `trace` has no record of them.
without_record = {"exit", "exit_group", "rt_sigreturn"}
# Its calls as `trace` writes them: "[pid 12] open(...", "<... read resumed>".
called = re.compile(r"^(?:\[pid \d+\] )?(?:<\.\.\. )?(\w+)(?:\(| resumed>)", re.MULTILINE)


def made_by(context, claims: dict[str, list[str]]) -> dict[str, set[str]]:
    """The calls that each of the tests made, one after the other in one system."""
    folder = context.folder / "tests"
    folder.mkdir()
    order = f"cd {here}\n"
    for test in claims:
        source = test_programs.programs.parent / test
        if source.suffix == ".sh":
            shutil.copy(source, folder / source.name)
            command = f"bash {here}/{source.name}"
        else:
            process.quiet([*test_programs.compilers[source.suffix], *test_programs.options_of_all, "-o",
                           folder / source.stem, source], f"compiling {source.name}")
            command = f"{here}/{source.stem}"
        order += (f"mkdir in-{source.stem}; cd in-{source.stem}\n"
                  f"trace -o ../trace {command} < /dev/null > ../out 2>&1; echo '=== {test}'; cat ../trace; cd ..\n")
    disk = context.disk()
    transfer.put(disk, options.Transfer(str(folder), here))
    done = context.execute(order, "--disk", str(disk), deadline=900)
    check(done.returncode == 0, f"status {done.returncode}; {done.stderr[-500:]!r}")
    pieces = re.split(r"^=== (.*)\n", done.stdout.decode(errors="replace"), flags=re.MULTILINE)[1:]
    return {test: set(called.findall(trace)) for test, trace in zip(pieces[::2], pieces[1::2])}


def not_called(claims: dict[str, list[str]], made: dict[str, set[str]]) -> list[str]:
    return [f"{test}: {call}" for test, calls in claims.items() for call in calls
            if call not in made[test] and call not in without_record]


def what_is_claimed_is_called(context):
    claims = linux_calls.claims()
    made = made_by(context, claims)
    check(set(made) == set(claims), f"not all were run: {sorted(made)}")
    missing = not_called(claims, made)
    check(not missing, f"claimed, and not called: {', '.join(missing)}")
    # The control: a claim that is wrong.
    wrong = {test: ["reboot"] for test in claims}
    check(len(not_called(wrong, made)) == len(wrong), "calls are seen that nobody makes")


tests = (what_is_claimed_is_called,)
