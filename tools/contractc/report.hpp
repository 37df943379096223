// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "tools/contractc/model.hpp"

namespace contractc {

/// One JSON object: what the tracer needs to decode messages, and the verifier to connect components.
std::string describe(const model::Contract& contract);
std::string describe(const model::Personality& personality);

/// Reference documentation, as Markdown. That of a personality is made of its description, by tools/command/docs.py.
std::string document(const model::Contract& contract);

/// A type as it is written in contracts.
std::string type_text(const model::Type& type);
std::string_view on_failure_text(model::OnFailure on_failure);

}  // namespace contractc
