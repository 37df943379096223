// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "servers/file/error.hpp"

namespace file {

/// Random bytes that nobody who sees some of them can foretell: ChaCha20 (RFC 8439) whose key is replaced after each
/// use (fast key erasure).
class Random {
 public:
  /// Mixes in what an attacker does not know; more than once where it comes in parts.
  void seed(std::span<const u32, 8> words);
  void fill(std::span<std::byte> to);

 private:
  void block(u32 (&out)[16]);

  u32 key_[8] = {};
  u64 counter_ = 0;
};

}  // namespace file
