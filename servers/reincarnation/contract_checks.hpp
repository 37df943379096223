// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "lib/contract/violation.hpp"

namespace reincarnation {

/// The generated checks of one contract of the system.
struct ContractChecks {
  std::string_view name;
  contract::Violation (*request)(const contract::Message& message);
  contract::Violation (*reply)(const contract::Message& message);
};

/// Null: no such contract. Made by the build of all files in contracts/.
const ContractChecks* checks_of(std::string_view contract);

}  // namespace reincarnation
