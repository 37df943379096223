// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include <format>
#include <string>
#include <string_view>
#include <vector>

#include "tools/contractc/compile.hpp"

namespace contractc::test {

/// A text with a mistake at `@`, and what the compiler is to say of it.
struct Mistake {
  std::string_view text;
  std::string_view wrong;
  std::string_view mend;
};

/// What the compiler says of a text, a line each.
inline std::vector<std::string> errors_of(const std::string& path, std::string text) {
  Compilation compilation;
  const Compilation::Result result = compilation.compile(path, std::move(text));
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : compilation.diagnostics().list()) lines.push_back(diagnostic.text());
  EXPECT_EQ(lines.empty(), result.contract != nullptr || result.personality != nullptr);
  return lines;
}

/// Puts items into a contract that has a state and two messages, `q` and `a`.
inline std::string with_items(std::string_view items) {
  return std::format(
      "contract t version 1 {{ in message q() idempotent within 1 s; out message a(); state S: q? -> a! -> S; {} }}",
      items);
}

/// The first error is the expected one, at `@`, whole.
inline void expect_mistake(const std::string& text, const Mistake& mistake) {
  const std::size_t mark = text.find('@');
  ASSERT_NE(mark, std::string::npos) << text;
  unsigned line = 1;
  unsigned column = 1;
  for (std::size_t i = 0; i < mark; ++i) {
    ++column;
    if (text[i] == '\n') {
      ++line;
      column = 1;
    }
  }
  std::string clean = text;
  clean.erase(mark, 1);
  const std::vector<std::string> errors = errors_of("t.contract", clean);
  ASSERT_FALSE(errors.empty()) << "accepted: " << clean;
  EXPECT_EQ(errors.front(), std::format("t.contract:{}:{}: error: {}; {}", line, column, mistake.wrong, mistake.mend))
      << clean;
}

}  // namespace contractc::test
