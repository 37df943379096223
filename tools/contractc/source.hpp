// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace contractc {

/// A file as it was named on the command line or in an `import`, and its text.
struct Source {
  std::string path;
  std::string text;
};

/// A place in a source; lines and columns count from 1, columns in bytes.
struct Position {
  const Source* source = nullptr;
  unsigned line = 1;
  unsigned column = 1;
};

/// What is wrong, where, and how to mend it.
struct Diagnostic {
  Position at;
  std::string wrong;
  std::string mend;

  /// "file:line:column: error: what is wrong; how to mend it"
  std::string text() const;
};

/// Collects what is wrong with a contract; compilation goes on as long as it makes sense.
class Diagnostics {
 public:
  void error(const Position& at, std::string wrong, std::string mend);
  bool any() const { return !list_.empty(); }
  const std::vector<Diagnostic>& list() const { return list_; }

 private:
  std::vector<Diagnostic> list_;
};

}  // namespace contractc
