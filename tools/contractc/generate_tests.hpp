// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>

#include "tools/contractc/generate.hpp"

namespace contractc {

/// A GoogleTest source that sends every violation from either side, and shows that without the monitor nobody says so.
/// Nothing if there are messages for which no example was found, which are then named.
std::optional<std::string> generate_violation_tests(const model::Contract& contract,
                                                    std::vector<std::string>& without_example);

/// Sources that must not compile, with the diagnostics that clang's -verify is to see, and twins that must.
struct StateTests {
  std::string wrong_states;  // messages in states that do not accept them, answers without a handler
  std::string wrong_moves;   // uses after a move, forgotten outcomes
  std::string twins;         // the same, right
};
StateTests generate_state_tests(const model::Contract& contract);

}  // namespace contractc
