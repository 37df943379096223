# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead docs`: the reference of every contract, made of the contracts and manifests themselves."""

import json
import tomllib
from pathlib import Path

from tools.command import build, layout, linux_calls, options, packages, process
from tools.command.progress import say

beginning = """# Reference

Made by `./bulkhead docs` of `contracts/` and of the manifests; the language is explained in `docs/contracts.md`.

| contract | what it is for | offered by |
|---|---|---|
"""


def main(arguments: list[str]) -> int:
    options.Parser("docs", description="Writes build/docs: a page for each contract, the table of the Linux calls, and "
                   "an index (build/docs/README.md).").parse_args(arguments)
    packages.ensure("build")
    build.host(["contractc"])
    write(layout.docs)
    say(f"wrote {layout.docs.relative_to(layout.root)}/README.md and the pages that it names")
    return 0


def write(folder: Path) -> None:
    """All pages anew; of a contract that is gone none is left."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    manifests = [tomllib.loads(path.read_text()) for path in layout.manifests()]
    rows = []
    for path in sorted((layout.root / "contracts").glob("*.contract")):
        described = json.loads(_contractc("--describe", path))
        name = path.stem
        if described["kind"] == "personality":
            page = linux_calls.table(described, linux_calls.declared())
            purpose, exporters = "Linux's system calls, and how much of each there is", "the three servers in it"
        else:
            page = _contractc("--docs", path) + who(name, manifests)
            purpose = first_sentence(described["documentation"])
            exporters = ", ".join(each["name"] for each in _with("export", name, manifests))
        (folder / f"{name}.md").write_text(page)
        rows.append(f"| [{name}]({name}.md) | {purpose} | {exporters} |")
    (folder / "README.md").write_text(beginning + "\n".join(rows) + "\n")


def who(contract: str, manifests: list[dict]) -> str:
    """A section of a page: who may call it, as the manifests say. The kernel lets nobody else."""
    lines = ["## Who offers it, and who may call it", ""]
    exporters = _with("export", contract, manifests)
    if not exporters:
        return "\n".join([*lines, "No component of the system offers it."]) + "\n"
    lines += ["| service | offered by | may be called by |", "|---|---|---|"]
    for exporter in exporters:
        for export in exporter["export"]:
            if export["contract"] != contract:
                continue
            callers = [each["name"] for each in manifests
                       if any(one["name"] == export["name"] for one in each.get("import", []))]
            lines.append(f"| `{export['name']}` | {exporter['name']} | {', '.join(callers) or 'nobody'} |")
    return "\n".join(lines) + "\n"


def first_sentence(documentation: str) -> str:
    text = " ".join(documentation.split())
    return text.partition(". ")[0].rstrip(".").replace("|", "\\|")


def _with(table: str, contract: str, manifests: list[dict]) -> list[dict]:
    return [each for each in manifests if any(one["contract"] == contract for one in each.get(table, []))]


def _contractc(option: str, path: Path) -> str:
    return process.quiet([layout.host_tools / "contractc", option, path], f"reading {path.name}").stdout
