// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/verifier/manifest.hpp"

namespace verifier::test {

/// A manifest as text that can be changed key by key. Every key is written out, defaults too.
struct ManifestText {
  using Key = std::pair<std::string, std::string>;
  struct Block {
    std::string heading;  // "export"
    std::vector<Key> keys;
  };

  std::vector<Key> keys;
  std::vector<Block> blocks;

  explicit ManifestText(const Manifest& manifest);
  std::string text() const;
};

}  // namespace verifier::test
