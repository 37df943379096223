// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "abi/calls.hpp"
#include "tools/verifier/image.hpp"
#include "tools/verifier/input.hpp"
#include "tools/verifier/memory.hpp"
#include "tools/verifier/tests/mutation.hpp"

namespace verifier::test {
namespace {

// Mutations that the verifier takes, and why nobody is harmed. Every other one must be refused.
const std::map<std::string, std::string> harmless = {
    {"archive flipped", "the archive is read-only, and the same for everyone; the file server must have it"},
    {"budget left out", "the default, 50%"},
    {"budget less", "demoted earlier, never stopped"},
    {"budget more", "demoted later, still below 100%"},
    {"calls left out", "the kernel refuses dma_pin, and the driver says so: its disk is missing, nobody is harmed"},
    {"device removed", "one of two kinds of device is not driven"},
    {"device twice", "the same device, looked for twice"},
    {"device.device less", "another device, which nobody else drives"},
    {"device.device more", "another device, which nobody else drives"},
    {"device.device nought", "another device, which nobody else drives"},
    {"device.vendor less", "another device, which nobody else drives"},
    {"device.vendor more", "another device, which nobody else drives"},
    {"device.vendor nought", "another device, which nobody else drives"},
    {"dma less", "the driver does not start and says why"},
    {"dma more", "within the memory there is"},
    {"frames less", "a limit for itself alone"},
    {"frames more", "within the memory there is"},
    {"hang_ms less", "a hang is noticed sooner, within the range"},
    {"hang_ms more", "a hang is noticed later, within the range"},
    {"heartbeat_ms less", "asked more often"},
    {"heartbeat_ms more", "asked less often, still within a hang"},
    {"import taken over", "the store may be asked by everyone"},
    {"import.lanes more", "lanes that no thread uses"},
    {"interrupt removed", "one of several lines: what hangs on it falls silent"},
    {"interrupt twice", "a second message that the device never sends"},
    {"interrupt.active_low flipped", "the line stays silent, or masked"},
    {"interrupt.level flipped", "the line stays silent, or masked"},
    {"interrupt.line less", "a line that nobody else has"},
    {"interrupt.line more", "a line that nobody else has"},
    {"loop_ms less", "a loop is noticed sooner, within the range"},
    {"loop_ms more", "a loop is noticed later, within the range"},
    {"loses left out", "words for people: service asks no --force"},
    {"loses other", "words for people"},
    {"name other", "a name that nobody refers to"},
    {"ports removed", "the kernel refuses it those ports"},
    {"ports.count less", "the kernel refuses it the last ones"},
    {"ports.count more", "ports that nobody else has"},
    {"ports.first less", "ports that nobody else has"},
    {"ports.first more", "ports that nobody else has"},
    {"rank less", "calls still go strictly down"},
    {"rank more", "calls still go strictly down"},
    {"rank nought", "calls still go strictly down"},
    {"rank other", "calls still go strictly down"},
    {"stack left out", "an overflow meets the guard page: an exception, and a restart"},
    {"stack less", "an overflow meets the guard page: an exception, and a restart"},
    {"stack more", "within the memory there is"},
    {"sync_first flipped", "service asks for --force where a sync would do"},
    {"sync_first left out", "service asks for --force where a sync would do"},
    {"threads left out", "callers wait longer; no cycle, as calls go down"},
    {"threads less", "callers wait longer; no cycle, as calls go down"},
    {"threads more", "within the threads there are"},
    {"vault less", "the component does not start and says why"},
    {"vault more", "within the memory there is"},
    {"windows added", "a window that nothing is bound to"},
    {"windows less", "pci refuses the device, and the driver says so"},
    {"windows more", "room that the device does not fill"},
};

constexpr std::uint64_t image_size = std::uint64_t{8} << 20;
constexpr std::uint64_t archive_size = std::uint64_t{2} << 20;

std::string text_of(const Refusals& refusals) {
  std::string text;
  for (const Refusal& refusal : refusals.all()) text += to_string(refusal);
  return text;
}

// What the programs of the unchanged system use is what their manifests declare.
Binary program_of(const Component& component) {
  Binary binary;
  binary.segments.push_back({0x4000'0000, 0x10'0000, abi::right_read | abi::right_write, {}});
  for (const ImportEntry& entry : component.manifest.imports)
    if (entry.contract != "store" && entry.contract != "blame")  // the runtime calls these without a Shadow
      binary.needs.imports.insert(space_of(entry.contract));
  for (const ExportEntry& entry : component.manifest.exports) binary.needs.exports.insert(space_of(entry.contract));
  binary.needs.kernel_calls = component.kernel_calls & visible_calls();
  binary.needs.vault = component.manifest.vault.value != 0;
  binary.needs.interrupts = !component.manifest.interrupts.empty();
  return binary;
}

class Mutations : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<std::string> folders;
    for (const char* pattern : {"servers", "drivers"})
      for (const auto& folder : std::filesystem::directory_iterator(pattern)) {
        // Those are no part of the system: they are for images of their own.
        const std::string name = folder.path().filename();
        if (!folder.is_directory() || name == "test" || name == "bench") continue;
        folders.push_back(folder.path().string());
      }
    Refusals refusals;
    manifests_ = read_manifests(folders, refusals);
    std::erase_if(manifests_, [](const Manifest& manifest) { return !manifest.enabled; });
    contracts_ = read_contracts("contracts", VERIFIER_CONTRACTC, manifests_, refusals);
    const System system = verify(manifests_, contracts_, refusals);
    ASSERT_EQ(text_of(refusals), "");
    for (const Component& component : system.components)
      programs_[component.manifest.binary.value] = program_of(component);
  }

