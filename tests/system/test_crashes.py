# SPDX-License-Identifier: BSD-2-Clause
"""What `service` says of a failure: function, file and line of each frame, or why it cannot."""

import json

from tests.system.harness import check

# In the middle of a request of ext4; at which instruction is chance.
crash = """(while :; do mkdir /root/x; rmdir /root/x; done) > /dev/null 2>&1 & busy=$!
for i in $(seq TIMES); do service inject ext4 segv --when busy --force > /dev/null; UNTIL; done
{ kill $busy; wait $busy; } 2> /dev/null; """


def said(context, command: str, times: int = 2, until: str = ":") -> tuple[str, str]:
    """On standard output, and on standard error."""
    done = context.execute(crash.replace("TIMES", str(times)).replace("UNTIL", until) + command)
    check(done.returncode == 0, f"status {done.returncode}; on standard error: {done.stderr!r}")
    return done.stdout.decode(), done.stderr.decode()


def a_crash_names_function_file_and_line(context):
    # Until one was in ext4's own code: half of them are in the runtime's. All are in the list, which keeps 32.
    text, errors = said(context, "service why ext4; service crashes; echo; service crashes --json", 30,
                        "service why ext4 | grep -q '  servers/ext4/' && break")
    check(errors == "", f"on standard error: {errors!r}")
    check("at    component_inject_segv  lib/component/inject.cpp:" in text, f"the instruction has no name: {text!r}")
    check("from  ext4::" in text and "  servers/ext4/" in text, f"no frame of ext4's own: {text!r}")
    check("from  _start  lib/component/entry.S:" in text, f"the backtrace does not end at the start: {text!r}")
    crashes = int(text.split(maxsplit=2)[1])
    listed = json.loads(text[text.index("\n["):])
    check(len(listed) == crashes, f"{len(listed)} crashes instead of {crashes}")
    for each in listed:
        check(each["name"] == "ext4" and each["frames"][0]["function"] == "component_inject_segv", f"as JSON: {each!r}")


def symbols_of_another_build_are_not_used(context):
    text, errors = said(context, "sed -i '1s/.*/symbols 1 0/' /usr/lib/bulkhead/symbols; service crashes")
    check("of another build" in errors and "at    ext4+0x" in text and "inject.cpp" not in text, f"it said {text!r}")
    text, errors = said(context, "rm /usr/lib/bulkhead/symbols; service why ext4")
    check("no symbol file" in errors and "at    ext4+0x" in text, f"it said {text!r}")


tests = [a_crash_names_function_file_and_line, symbols_of_another_build_are_not_used]
