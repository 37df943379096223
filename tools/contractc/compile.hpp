// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <deque>
#include <map>

#include "tools/contractc/check.hpp"

namespace contractc {

/// Reads files, those that they import too, and checks them.
class Compilation {
 public:
  struct Result {
    std::shared_ptr<const model::Contract> contract;  // one of the two, null after errors
    std::shared_ptr<const model::Personality> personality;
  };

  /// Compiles a file.
  Result compile(const std::string& path);
  /// Compiles a text; imports are looked for beside `path`.
  Result compile(const std::string& path, std::string text);

  Diagnostics& diagnostics() { return diagnostics_; }
  /// Every file that was read.
  const std::deque<Source>& sources() const { return sources_; }

 private:
  Result compile(const Source& source);
  std::shared_ptr<const model::Contract> import(const Source& from, const syntax::Name& name);

  Diagnostics diagnostics_;
  std::deque<Source> sources_;  // positions point into it
  std::map<std::string, std::shared_ptr<const model::Contract>> imported_;
};

}  // namespace contractc
