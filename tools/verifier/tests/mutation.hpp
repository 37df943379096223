// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <string>

#include "tools/verifier/system.hpp"
#include "tools/verifier/tests/manifest_text.hpp"

namespace verifier::test {

/// One change of one manifest. `kind` is what was changed and how, "import.lanes less"; `what` says it in full.
struct Mutation {
  std::string kind;
  std::string what;
  ManifestText text;
};

/// Every change that the test knows of, of the component's manifest: each value made smaller, larger, nought, huge or
/// another; each key and each table removed or doubled; each table and each right of the other components taken over.
void mutate(const std::vector<Manifest>& system, std::size_t component,
            const std::function<void(const Mutation&)>& take);

}  // namespace verifier::test
