# SPDX-License-Identifier: BSD-2-Clause
"""A component that dies in the middle of a request, in each of the five ways and by an operator's stroke: its client,
servers/test/echo_client, sees each request answered and each sum added once, and says so in the log."""

from tests.system.harness import check
from tools.command.measuring import components


def nobody_notices(processors: int):
    def test(context):
        log = components.log_until("echo-client: passed", "echo", ("servers/test/echo", "servers/test/echo_client"),
                                   memory=64 << 20, smp=processors, accelerator="tcg,thread=multi")
        check("echo-client: not so" not in log, log[-500:])
        for death in ("exit", "bad pointer", "loop", "hang", "violation"):
            check(f"death by {death}: answered" in log, f"no word of the death by {death}: {log[-500:]!r}")
    test.__name__ = f"nobody_notices_on_{processors}"
    return test


tests = [nobody_notices(1), nobody_notices(2)]
