# SPDX-License-Identifier: BSD-2-Clause
"""Whoever follows docs/guide.md and docs/medium.md sees what they say: their commands are run in their
order, in one folder, on a disk of the test's own. Where the guest shows its prompt, `poweroff` is typed."""

import os
import re
import signal
import subprocess
import threading
from pathlib import Path

from tests.system.copied_tree import source_of
from tests.system import harness
from tests.system.harness import Failure, check
from tests.system.tutorial_steps import Commands, steps
from tools.command import layout

prompt = b"root@bulkhead"
patience = 900.0  # seconds, for one block of commands
pages = ("docs/guide.md", "docs/medium.md")


class Follower:
    """A user in a folder of the test's, where ./bulkhead is this tree's."""

    def __init__(self, context):
        self.folder = context.folder / "user"
        self.folder.mkdir()
        command = self.folder / "bulkhead"
        command.write_text(f'#!/bin/sh\nexec {layout.root}/bulkhead "$@"\n')
        command.chmod(0o755)
        self._environment = {**os.environ, "XDG_DATA_HOME": str(context.folder / "data")}

    def run(self, commands: str) -> tuple[str, int]:
        """What a shell says that runs the commands, up to the first that fails, and its status."""
        child = subprocess.Popen(["bash", "-e", "-c", commands], cwd=self.folder, env=self._environment,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 start_new_session=True)
        late = threading.Timer(patience, os.killpg, (child.pid, signal.SIGTERM))
        late.start()
        said = b""
        answered = 0
        try:
            while data := child.stdout.read1(65536):
                said += data
                # Once for each machine, which shows the prompt a second time as it echoes the line.
                if prompt in said[answered:]:
                    child.stdin.write(b"poweroff\n")
                    child.stdin.flush()
                    answered = len(said) + len(b"poweroff\r\n") + len(prompt)
            return said.decode(errors="replace"), child.wait()
        except BrokenPipeError:
            raise Failure(f"{commands.strip()!r} ended while `poweroff` was typed: {said[-1500:]!r}") from None
        finally:
            late.cancel()
            child.stdin.close()


def follow(user: Follower, step: Commands) -> None:
    said, status = user.run(step.text)
    for kept in re.findall(r"the disk stays: (\S+)", said):
        Path(kept).unlink()
    check(status == 0, f"{step.text.strip()!r} ended with status {status}: {said[-1500:]}")
    at = 0
    for line in step.said:
        found = said.find(line.strip(), at)
        check(found >= 0, f"{step.text.strip()!r} did not say {line!r} in its place: {said[-1500:]}")
        at = found + len(line.strip())


def each_command_says_what_the_guide_says(context):
    user = Follower(context)
    found = [step for page in pages for step in steps(source_of(page))]
    check(len(found) >= 10 and all(isinstance(step, Commands) and step.said for step in found),
          "a block of commands in the guide does not say what is seen")
    for step in found:
        follow(user, step)


def session(text: str) -> list[tuple[str, list[str]]]:
    """What is typed at the guest's prompt in a page, and the lines that are said to it."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if typed := re.fullmatch(r" {4}root@bulkhead:~# (.+)", line):
            found.append((typed[1], []))
        elif found and line.startswith("    ") and line.strip():
            found[-1][1].append(line[4:])
        elif found:
            break
    return found


def play(context, text: str) -> None:
    system = context.boot()
    system.wait_for(harness.prompt)
    for command, lines in session(text):
        said, _ = system.shell(command)
        for line in lines:
            check(line in said.splitlines(), f"{command!r} did not say {line!r} but {said!r}")


def the_session_in_the_readme_is_what_one_sees(context):
    check(len(session(source_of("README.md"))) == 3, "the README has no session of three commands")
    play(context, source_of("README.md"))
    try:  # the control
        play(context, "    root@bulkhead:~# echo one\n    two\n")
    except Failure as failure:
        check("did not say 'two'" in str(failure), f"the control failed by something else: {failure}")
        return
    raise Failure("a session that is wrong passed")


def no_command_stands_elsewhere(context):
    """What is shown as a line of its own is in a block that is run."""
    strays = re.findall(r"^ {4,}(?:\./bulkhead|qemu-system|sudo).*", "\n".join(map(source_of, pages)), re.MULTILINE)
    check(not strays, f"not run: {strays}")


def a_line_that_is_not_said_fails_the_test(context):
    """The control: the same machinery, with a page that is wrong."""
    user = Follower(context)
    for page in ("```sh\n./bulkhead --help\n```\n\n```text\nno such line\n```\n",
                 "```sh\n./bulkhead exec --smp 0 -- true\n```\n\n```text\nbulkhead\n```\n"):
        step, = steps(page)
        try:
            follow(user, step)
        except Failure as failure:
            check("did not say 'no such line'" in str(failure) or "ended with status 125" in str(failure),
                  f"the control failed by something else: {failure}")
            continue
        raise Failure(f"this passed: {page!r}")


tests = [each_command_says_what_the_guide_says, the_session_in_the_readme_is_what_one_sees,
         no_command_stands_elsewhere, a_line_that_is_not_said_fails_the_test]
