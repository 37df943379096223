# SPDX-License-Identifier: BSD-2-Clause
"""Whoever follows docs/driver-tutorial.md gets what it says: its files are written and its commands run, in their
order, in a copy of the tree. At its end a driver of a real device has been killed in every way and was healed."""

from tests.system.copied_tree import CopiedTree, source_of
from tests.system.harness import check
from tests.system.tutorial_steps import Commands, File, steps

pages = ("docs/driver-tutorial.md", "docs/driver-tutorial-contract.md", "docs/driver-tutorial-tests.md")


def each_step_does_what_it_says(context):
    tree = CopiedTree(context)
    files = commands = 0
    for step in (step for page in pages for step in steps(source_of(page))):
        if isinstance(step, File):
            tree.write(step.path, step.text)
            files += 1
            continue
        said, status = tree.run(step.text)
        check(status == 0, f"{step.text.strip()!r} ended with status {status}: {said[-1500:]}")
        for line in step.said:
            check(line in said, f"{step.text.strip()!r} did not say {line!r}: {said[-1500:]}")
        commands += 1
    check(files >= 12 and commands >= 8, f"only {files} files and {commands} commands were found")
    said, status = tree.run("python3 tools/check_format.py; python3 tools/check_includes.py")
    check(status == 0, f"what it leaves does not keep the rules of the tree: {said}")


def a_step_that_fails_fails_the_test(context):
    """The control: the same machinery, with steps that are wrong."""
    tree = CopiedTree(context)
    step, = steps("```sh\n./bulkhead new driver Wrong --class char\n```\n\n```text\nmade\n```\n")
    said, status = tree.run(step.text)
    check(isinstance(step, Commands) and status != 0 and step.said == ("made",) and "made" not in said, said)


tests = [each_step_does_what_it_says, a_step_that_fails_fails_the_test]
