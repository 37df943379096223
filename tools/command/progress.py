# SPDX-License-Identifier: BSD-2-Clause
"""What the command says about itself. Always standard error: standard output may be a guest's."""

import sys


def say(line: str) -> None:
    print(f"bulkhead: {line}", file=sys.stderr, flush=True)
