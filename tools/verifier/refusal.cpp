// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/refusal.hpp"

#include <algorithm>

namespace verifier {

std::string to_string(const Refusal& refusal) {
  std::string text = refusal.place.file;
  if (refusal.place.line != 0) text += ":" + std::to_string(refusal.place.line);
  return text + ": error: " + refusal.what + " [" + refusal.rule + "]\n    mend: " + refusal.mend + "\n";
}

void Refusals::add(std::string_view rule, Place place, std::string what, std::string mend) {
  refusals_.push_back({std::string(rule), std::move(place), std::move(what), std::move(mend)});
}

bool Refusals::has(std::string_view rule) const {
  return std::ranges::any_of(refusals_, [&](const Refusal& refusal) { return refusal.rule == rule; });
}

}  // namespace verifier
