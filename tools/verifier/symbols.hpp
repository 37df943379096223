// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace verifier {

/// What the addresses of a component's text are: its part of the symbol file (docs/recovery.md), which
/// programs/service/places.cpp reads.
class Symbols {
 public:
  /// From what `llvm-nm -C -n` and `llvm-dwarfdump --debug-line` print. Files below `root` are named from there;
  /// others, such as the C++ library's, are left out: what was inlined from them counts to the line before.
  Symbols(std::string_view names, std::string_view lines, const std::string& root);

  std::string text() const;

 private:
  struct Line {
    std::size_t file = 0;
    unsigned line = 0;
    friend bool operator==(const Line&, const Line&) = default;
  };

  void take_names(std::string_view names);
  void take_lines(std::string_view lines, const std::string& root);
  std::size_t number_of(const std::string& file);

  std::map<std::uint64_t, std::string> functions_;
  std::map<std::uint64_t, std::optional<Line>> lines_;  // none: no line from here on
  std::vector<std::string> files_;
  std::map<std::string, std::size_t> numbers_;
  std::uint64_t end_ = 0;
};

}  // namespace verifier
