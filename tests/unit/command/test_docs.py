# SPDX-License-Identifier: BSD-2-Clause
import re
import tempfile
import unittest
from pathlib import Path

from tools.command import build, docs, layout

manifests = [
    {"name": "driver", "export": [{"name": "/dev/disk0", "contract": "disk"}]},
    {"name": "ext4", "import": [{"name": "/dev/disk0", "contract": "disk"}]},
    {"name": "other", "import": [{"name": "/dev/disk1", "contract": "disk"}]},
]


class Pages(unittest.TestCase):
    def test_who_may_call(self):
        text = docs.who("disk", manifests)
        self.assertIn("| `/dev/disk0` | driver | ext4 |", text)
        self.assertNotIn("other", text)
        self.assertIn("No component", docs.who("clock", manifests))

    def test_the_first_sentence_is_one_cell(self):
        self.assertEqual(docs.first_sentence("Reads a|b\nof it. Second."), "Reads a\\|b of it")

    def test_each_contract_has_its_page_and_each_link_leads_somewhere(self):
        build.host(["contractc"])
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "gone.md").write_text("of a contract that was removed")
            docs.write(Path(folder))
            wanted = {path.stem for path in (layout.root / "contracts").glob("*.contract")}
            self.assertEqual({path.stem for path in Path(folder).glob("*.md")}, wanted | {"README"})
            index = (Path(folder) / "README.md").read_text()
            self.assertEqual(set(re.findall(r"\]\((\w+)\.md\)", index)), wanted)
            disk = (Path(folder) / "disk.md").read_text()
            self.assertIn("| Ready | `open` | `opened` → Ready, `failed` → Ready |", disk)
            self.assertIn("Answered: within 3 s, by `opened(u64 blocks, bool read_only)` `failed(Reason reason)`.",
                          disk)
            self.assertIn("| `/dev/disk0` | virtio-blk |", disk)
            for page in wanted - {"linux"}:
                text = (Path(folder) / f"{page}.md").read_text()
                self.assertIn("## States", text)
                self.assertIn("## Who offers it", text)
