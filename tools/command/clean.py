# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead clean`: removes the build folder. The disk that lasts is not in it."""

import shutil

from tools.command import layout, options
from tools.command.progress import say
from tools.command.refusal import Refusal


def main(arguments: list[str]) -> int:
    options.Parser("clean", description="Removes everything that was built. The disk stays.").parse_args(arguments)
    if layout.build.exists():
        try:
            shutil.rmtree(layout.build)
        except OSError as error:
            raise Refusal(f"{error.filename} cannot be removed: {error.strerror}") from None
        say(f"removed {layout.build}")
    return 0
