// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/tests/fixture.hpp"

#include <gtest/gtest.h>

#include <format>

namespace verifier::test {
namespace {

constexpr const char* descriptions[] = {
    R"({"kind": "contract", "name": "disk", "version": 2, "events": [],
        "messages": [{"direction": "in", "lends": ["data"]}, {"direction": "out", "lends": []}]})",
    R"({"kind": "contract", "name": "keys", "version": 1, "events": ["pressed", "released"],
        "messages": [{"direction": "in", "lends": []}]})",
    R"({"kind": "contract", "name": "pci", "version": 1, "events": [], "messages": []})",
    R"({"kind": "contract", "name": "plain", "version": 1, "events": [], "messages": []})",
    R"({"kind": "contract", "name": "store", "version": 1, "events": [], "messages": []})",
    R"({"kind": "contract", "name": "blame", "version": 1, "events": [], "messages": []})",
    R"({"kind": "contract", "name": "old", "version": null, "events": [], "messages": []})",
    R"({"kind": "personality", "name": "linux", "servers": ["file", "memory", "process"], "fault": "memory",
        "calls": [{"number": 0, "name": "read", "server": "file"}, {"number": 9, "name": "mmap", "server": "memory"},
                  {"number": 39, "name": "getpid", "server": "process"}]})",
};

std::string text_of(const Refusals& refusals) {
  std::string text;
  for (const Refusal& refusal : refusals.all()) text += to_string(refusal);
  return text;
}

std::vector<Manifest> read_all(const std::vector<Text>& texts, Refusals& refusals) {
  std::vector<Manifest> manifests;
  for (const Text& text : texts) manifests.push_back(read_manifest(text.path, text.text, refusals));
  return manifests;
}

}  // namespace

ContractTable contracts() {
  ContractTable table;
  Refusals refusals;
  for (const char* text : descriptions) add_description("contracts/linux.contract", text, table, refusals);
  for (const auto& [name, contract] : table.contracts) table.known.push_back(name);
  EXPECT_EQ(text_of(refusals), "");
  return table;
}

Text component(std::string_view name, unsigned rank, std::string_view rest) {
  return {std::format("{}.toml", name), std::format("name = \"{}\"\nrank = {}\n{}", name, rank, rest)};
}

std::string reading_of(const Text& manifest) {
  Refusals refusals;
  read_manifest(manifest.path, manifest.text, refusals);
  return text_of(refusals);
}

std::string refusals_of(const std::vector<Text>& manifests) { return refusals_of(manifests, contracts()); }

std::string refusals_of(const std::vector<Text>& manifests, ContractTable contracts) {
  Refusals refusals;
  verify(read_all(manifests, refusals), std::move(contracts), refusals);
  return text_of(refusals);
}

System system_of(const std::vector<Text>& manifests) {
  Refusals refusals;
  System system = verify(read_all(manifests, refusals), contracts(), refusals);
  EXPECT_EQ(text_of(refusals), "");
  return system;
}

std::string refusal(std::string_view place, std::string_view what, std::string_view rule, std::string_view mend) {
  return std::format("{}: error: {} [{}]\n    mend: {}\n", place, what, rule, mend);
}

}  // namespace verifier::test
