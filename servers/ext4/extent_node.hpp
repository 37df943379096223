// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "servers/ext4/checksum.hpp"
#include "servers/ext4/layout/extent.hpp"
#include "servers/ext4/number.hpp"
#include "servers/ext4/run.hpp"

namespace ext4 {

/// What is known of a stretch of a file.
enum class Content : std::uint8_t {
  hole,       ///< no blocks; reads as zeroes
  written,    ///< blocks with the file's content
  unwritten,  ///< blocks that belong to the file and have not been written; reads as zeroes
  reserved,   ///< a hole for which blocks are kept; only FileSystem::reserve says so
};

struct Mapping {
  LogicalBlock logical{};
  std::uint32_t length = 0;
  PhysicalBlock physical{};  ///< meaningless for a hole
  Content content = Content::hole;

  constexpr LogicalBlock end() const { return logical + length; }
  constexpr Run run() const { return {physical, length}; }
};

inline constexpr std::uint16_t extent_root_capacity = 4;
inline constexpr std::uint16_t extent_block_capacity =
    (block_size - sizeof(layout::ExtentHeader)) / sizeof(layout::Extent);

bool extent_root_well_formed(const std::array<std::byte, 60>& map);
bool extent_block_well_formed(ConstBlock block);

constexpr std::uint32_t maximum_extent_length(Content content) {
  return content == Content::written ? layout::maximum_written_length : layout::maximum_unwritten_length;
}
Mapping decode_extent(const layout::Extent& extent);
layout::Extent encode_extent(const Mapping& mapping);
inline PhysicalBlock child_of(const layout::ExtentIndex& index) {
  return PhysicalBlock{layout::join(index.node_high, index.node_low)};
}
layout::ExtentIndex encode_index(LogicalBlock logical, PhysicalBlock child);

/// A well-formed node: the root in an inode or a block, its entries extents (depth 0) or indices. Both are as
/// long and begin with the logical block.
template <typename Byte>
class ExtentNodeView {
 public:
  explicit ExtentNodeView(Byte* node) : node_{node} {}

  auto& header() const { return at<layout::ExtentHeader>(0); }
  std::uint32_t entries() const { return header().entries; }
  std::uint32_t depth() const { return header().depth; }
  bool full() const { return header().entries >= header().capacity; }
  auto& extent(std::uint32_t position) const { return at<layout::Extent>(offset(position)); }
  auto& index(std::uint32_t position) const { return at<layout::ExtentIndex>(offset(position)); }
  LogicalBlock first_logical(std::uint32_t position) const { return LogicalBlock{extent(position).logical}; }
  Byte* address(std::uint32_t position) const { return node_ + offset(position); }

 private:
  static constexpr std::size_t offset(std::uint32_t position) {
    return sizeof(layout::ExtentHeader) + std::size_t{position} * sizeof(layout::Extent);
  }
  template <typename T>
  auto& at(std::size_t offset) const {
    using Target = std::conditional_t<std::is_const_v<Byte>, const T, T>;
    return *reinterpret_cast<Target*>(node_ + offset);
  }

  Byte* node_;
};

using ConstExtentNode = ExtentNodeView<const std::byte>;
using ExtentNode = ExtentNodeView<std::byte>;

/// The last entry that begins at or before `block`; -1 if all begin after it.
std::int32_t search(ConstExtentNode node, LogicalBlock block);

/// Moves entries apart and puts a copy of `entry` (an extent or an index) there. The node must not be full.
void insert_entry(ExtentNode node, std::uint32_t position, const void* entry);
void remove_entry(ExtentNode node, std::uint32_t position);
/// Makes `to` an empty node of the same depth and moves the entries from `position` on into it.
void move_entries(ExtentNode from, std::uint32_t position, ExtentNode to, std::uint16_t capacity);

}  // namespace ext4
