// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/verifier/refusal.hpp"

namespace verifier {

/// What the verifier needs to know of a contract.
struct Contract {
  std::string name;
  std::optional<std::uint64_t> version;  // none: the paper's dialect
  unsigned events = 0;
  bool lends = false;  // some request carries a lend
};

/// Which server takes each Linux call, and page faults.
struct Personality {
  struct Call {
    unsigned number = 0;
    std::string name;
    std::string server;
  };
  std::string name;
  std::string path;
  std::vector<std::string> servers;
  std::vector<Call> calls;
  std::string fault;
};

struct ContractTable {
  std::vector<std::string> known;  // names of all there are, described or not
  std::map<std::string, Contract, std::less<>> contracts;
  std::optional<Personality> personality;
};

/// The name of a contract in files and namespaces: snake case.
std::string space_of(std::string_view name);

/// Adds what `contractc --describe` printed for the file `path`.
void add_description(const std::string& path, std::string_view json, ContractTable& table, Refusals& refusals);

}  // namespace verifier
