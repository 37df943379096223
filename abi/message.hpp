// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/tag.hpp"

// A message is 64 bytes in registers: a tag and seven payload words. The kernel stamps the sender in a ninth word.
namespace abi {

inline constexpr unsigned payload_words = 7;
inline constexpr unsigned label_export_shift = 12;  // in a label: the export of the component called

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

/// Passes on part of a lend that came with the call `parent` names.
constexpr Lend derived_lend(Endpoint parent, unsigned index, u64 offset, u32 length, u64 rights) {
  return {offset | u64{parent.thread()} << 48 | u64{index} << 59 | Lend::derived_bit | rights,
          u64{length} | u64{parent.sequence()} << 32};
}

}  // namespace abi
