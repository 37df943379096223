// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>

#include "abi/types.hpp"

// How a vault lies in its memory. A change touches two pages: the first (header, checksums, log) and the record's.
//
//   Header | extents | checksums | undo log | records, upwards ... | names, at the end
//
// Everything is written in words of eight bytes, and the order of the writes is the order of the program.
namespace component::vault {

using abi::u32;
using abi::u64;
using Word [[gnu::may_alias]] = u64;

inline constexpr u64 magic = 0x3174'6c75'6156'6b42;  // "BkVault1"
inline constexpr unsigned max_records = 32;

/// Where a record lies: bytes from the vault's base, and its size padded to whole words.
struct Extent {
  u32 offset = 0;
  u32 bytes = 0;
};

/// `state` is the one word on which everything turns: bytes of valid log in bits 0..31, number of transactions ended
/// above. A log that is not empty is a transaction that must be rolled back. A reader from outside copies what it wants
/// between two reads of it, and takes the copy if both are equal and say that no transaction is open.
struct Header {
  u64 magic = 0;
  u64 bytes = 0;    // of the whole vault; another size is another vault
  u64 check = 0;    // of the two above
  u64 records = 0;  // how many are complete; its complement in the upper half
  u64 state = 0;
  u64 unused[3] = {};
};
static_assert(sizeof(Header) == 64);

/// What says that a record found is the record meant.
struct Name {
  char text[24] = {};
  u32 bytes = 0;    // sizeof the type
  u32 version = 0;  // of the type, counted by whoever changes it
  u64 check = 0;    // of all above and of the extent
};
static_assert(sizeof(Name) == 40);

inline constexpr std::size_t extents_offset = sizeof(Header);
inline constexpr std::size_t checksums_offset = extents_offset + max_records * sizeof(Extent);
inline constexpr std::size_t log_offset = checksums_offset + max_records * sizeof(u64);
inline constexpr std::size_t names_bytes = max_records * sizeof(Name);

/// A quarter of a vault holds its log, from 1 KiB to 16 KiB: the most that one transaction changes is a little less.
constexpr std::size_t log_bytes(std::size_t vault_bytes) {
  const std::size_t quarter = vault_bytes / 4 & ~std::size_t{63};
  return quarter < 1024 ? 1024 : quarter > 16384 ? 16384 : quarter;
}
constexpr std::size_t records_offset(std::size_t vault_bytes) { return log_offset + log_bytes(vault_bytes); }
constexpr std::size_t names_offset(std::size_t vault_bytes) { return vault_bytes - names_bytes; }

inline constexpr std::size_t least_bytes = records_offset(0) + names_bytes;
static_assert(least_bytes <= abi::page_size);

/// Spreads a word at its place over 64 bits. One to one in the word, so that a single changed word always shows; a sum
/// of these over all words can be kept up to date from the old and the new value of those that change.
constexpr u64 spread(u64 place, u64 word) {
  u64 value = (word ^ place * 0x9e37'79b9'7f4a'7c15) * 0xbf58'476d'1ce4'e5b9;
  value ^= value >> 32;
  return value * 0x94d0'49bb'1331'11eb;
}

}  // namespace component::vault
