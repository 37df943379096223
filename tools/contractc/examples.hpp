// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/contractc/scope.hpp"

namespace contractc {

/// A message as it lies in the registers.
struct Example {
  unsigned number = 0;
  unsigned lends = 0;
  std::array<std::uint64_t, 7> words{};

  void put(std::uint64_t offset, std::uint64_t size, std::uint64_t value);
};

/// An example of a message, and what is wrong with it.
struct BadExample {
  std::string what;
  std::string violation;  // enumerator of contract::Violation
  Example example;
};

/// A message that the contract allows; nothing where no values were found that satisfy `requires`.
std::optional<Example> good_example(const model::Message& message);

/// One message for each way in which one alone can break the contract.
std::vector<BadExample> bad_examples(const model::Message& message);

}  // namespace contractc
