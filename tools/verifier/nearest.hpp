// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace verifier {

/// How many letters must be added, removed or changed to make one word of the other (Levenshtein).
inline std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (left[i] != right[j])});
      diagonal = above;
    }
  }
  return row.back();
}

/// The word that was probably meant, or nothing where none is near.
std::string nearest(std::string_view word, const auto& words) {
  std::string best;
  std::size_t least = word.size() / 5 + 2;
  for (const auto& candidate : words)
    if (const std::size_t d = distance(word, candidate); d < least) best = candidate, least = d;
  return best;
}

}  // namespace verifier
