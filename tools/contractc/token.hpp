// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>

#include "tools/contractc/source.hpp"

namespace contractc {

struct Token {
  enum class Kind { name, number, punctuation, end };

  Kind kind = Kind::end;
  std::string_view text;     // in the source
  std::uint64_t number = 0;  // of a number
  Position at;
  bool joined = false;        // the next character follows without a space: `>` `>` may be one operator
  std::string documentation;  // the `///` lines before it

  bool is(std::string_view what) const { return kind != Kind::number && kind != Kind::end && text == what; }
  /// How an error names it.
  std::string shown() const { return kind == Kind::end ? "the end of the file" : "`" + std::string(text) + "`"; }
};

}  // namespace contractc
