// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/contract_table.hpp"

#include <nlohmann/json.hpp>

namespace verifier {
namespace {

using nlohmann::json;

Contract read_contract(const json& description) {
  Contract contract;
  contract.name = description.at("name");
  if (const auto version = description.find("version"); version != description.end() && version->is_number_unsigned())
    contract.version = version->get<std::uint64_t>();
  contract.events = static_cast<unsigned>(description.value("events", json::array()).size());
  for (const json& message : description.at("messages")) {
    const auto lends = message.value("lends", json::array());
    if (message.at("direction") == "in" && !lends.empty()) contract.lends = true;
  }
  return contract;
}

Personality read_personality(const std::string& path, const json& description) {
  Personality personality;
  personality.name = description.at("name");
  personality.path = path;
  for (const json& server : description.at("servers")) personality.servers.push_back(server);
  for (const json& call : description.at("calls"))
    personality.calls.push_back({call.at("number"), call.at("name"), call.at("server")});
  personality.fault = description.value("fault", "");
  return personality;
}

}  // namespace

std::string space_of(std::string_view name) {
  std::string space;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool upper = name[i] >= 'A' && name[i] <= 'Z';
    if (upper && i != 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z') space += '_';
    space += upper ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return space;
}

void add_description(const std::string& path, std::string_view text, ContractTable& table, Refusals& refusals) {
  try {
    const json description = json::parse(text);
    if (description.at("kind") == "personality") {
      table.personality = read_personality(path, description);
    } else {
      Contract contract = read_contract(description);
      table.contracts[contract.name] = std::move(contract);
    }
  } catch (const json::exception& error) {
    refusals.add("description", {path, 0}, std::string("its description is not understood: ") + error.what(),
                 "build contractc and this tool from the same sources");
  }
}

}  // namespace verifier
