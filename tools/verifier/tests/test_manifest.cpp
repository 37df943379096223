// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "tools/verifier/tests/fixture.hpp"

namespace verifier::test {
namespace {

// What one more line, the third, in an otherwise good manifest makes the reader say.
std::string said_of(std::string_view rest) { return reading_of(component("a", 3, rest)); }

TEST(Manifest, EveryKeyIsRead) {
  Refusals refusals;
  const Manifest manifest = read_manifest("m.toml", R"(
name = "virtio-blk"
binary = "blk"
enabled = false
wall = "process"
rank = 3
threads = 4
reserved = 1
stack = "32K"
vault = "1M"
dma = 8192
frames = 16
archive = true
budget = 70
heartbeat_ms = 500
loop_ms = 400
hang_ms = 2000
policy = "never"
loses = "what it holds"
sync_first = true
spare = "other"
windows = [4, 1]
calls = ["dma_pin", "dma_unpin"]
export = [{ name = "/dev/disk0", contract = "disk", version = 1 }]
import = [{ name = "/service/pci", contract = "pci", version = 2, lanes = 5 }]
device = [{ vendor = 0x1af4, device = 0x1042, class = 0x010000, instance = 1 }, { class = 0x010802 }]
ports = [{ first = 0x3f8, count = 8 }]
interrupt = [{ kind = "message" }, { kind = "line", line = 4, level = true, active_low = true }]
)",
                                          refusals);
  ASSERT_TRUE(refusals.empty()) << to_string(refusals.all().front());
  EXPECT_EQ(manifest.line, 2u);
  EXPECT_EQ(manifest.name.value, "virtio-blk");
  EXPECT_EQ(manifest.binary.value, "blk");
  EXPECT_FALSE(manifest.enabled);
  EXPECT_EQ(manifest.rank.value, 3u);
  EXPECT_EQ(manifest.threads.value, 4u);
  EXPECT_EQ(manifest.threads.line, 7u);
  EXPECT_EQ(manifest.reserved.value, 1u);
  EXPECT_EQ(manifest.stack.value, 32768u);
  EXPECT_EQ(manifest.vault.value, 1u << 20);
  EXPECT_EQ(manifest.dma.value, 8192u);
  EXPECT_FALSE(manifest.frames.value.percent);
  EXPECT_EQ(manifest.frames.value.amount, 16u);
  EXPECT_TRUE(manifest.archive);
  EXPECT_EQ(manifest.budget.value, 70u);
  EXPECT_EQ(manifest.heartbeat_ms.value, 500u);
  EXPECT_EQ(manifest.loop_ms.value, 400u);
  EXPECT_EQ(manifest.hang_ms.value, 2000u);
  EXPECT_FALSE(manifest.restarts);
  EXPECT_EQ(manifest.loses, "what it holds");
  EXPECT_TRUE(manifest.sync_first);
  EXPECT_EQ(manifest.spare->value, "other");
  EXPECT_EQ(manifest.windows.at(0).value, 4u);
  EXPECT_EQ(manifest.windows.at(1).value, 1u);
  EXPECT_EQ(manifest.calls.at(1).value, "dma_unpin");
  EXPECT_EQ(manifest.exports.at(0).name, "/dev/disk0");
  EXPECT_EQ(manifest.exports.at(0).contract, "disk");
  EXPECT_EQ(manifest.exports.at(0).version, 1u);
  EXPECT_EQ(manifest.imports.at(0).version, 2u);
  EXPECT_EQ(manifest.imports.at(0).lanes, 5u);
  EXPECT_EQ(manifest.devices.at(0).vendor, 0x1af4u);
  EXPECT_EQ(manifest.devices.at(0).instance, 1u);
  EXPECT_EQ(manifest.devices.at(1).class_code, 0x010802u);
  EXPECT_FALSE(manifest.devices.at(1).vendor);
  EXPECT_EQ(manifest.ports.at(0).first, 0x3f8u);
  EXPECT_EQ(manifest.ports.at(0).count, 8u);
  EXPECT_TRUE(manifest.interrupts.at(0).message);
  EXPECT_FALSE(manifest.interrupts.at(1).message);
  EXPECT_EQ(manifest.interrupts.at(1).line_number, 4u);
  EXPECT_TRUE(manifest.interrupts.at(1).level);
  EXPECT_TRUE(manifest.interrupts.at(1).active_low);
}

TEST(Manifest, DefaultsAreTheReferences) {
  Refusals refusals;
  const Manifest manifest = read_manifest("m.toml", "name = \"a\"\nrank = 3\n", refusals);
  ASSERT_TRUE(refusals.empty());
  EXPECT_EQ(manifest.binary.value, "a");
  EXPECT_TRUE(manifest.enabled);
  EXPECT_EQ(manifest.threads.value, 1u);
  EXPECT_EQ(manifest.reserved.value, 0u);
  EXPECT_EQ(manifest.stack.value, 16384u);
  EXPECT_EQ(manifest.vault.value, 0u);
  EXPECT_EQ(manifest.dma.value, 0u);
  EXPECT_EQ(manifest.frames.value.amount, 0u);
  EXPECT_FALSE(manifest.archive);
  EXPECT_EQ(manifest.budget.value, 50u);
  EXPECT_EQ(manifest.heartbeat_ms.value, 1000u);
  EXPECT_EQ(manifest.loop_ms.value, 500u);
  EXPECT_EQ(manifest.hang_ms.value, 3000u);
  EXPECT_TRUE(manifest.restarts);
  EXPECT_FALSE(manifest.spare);
  EXPECT_EQ(manifest.loses, "");
  EXPECT_FALSE(manifest.sync_first);
}

TEST(Manifest, WhatIsLostIsSaidInPlainWords) {
  const std::string mend = "say in at most 63 letters what is lost, or leave the key out";
  const std::string what = "`loses` has no words, too many, or others than plain letters";
  for (const std::string& words : {std::string(), std::string(64, 'x'), std::string("a\\tb")})
    EXPECT_EQ(said_of("loses = \"" + words + "\""), refusal("a.toml:3", what, "loses", mend)) << words;
  EXPECT_EQ(said_of("loses = \"" + std::string(63, 'x') + "\"\nsync_first = true"), "");
  EXPECT_EQ(said_of("sync_first = true"),
            refusal("a.toml:3", "`sync_first` without `loses`", "loses", "say in `loses` what is lost without a sync"));
}

TEST(Manifest, Syntax) {
  const std::string said = said_of("threads = = 2");
  EXPECT_TRUE(said.starts_with("a.toml:3: error: this is no TOML: ")) << said;
  EXPECT_TRUE(said.ends_with(" [syntax]\n    mend: mend the line\n")) << said;
}

TEST(Manifest, OnlyAscii) {
  EXPECT_EQ(said_of("threads = 2\n# \xe2\x80\x94\n"),
            refusal("a.toml:4", "this is no TOML: there is a character that is not ASCII", "syntax", "mend the line"));
}

// The parser has an assertion where there should be an error.
TEST(Manifest, SyntaxThatTheParserAssertsAbout) {
  EXPECT_EQ(said_of("threads = 2\n[[\n"),
            refusal("a.toml:4", "this is no TOML: a key or a table's name is malformed", "syntax", "mend the line"));
}

TEST(Manifest, MissingKeys) {
  EXPECT_EQ(reading_of(Text{"m.toml", "rank = 3"}),
            refusal("m.toml:1", "the manifest has no `name`", "missing", "add name = \"...\""));
  EXPECT_EQ(reading_of(Text{"m.toml", "name = \"a\""}),
            refusal("m.toml:1", "the manifest has no `rank`", "missing", "add rank = a number from 0 to 8"));
  EXPECT_EQ(said_of("[[export]]\nname = \"/a\""),
            refusal("a.toml:3", "[[export]] has no `contract`", "missing", "add contract = \"...\""));
  EXPECT_EQ(said_of("[[interrupt]]\nkind = \"line\""),
            refusal("a.toml:3", "[[interrupt]] has no `line`", "missing", "add line = a number from 0 to 23"));
}

TEST(Manifest, UnknownKeys) {
  EXPECT_EQ(said_of("thread = 2"),
            refusal("a.toml:3", "the manifest has no key `thread`", "unknown-key", "did you mean `threads`?"));
  EXPECT_EQ(said_of("colour = 2"), refusal("a.toml:3", "the manifest has no key `colour`", "unknown-key",
                                           "remove it; docs/manifests.md lists the keys"));
  EXPECT_EQ(said_of("[[import]]\nname = \"/a\"\ncontract = \"disk\"\nlines = 2"),
            refusal("a.toml:6", "[[import]] has no key `lines`", "unknown-key", "did you mean `lanes`?"));
}

TEST(Manifest, Types) {
  EXPECT_EQ(said_of("threads = \"2\""), refusal("a.toml:3", "`threads` must be a whole number that is not negative",
                                                "type", "write threads = as docs/manifests.md shows"));
  EXPECT_EQ(said_of("threads = -1"), refusal("a.toml:3", "`threads` must be a whole number that is not negative",
                                             "type", "write threads = as docs/manifests.md shows"));
  EXPECT_EQ(said_of("spare = 2"), refusal("a.toml:3", "`spare` must be a text", "type", "write spare = \"...\""));
  EXPECT_EQ(said_of("archive = 1"),
            refusal("a.toml:3", "`archive` must be true or false", "type", "write archive = true"));
  EXPECT_EQ(said_of("calls = \"log\""),
            refusal("a.toml:3", "`calls` must be a list of texts", "type", "write calls = as docs/manifests.md shows"));
  EXPECT_EQ(said_of("calls = [1]"),
            refusal("a.toml:3", "`calls` must be a list of texts", "type", "write calls = as docs/manifests.md shows"));
  EXPECT_EQ(said_of("windows = 1"), refusal("a.toml:3", "`windows` must be a list of numbers", "type",
                                            "write windows = as docs/manifests.md shows"));
  EXPECT_EQ(said_of("[import]\nname = \"/a\""),
            refusal("a.toml:3", "`import` must be a list of tables", "type", "begin each with [[import]]"));
  EXPECT_EQ(said_of("vault = \"64k\""), refusal("a.toml:3", "`vault` is no size: \"64k\"", "type",
                                                "write bytes as a number, or \"64K\" or \"2M\""));
  EXPECT_EQ(said_of("frames = \"half\""), refusal("a.toml:3", "`frames` is no share: \"half\"", "type",
                                                  "write frames as a number, or a share of what remains at boot as "
                                                  "\"40%\""));
}

TEST(Manifest, Ranges) {
  struct {
    const char *line, *what, *mend;
  } const cases[] = {
      {"threads = 0", "`threads` is 0", "choose 1 to 255"},
      {"threads = 256", "`threads` is 256", "choose 1 to 255"},
      {"reserved = 256", "`reserved` is 256", "choose 0 to 255"},
      {"stack = \"4K\"", "`stack` is 4096", "choose 8192 to 126976"},
      {"stack = \"128K\"", "`stack` is 131072", "choose 8192 to 126976"},
      {"stack = 10000", "`stack` is 10000, not whole pages", "choose a multiple of 4096"},
      {"vault = \"257M\"", "`vault` is 269484032", "choose 0 to 268435456"},
      {"dma = \"129M\"", "`dma` is 135266304", "choose 0 to 134217728"},
      {"frames = \"101%\"", "`frames` is 101", "choose 1 to 100"},
      {"frames = \"0%\"", "`frames` is 0", "choose 1 to 100"},
      {"budget = 101", "`budget` is 101", "choose 0 to 100"},
      {"heartbeat_ms = 10001", "`heartbeat_ms` is 10001", "choose 0 to 10000"},
      {"loop_ms = 1", "`loop_ms` is 1", "choose 50 to 10000"},
      {"hang_ms = 1", "`hang_ms` is 1", "choose 500 to 60000"},
      {"windows = [0]", "`windows` is 0", "choose 1 to 1024"},
      {"windows = [1025]", "`windows` is 1025", "choose 1 to 1024"},
      {"windows = [1, 1, 1, 1, 1]", "5 windows", "at most 4 fit into a component"},
  };
  for (const auto& [line, what, mend] : cases)
    EXPECT_EQ(said_of(line), refusal("a.toml:3", what, "range", mend)) << line;
  EXPECT_EQ(reading_of(component("a", 9)), refusal("a.toml:2", "`rank` is 9", "range", "choose 0 to 8"));
  EXPECT_EQ(said_of("[[ports]]\nfirst = 0xfff0\ncount = 0x11"),
            refusal("a.toml:3", "ports beyond 0xffff", "range", "lower `count`"));
  EXPECT_EQ(said_of("[[ports]]\nfirst = 0x10000\ncount = 1"),
            refusal("a.toml:4", "`first` is 65536", "range", "choose 0 to 65535"));
  EXPECT_EQ(said_of("[[ports]]\nfirst = 1\ncount = 0"),
            refusal("a.toml:5", "`count` is 0", "range", "choose 1 to 65535"));
  EXPECT_EQ(said_of("[[interrupt]]\nkind = \"line\"\nline = 24"),
            refusal("a.toml:5", "`line` is 24", "range", "choose 0 to 23"));
  EXPECT_EQ(said_of("[[import]]\nname = \"/a\"\ncontract = \"disk\"\nlanes = 256"),
            refusal("a.toml:6", "`lanes` is 256", "range", "choose 1 to 255"));
}

TEST(Manifest, NoMoreThanFits) {
  std::string five;
  for (int i = 0; i < 5; ++i) five += "[[device]]\nclass = 1\n";
  EXPECT_EQ(said_of(five), refusal("a.toml:11", "5 [[device]]", "range", "at most 4 fit into a component"));
}

TEST(Manifest, Names) {
  const char* mend = "use small letters, digits and '-', a letter first, at most 23";
  for (const char* name : {"Disk", "9p", "a b", "a/b", "abcdefghijklmnopqrstuvwx"})
    EXPECT_EQ(reading_of(Text{"m.toml", "name = \"" + std::string(name) + "\"\nrank = 1\nbinary = \"b\""}),
              refusal("m.toml:1", "`name` is \"" + std::string(name) + "\"", "name", mend));
  EXPECT_EQ(said_of("binary = \"../a\""), refusal("a.toml:3", "`binary` is \"../a\"", "name", mend));
  for (const char* name : {"disk", "/", "/dev/", "/dev//disk", "/Dev", "/a23456789012345678901234567890_2"})
    EXPECT_EQ(said_of("[[export]]\ncontract = \"disk\"\nname = \"" + std::string(name) + "\""),
              refusal("a.toml:3", "the service is named \"" + std::string(name) + "\"", "name",
                      "names look like \"/dev/disk0\": small letters, digits, '.', '_', '-', at most 31"));
  EXPECT_EQ(said_of("[[export]]\nname = \"/a\"\ncontract = \"abcdefghijklmnopqrstuvwx\""),
            refusal("a.toml:3", "the contract's name \"abcdefghijklmnopqrstuvwx\" is too long", "name",
                    "at most 23 letters"));
}

TEST(Manifest, Walls) {
  for (const char* wall : {"nook", "vm", "sip"})
    EXPECT_EQ(said_of("wall = \"" + std::string(wall) + "\""),
              refusal("a.toml:3", "wall \"" + std::string(wall) + "\" is not there yet", "wall",
                      "write wall = \"process\", or leave the key out"));
  EXPECT_EQ(said_of("wall = \"brick\""), refusal("a.toml:3", "no wall is named \"brick\"", "wall",
                                                 "write wall = \"process\", or leave the key out"));
}

TEST(Manifest, Words) {
  EXPECT_EQ(said_of("policy = \"always\""),
            refusal("a.toml:3", "no policy is named \"always\"", "policy", "policy is \"restart\" or \"never\""));
  EXPECT_EQ(said_of("[[interrupt]]\nkind = \"edge\""),
            refusal("a.toml:3", "an interrupt of kind \"edge\"", "interrupt-kind", "kind is \"line\" or \"message\""));
}

TEST(Manifest, DevicesMatchNeitherEverythingNorHalf) {
  const std::string said = refusal("a.toml:3", "[[device]] would match too much", "device",
                                   "give `vendor` and `device`, or `class`, or all three");
  EXPECT_EQ(said_of("[[device]]\n"), said);
  EXPECT_EQ(said_of("[[device]]\nvendor = 1"), said);
  EXPECT_EQ(said_of("[[device]]\ndevice = 1\nclass = 2"), said);
}

}  // namespace
}  // namespace verifier::test
