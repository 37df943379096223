// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace contractc {

/// Text being written. `$name` or `${name}` in a template stands for a value.
class Output {
 public:
  using Values = std::initializer_list<std::pair<std::string_view, std::string>>;

  void put(std::string_view text, Values values = {});
  /// `///` lines, or nothing.
  void document(std::string_view documentation, std::string_view indent = "");
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace contractc
