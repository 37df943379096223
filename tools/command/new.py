# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead new driver NAME --class CLASS`: a driver that builds, boots and answers at once, to begin from."""

import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.command import layout, options, packages, process
from tools.command.progress import say
from tools.command.refusal import Refusal

templates = Path(__file__).with_name("templates") / "driver"
longest_name = 23
# Namespaces that every driver sees, and a file that every driver has.
taken_words = {"abi", "base", "component", "contract", "driver", "server", "testing", "tests"}
# And names that C++ or the C library has: a driver's namespace lies beside them.
headers = ("csignal", "cmath", "cstdio", "cstdlib", "cstring", "ctime", "fcntl.h", "sys/socket.h", "unistd.h")


@dataclass(frozen=True)
class Class:
    """What a driver of this class exports, and what its skeleton needs."""
    contract: str
    memory: str = ""  # lines of the manifest


classes = {
    "block": Class("disk", 'vault = "4K"\n# One for each block; they survive a restart.\nframes = 64\n'),
    "char": Class("character"),
    "input": Class("input", 'vault = "8K"\n'),
    "net": Class("link"),
}


def main(arguments: list[str]) -> int:
    parser = options.Parser("new", description="Writes a new driver: source, manifest, host test and README. It builds "
                            "and boots as it is, and says clearly what it does not do yet.")
    parser.add_argument("what", choices=("driver",), help="what to make")
    parser.add_argument("name", metavar="NAME", help="of the driver, as `service` shows it")
    parser.add_argument("--class", dest="kind", metavar="CLASS", required=True, help=" or ".join(classes))
    chosen = parser.parse_args(arguments)
    packages.ensure("new")
    check(chosen.name, chosen.kind)
    folder = make(layout.root, chosen.name, chosen.kind)
    say(f"made {folder.relative_to(layout.root)}, which exports {export(chosen.name)}; go on with: "
        f"./bulkhead build {chosen.name}, ./bulkhead test unit {identifier(chosen.name)}, docs/drivers.md")
    return 0


def identifier(name: str) -> str:
    return name.replace("-", "_")


def export(name: str) -> str:
    return f"/dev/{name}"


def check(name: str, kind: str) -> None:
    """Refuses what no driver can be called, and what there is already."""
    if kind not in classes:
        raise Refusal(f"there is no class '{kind}' of drivers to make; the classes are {', '.join(classes)}", 2)
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > longest_name:
        raise Refusal(f"'{name}' is no name for a driver; take small letters, digits and single '-', a letter first, "
                      f"at most {longest_name} in all, as in my-disk", 2)
    if identifier(name) in taken_words or not _is_free(identifier(name)):
        raise Refusal(f"'{name}' is a name of C++, its library or this tree; take another, as in my-{name}", 2)
    for path in sorted(layout.root.rglob("CMakeLists.txt")):
        if "build" in path.relative_to(layout.root).parts:
            continue
        for made in re.findall(r"^\s*bulkhead_\w+\(([\w-]+)", path.read_text(), re.MULTILINE):
            if identifier(made) == identifier(name):
                raise Refusal(f"there is a '{made}' already, in {path.parent.relative_to(layout.root)}; "
                              "take another name")
    for manifest in layout.manifests():
        for entry in tomllib.loads(manifest.read_text()).get("export", []):
            if entry.get("name") == export(name):
                raise Refusal(f"{manifest.relative_to(layout.root)} exports {export(name)} already; take another name")


def _is_free(word: str) -> bool:
    """Whether a namespace can have that name, by the compiler's own word."""
    source = "".join(f"#include <{header}>\n" for header in headers) + f"namespace {word} {{}}\n"
    return subprocess.run(["clang++-19", "-std=c++23", "-stdlib=libc++", "-fsyntax-only", "-x", "c++", "-"],
                          input=source, capture_output=True, text=True, env=process.environment()).returncode == 0


def make(root: Path, name: str, kind: str) -> Path:
    """Writes the driver below `root`; its name and class have been checked. Returns its folder."""
    folder = root / "drivers" / kind / identifier(name)
    if folder.exists():
        raise Refusal(f"there is a folder drivers/{kind}/{identifier(name)} already; remove it or take another name")
    words = _words(name, kind)
    for source in (templates / "common", templates / kind):
        for path in sorted(source.rglob("*.in")):
            target = folder / str(path.relative_to(source)).removesuffix(".in").replace("identifier", identifier(name))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(filled(path.read_text(), words))
    sources = sorted(path for path in folder.rglob("*") if path.suffix in (".cpp", ".hpp"))
    process.quiet(["clang-format-19", "-i", f"--style=file:{layout.root / '.clang-format'}", *sources],
                  "formatting the new driver")
    return folder


def _words(name: str, kind: str) -> dict[str, str]:
    chosen = classes[kind]
    return {"name": name, "identifier": identifier(name), "export": export(name), "class": kind,
            # No class of a skeleton ends so.
            "Type": "".join(part.capitalize() for part in name.split("-")) + "Driver", "contract": chosen.contract,
            "folder": f"drivers/{kind}/{identifier(name)}", "memory": chosen.memory}


def filled(text: str, words: dict[str, str]) -> str:
    return re.sub(r"@(\w+)@", lambda match: words[match[1]], text)
