// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <span>

#include "servers/process/types.hpp"

namespace process {

/// Random bytes: ChaCha20 (RFC 8439) over a key that is replaced by its own output after each request, so that what was
/// handed out cannot be computed from what is kept.
class Random {
 public:
  static constexpr std::size_t key_words = 8;

  /// Mixes what is unpredictable into the key.
  void add(std::span<const u64> entropy);
  void fill(std::span<std::byte> to);

 private:
  std::array<u32, 16> block(u64 counter) const;

  std::array<u32, key_words> key_{};
  u64 added_ = 0;
};

}  // namespace process