  // As the tool does it. Leaves the image in `image` if it is made.
  Refusals verify_all(std::vector<Manifest> manifests, Refusals refusals, std::vector<std::byte>& image) const {
    if (!refusals.empty()) return refusals;
    System system = verify(std::move(manifests), contracts_, refusals);
    for (Component& component : system.components) {
      const auto program = programs_.find(component.manifest.binary.value);
      if (program == programs_.end())
        refusals.add("binary", component.manifest.at(0), "no such program", "");
      else
        component.binary = program->second;
    }
    check_needs(system, refusals);
    check_sizes(system, archive_size, refusals);
    check_memory(system, measure(system, image_size, archive_size, {}), refusals);
    if (refusals.empty()) image = make_image(system, {});
    return refusals;
  }

  std::vector<Manifest> manifests_;
  ContractTable contracts_;
  std::map<std::string, Binary> programs_;
};

TEST_F(Mutations, HarmfulOnesAreRefused) {
  ASSERT_GE(manifests_.size(), 8u);
  std::vector<std::byte> original, image;
  ASSERT_EQ(text_of(verify_all(manifests_, {}, original)), "");
  unsigned same = 0;
  std::map<std::string, unsigned> refused, taken, alone;
  for (std::size_t i = 0; i < manifests_.size(); ++i) {
    mutate(manifests_, i, [&](const Mutation& mutation) {
      Refusals refusals;
      std::vector<Manifest> changed = manifests_;
      changed[i] = read_manifest(manifests_[i].path, mutation.text.text(), refusals);
      const Refusals said = verify_all(std::move(changed), std::move(refusals), image);
      if (!said.empty()) {
        ++refused[mutation.kind];
        const std::string& rule = said.all().front().rule;
        if (std::ranges::all_of(said.all(), [&](const Refusal& refusal) { return refusal.rule == rule; }))
          ++alone[rule];
        return;
      }
      if (image == original) return void(++same);
      ++taken[mutation.kind];
      EXPECT_TRUE(harmless.contains(mutation.kind)) << mutation.what;
    });
  }
  unsigned sums[2] = {};
  for (const auto& [kind, count] : refused) sums[0] += count;
  for (const auto& [kind, count] : taken) sums[1] += count;
  std::printf("%zu manifests, %u mutations refused, %u make the same image, %u harmless:\n", manifests_.size(), sums[0],
              same, sums[1]);
  // The control of each rule: without it these would be taken, and fail this test.
  for (const auto& [rule, count] : alone) std::printf("  %-28s %4u refused by this rule alone\n", rule.c_str(), count);
  // "program-export" and "name-twice" are not among them: who has an importer is refused for that as well. They have
  // tests of their own.
  for (const char* rule : {"archive",        "blame",          "budget",        "call-implied", "call-missing",
                           "call-role",

                           "device-window",  "export-twice",   "heartbeat",     "import",       "import-contract",
                           "lanes",          "line-kernel",    "line-twice",    "loop",         "memory",
                           "missing",        "policy",         "port-kernel",   "port-twice",   "program-import",
                           "program-server", "program-unused", "program-vault", "quota",        "range",
                           "rank",           "reserved",       "share",         "store",        "type",
                           "unknown-key",    "version",        "wall"})
    EXPECT_NE(alone[rule], 0u) << rule;
  for (const auto& [kind, reason] : harmless) {
    std::printf("  %-28s %4u taken, %4u refused: %s\n", kind.c_str(), taken[kind], refused[kind], reason.c_str());
    EXPECT_NE(taken[kind], 0u) << kind << " is listed as harmless, but never taken";
  }
}

// The control: a verifier without its checks takes what this one refuses.
TEST_F(Mutations, AreSeenByChecksOnly) {
  unsigned unseen = 0;
  for (std::size_t i = 0; i < manifests_.size(); ++i) {
    mutate(manifests_, i, [&](const Mutation& mutation) {
      Refusals refusals;
      read_manifest(manifests_[i].path, mutation.text.text(), refusals);
      if (refusals.empty()) ++unseen;
    });
  }
  std::printf("%u mutations are good manifests by themselves\n", unseen);
  EXPECT_GT(unseen, 500u);
}

}  // namespace
}  // namespace verifier::test
