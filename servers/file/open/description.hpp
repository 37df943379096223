// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/linux/flags.hpp"
#include "servers/file/tree/mounts.hpp"

namespace file {

enum class DescriptionId : u32 { none = 0xffff'ffff };

/// What an open file description leads to.
enum class Kind : u8 {
  nothing,
  file,  // contents in the page cache
  directory,
  synthetic,  // contents made by a provider at each read
  path,       // O_PATH: a name only
  null_device,
  zero_device,
  full_device,
  random_device,
  log_device,  // /dev/kmsg, and the console where there is no terminal server
  pipe,
  terminal,
  count
};

/// An open file description: what descriptors that were duplicated or inherited share.
struct Description {
  u64 offset = 0;
  u64 next_read = 0;  // where a sequential reader would go on
  Position position;
  u32 references = 0;        // descriptors and calls under way
  u32 flags = 0;             // access mode and status flags
  u32 handle = 0xffff'ffff;  // pipe, terminal; of others their own number
  u32 owner = 0;             // F_SETOWN
  u32 window = 0;            // pages to read ahead
  Kind kind = Kind::nothing;
  bool writes_counted = false;  // it counts among its node's writers
  bool at_end = false;          // of synthetic: a reader met the end at next_read

  bool readable() const { return (flags & flags::access_mode) != flags::write_only; }
  bool writable() const { return (flags & flags::access_mode) != flags::read_only; }
  bool non_blocking() const { return flags & flags::non_block; }
};
static_assert(sizeof(Description) <= 64);

}  // namespace file
