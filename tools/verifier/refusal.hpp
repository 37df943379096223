// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace verifier {

/// Where something was said. Line 0: the file as a whole.
struct Place {
  std::string file;
  unsigned line = 0;
};

/// Why a system is not verified. `rule` is a short name that tests and docs/manifests.md know.
struct Refusal {
  std::string rule;
  Place place;
  std::string what;
  std::string mend;
};

/// FILE:LINE: error: WHAT [RULE], and on a line of its own how to mend it.
std::string to_string(const Refusal& refusal);

/// All that is wrong, so that a reader mends everything at once.
class Refusals {
 public:
  void add(std::string_view rule, Place place, std::string what, std::string mend);
  bool empty() const { return refusals_.empty(); }
  const std::vector<Refusal>& all() const { return refusals_; }
  bool has(std::string_view rule) const;

 private:
  std::vector<Refusal> refusals_;
};

}  // namespace verifier
