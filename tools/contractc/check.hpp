// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <map>

#include "tools/contractc/model.hpp"
#include "tools/contractc/syntax.hpp"

namespace contractc {

/// Finds an imported contract; null where it does not exist or has errors, which then have been reported.
using Importer = std::function<std::shared_ptr<const model::Contract>(const syntax::Name& name)>;

/// Resolves names, computes sizes, and holds the contract against the rules of docs/contracts.md. What it returns is
/// fit for generators only if no error was reported.
std::unique_ptr<model::Contract> check(const syntax::Contract& contract, const std::vector<syntax::Name>& imports,
                                       const Importer& importer, Diagnostics& diagnostics);

std::unique_ptr<model::Personality> check(const syntax::Personality& personality, Diagnostics& diagnostics);

}  // namespace contractc
