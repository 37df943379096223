// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "abi/calls.hpp"
#include "tools/verifier/tests/elf_file.hpp"
#include "tools/verifier/tests/fixture.hpp"

namespace verifier::test {
namespace {

constexpr const char* shadow = "_ZN8contract4disk15shadow_contractE";
constexpr const char* exporter =
    "_ZN8contract4disk13BasicExporterILNS_7MonitorE1EE8dispatchENS_8EndpointERNS_7MessageE";
constexpr const char* log_read = "_ZN9component4slot8read_logEmSt4spanISt4byteLm18446744073709551615EE";

constexpr const char* export_disk = "[[export]]\nname = \"/dev/disk0\"\ncontract = \"disk\"\n";
constexpr const char* import_disk = "[[import]]\nname = \"/dev/disk0\"\ncontract = \"disk\"\n";

Binary program_with(std::initializer_list<const char*> symbols) {
  ElfFile file;
  for (const char* symbol : symbols) file.symbols.push_back({symbol, 0x4000'1000});
  Refusals refusals;
  auto binary = read_binary("bin/a", file.bytes(), refusals);
  EXPECT_TRUE(refusals.empty());
  return *binary;
}

std::string said_of(System system, std::initializer_list<std::pair<std::string_view, Binary>> programs) {
  for (const auto& [name, binary] : programs) system.components[*system.slot_of(name)].binary = binary;
  Refusals refusals;
  check_needs(system, refusals);
  std::string text;
  for (const Refusal& refusal : refusals.all()) text += to_string(refusal);
  return text;
}

TEST(Needs, AreReadFromSymbols) {
  const Binary binary = program_with({shadow, exporter, log_read, "_ZN8contract3out", "_ZN8contract99disk", "other"});
  EXPECT_EQ(binary.needs.imports, std::set<std::string>{"disk"});
  EXPECT_EQ(binary.needs.exports, std::set<std::string>{"disk"});
  EXPECT_EQ(binary.needs.kernel_calls, std::uint64_t{1} << static_cast<unsigned>(abi::Call::log_read));
}

TEST(Needs, AgreeWithTheManifest) {
  const System system = system_of({component("driver", 3, export_disk), component("user", 5, import_disk)});
  EXPECT_EQ(said_of(system, {{"driver", program_with({exporter})}, {"user", program_with({shadow})}}), "");
}

TEST(Needs, WhatIsUsedIsDeclared) {
  const System bare = system_of({component("a", 3)});
  EXPECT_EQ(said_of(bare, {{"a", program_with({shadow})}}),
            refusal("a.toml:1", "its program uses contract disk, which it does not import", "program-import",
                    "add an [[import]], or remove the Shadow"));
  EXPECT_EQ(said_of(bare, {{"a", program_with({exporter})}}),
            refusal("a.toml:1", "its program serves contract disk, which it does not export", "program-export",
                    "add an [[export]], or remove the Exporter"));
  EXPECT_EQ(said_of(bare, {{"a", program_with({log_read})}}),
            refusal("a.toml:1", "its program makes the kernel call \"log_read\", which it may not", "program-call",
                    "name it in `calls`"));
}

TEST(Needs, CallsThatFollowFromDeclarations) {
  EXPECT_EQ(said_of(system_of({component("a", 3)}), {{"a", program_with({"_ZN9component6Frames4takeESt4span"})}}),
            refusal("a.toml:1", "its program makes the kernel call \"frames_take\", which it may not", "program-call",
                    "declare `frames`"));
}

TEST(Needs, Vaults) {
  const char* declare = "_ZN9component10BasicVaultINS_11VaultMemoryEE7declareESt17basic_string_view";
  EXPECT_EQ(said_of(system_of({component("a", 3)}), {{"a", program_with({declare})}}),
            refusal("a.toml:1", "its program keeps records in its vault, but it has none", "program-vault",
                    "set `vault`, or remove the VaultRecord"));
  EXPECT_EQ(said_of(system_of({component("a", 3, "vault = 4096")}), {{"a", program_with({declare})}}), "");
}

TEST(Needs, HandlersOfInterrupts) {
  const System bare = system_of({component("a", 3)});
  EXPECT_EQ(said_of(bare, {{"a", program_with({"_ZN4disk4Disk12on_interruptEj"})}}),
            refusal("a.toml:1", "its program handles interrupts, but it has none", "program-interrupt",
                    "add the [[interrupt]], or remove on_interrupt"));
  EXPECT_EQ(said_of(bare, {{"a", program_with({"_ZN9component9Component12on_interruptEj"})}}), "");
  EXPECT_EQ(said_of(system_of({component("a", 3, "interrupt = [{ kind = \"line\", line = 4 }]")}),
                    {{"a", program_with({"_ZN4disk4Disk12on_interruptEj"})}}),
            "");
}

TEST(Needs, WhatIsDeclaredIsUsed) {
  const System system = system_of({component("driver", 3, export_disk), component("user", 5, import_disk)});
  EXPECT_EQ(said_of(system, {{"driver", program_with({})}, {"user", program_with({})}}),
            refusal("driver.toml:3", "it exports \"/dev/disk0\", but its program has no Exporter of contract disk",
                    "program-unused", "remove the [[export]], or use it") +
                refusal("user.toml:3", "it imports \"/dev/disk0\", but its program has no Shadow of contract disk",
                        "program-unused", "remove the [[import]], or use it"));
}

TEST(Needs, NamedCallsAreMade) {
  const System system = system_of({component("information", 5, "calls = [\"log_read\"]")});
  EXPECT_EQ(said_of(system, {{"information", program_with({log_read})}}), "");
  EXPECT_EQ(said_of(system, {{"information", program_with({})}}),
            refusal("information.toml:3", "it may make the kernel call \"log_read\", but its program does not",
                    "program-unused", "remove it from `calls`"));
}

TEST(Needs, TheRuntimeCallsTheStore) {
  const std::string store = "[[%]]\nname = \"/service/store\"\ncontract = \"store\"\n";
  const auto with = [&](std::string_view word) { return std::string(store).replace(2, 1, word); };
  const System system = system_of({component("store", 0, with("export")), component("user", 5, with("import"))});
  EXPECT_EQ(said_of(system, {{"user", program_with({})}}), "");
  EXPECT_EQ(said_of(system, {{"store", program_with({})}}),
            refusal("store.toml:3", "it exports \"/service/store\", but its program has no Exporter of contract store",
                    "program-unused", "remove the [[export]], or use it"));
}

}  // namespace
}  // namespace verifier::test
