// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string_view>

#include "servers/file/error.hpp"

namespace file {

/// A file or folder that the information server makes up.
struct InformationNode {
  u32 node = 0;
  bool folder = false;
  u16 mode = 0;  // permission bits
};

/// Takes what is in a folder; false: enough.
class InformationListing {
 public:
  virtual bool add(std::string_view name, const InformationNode& node, u32 next) = 0;

 protected:
  ~InformationListing() = default;
};

/// The information server, as this one uses it. Its root is node 0.
class Information {
 public:
  virtual Result<InformationNode> lookup(u32 folder, std::string_view name) = 0;
  virtual Result<> list(u32 folder, u32 position, InformationListing& listing) = 0;
  /// Says how much there was; nothing at the end.
  virtual Result<u32> read(u32 node, u64 offset, std::span<std::byte> to) = 0;
  /// What only this server knows: nanoseconds from the monotonic clock to the time of day, pages of contents of files,
  /// and how many of them could be given back at once.
  virtual void know(i64 clock_offset, u32 cached, u32 reclaimable) = 0;
  virtual Result<u32> write(u32 node, std::span<const std::byte> from) = 0;

 protected:
  ~Information() = default;
};

}  // namespace file
