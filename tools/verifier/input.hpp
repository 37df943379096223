// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

#include "tools/verifier/contract_table.hpp"
#include "tools/verifier/manifest.hpp"
#include "tools/verifier/system.hpp"

namespace verifier {

/// Every manifest.toml below the folders (or the files themselves), sorted by path.
std::vector<Manifest> read_manifests(const std::vector<std::string>& paths, Refusals& refusals);

/// The contracts that the manifests speak of, and the Linux calls, as the contract compiler describes them.
ContractTable read_contracts(const std::string& folder, const std::string& compiler,
                             const std::vector<Manifest>& manifests, Refusals& refusals);

/// The program of each component, by the name that its manifest gives.
void read_binaries(System& system, const std::string& folder, Refusals& refusals);

}  // namespace verifier
