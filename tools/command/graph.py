# SPDX-License-Identifier: BSD-2-Clause
"""`./bulkhead graph`: the components, who may call whom, and what each holds, as the verifier sees it."""

from pathlib import Path

from tools.command import build, layout, options, packages, system_image
from tools.command.refusal import Refusal


def main(arguments: list[str]) -> int:
    parser = options.Parser("graph",
                            description="Verifies the system and prints its components, channels and privileges.")
    parser.add_argument("--dot", metavar="FILE", type=Path, help="also write the graph for Graphviz")
    chosen = parser.parse_args(arguments)
    packages.ensure("graph")
    build.host(["tools"])
    manifests = layout.manifests()
    if not manifests:
        raise Refusal("graph: this tree has no manifest yet (servers/*/manifest.toml, drivers/*/*/manifest.toml)")
    dot = ["--dot", chosen.dot.absolute()] if chosen.dot else []
    print(system_image.verify("graph", manifests, *dot), end="")
    return 0
