# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead NAME ...`: finds the module of that name and hands it the rest of the line."""

import importlib
import signal
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent.parent)

from tools.command.progress import say  # noqa: E402  (the path has to be right first)
from tools.command.refusal import Refusal  # noqa: E402

commands = {
    "run": "boot to a shell on a disk that lasts",
    "exec": "run one shell command in a fresh system, and end with its status",
    "build": "build everything, or the one NAME",
    "clean": "remove everything that was built",
    "test": "run the tests: unit, fuzz, system, campaign or all",
    "bench": "measure: instructions, boot, memory; beside Linux on the same machine",
    "disk": "make a disk image",
    "iso": "make a medium that boots by BIOS and by UEFI",
    "graph": "print who may call whom, as the verifier sees it",
    "docs": "write the reference of all contracts and of the Linux calls into build/docs",
    "lines": "count the lines of code in ring 0",
    "gdb": "boot under the debugger",
    "new": "make a new driver to begin from",
}


def usage() -> str:
    lines = ["usage: ./bulkhead COMMAND [OPTION]...", ""]
    lines += [f"  {name:<7} {what}" for name, what in commands.items()]
    return "\n".join([*lines, "", "./bulkhead COMMAND --help says more of each. Begin with: ./bulkhead run"])


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if arguments else 2
    name = arguments[0]
    if name not in commands:
        raise Refusal(f"there is no command '{name}'; ./bulkhead --help lists those that there are", 2)
    return importlib.import_module(f"tools.command.{name}").main(arguments[1:])


def _terminated(number, frame):
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _terminated)
    signal.signal(signal.SIGHUP, _terminated)
    try:
        status = main(sys.argv[1:])
    except Refusal as refusal:
        say(str(refusal))
        status = refusal.status
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        status = 141
    sys.exit(status)
