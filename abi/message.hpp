// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/tag.hpp"

// A message is 64 bytes in registers: a tag and seven payload words. The kernel stamps the sender in a ninth word.
namespace abi {

inline constexpr unsigned payload_words = 7;

struct Message {
  Tag tag;
  u64 words[payload_words] = {};

  constexpr Lend lend(unsigned index) const { return {words[5 - 2 * index], words[6 - 2 * index]}; }
  constexpr void set_lend(unsigned index, Lend lend) {
    words[5 - 2 * index] = lend.where;
    words[6 - 2 * index] = lend.extent;
  }
};
static_assert(sizeof(Message) == 64);

}  // namespace abi
