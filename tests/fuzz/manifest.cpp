// SPDX-License-Identifier: BSD-2-Clause
// Manifests of a whole system, one behind the other with a line `%%` between them: whatever they say, the verifier
// refuses it or makes the same image of it twice.
#include <cstdlib>
#include <string_view>

#include "tools/verifier/graph.hpp"
#include "tools/verifier/image.hpp"
#include "tools/verifier/memory.hpp"

namespace {

using namespace verifier;

ContractTable contracts() {
  ContractTable table;
  for (const char* name : {"disk", "pci", "store"}) table.contracts[name] = {name, 1, 0, true};
  table.contracts["keys"] = {"keys", 2, 5, false};
  table.contracts["old"] = {"old", {}, 0, false};
  for (const auto& [name, contract] : table.contracts) table.known.push_back(name);
  table.personality = Personality{"linux", "linux.contract", {"file", "process"}, {{0, "read", "file"}}, "file"};
  return table;
}

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<Manifest> manifests;
  Refusals refusals;
  while (!rest.empty() && manifests.size() < 70) {
    const std::size_t end = std::min(rest.find("%%\n"), rest.size());
    manifests.push_back(read_manifest("m" + std::to_string(manifests.size()), rest.substr(0, end), refusals));
    rest.remove_prefix(std::min(end + 3, rest.size()));
  }
  System system = verify(std::move(manifests), contracts(), refusals);
  check_memory(system, measure(system, 0, 0, {}), refusals);
  for (const Refusal& refusal : refusals.all()) require(!refusal.what.empty() && !refusal.mend.empty());
  text_graph(system);
  if (!refusals.empty()) return 0;
  for (Component& component : system.components) component.binary = Binary{};
  require(make_image(system, {}) == make_image(system, {}));
  dot_graph(system);
  description(system, "");
  return 0;
}
