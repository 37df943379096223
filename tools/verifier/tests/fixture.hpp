// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/verifier/system.hpp"

namespace verifier::test {

struct Text {
  std::string path;
  std::string text;
};

/// The contracts of the tests: disk (lends), keys (two events), pci, store, blame, plain, old (no version), and a
/// personality with the servers file, memory and process.
ContractTable contracts();

/// A manifest named `name`: line 1 the name, line 2 the rank, `rest` from line 3 on. Its path is NAME.toml.
Text component(std::string_view name, unsigned rank, std::string_view rest = "");

/// What reading one manifest, or verifying a system of them, refuses: as people see it.
std::string reading_of(const Text& manifest);
std::string refusals_of(const std::vector<Text>& manifests);
std::string refusals_of(const std::vector<Text>& manifests, ContractTable contracts);

/// A system that must be good.
System system_of(const std::vector<Text>& manifests);

std::string refusal(std::string_view place, std::string_view what, std::string_view rule, std::string_view mend);

}  // namespace verifier::test
