// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/extent_node.hpp"

#include <cstring>

namespace ext4 {
namespace {

constexpr std::size_t entry_size = sizeof(layout::Extent);

bool extents_in_order(ConstExtentNode node) {
  std::uint64_t end = 0;
  for (std::uint32_t i = 0; i < node.entries(); ++i) {
    const layout::Extent& extent = node.extent(i);
    const std::uint32_t length = decode_extent(extent).length;
    if (length == 0 || extent.logical < end) return false;
    end = std::uint64_t{extent.logical} + length;
  }
  return end <= maximum_file_blocks;
}

bool indices_in_order(ConstExtentNode node) {
  for (std::uint32_t i = 1; i < node.entries(); ++i)
    if (node.index(i).logical <= node.index(i - 1).logical) return false;
  return node.entries() != 0;
}

bool node_well_formed(const std::byte* bytes, std::uint16_t capacity) {
  const ConstExtentNode node(bytes);
  const layout::ExtentHeader& header = node.header();
  if (header.magic != layout::extent_magic || header.capacity == 0 || header.capacity > capacity ||
      header.entries > header.capacity || header.depth > layout::maximum_extent_depth)
    return false;
  return header.depth == 0 ? extents_in_order(node) : indices_in_order(node);
}

}  // namespace

bool extent_root_well_formed(const std::array<std::byte, 60>& map) {
  return node_well_formed(map.data(), extent_root_capacity);
}

bool extent_block_well_formed(ConstBlock block) { return node_well_formed(block.data(), extent_block_capacity); }

Mapping decode_extent(const layout::Extent& extent) {
  const bool written = extent.length <= layout::maximum_written_length;
  return {.logical = LogicalBlock{extent.logical},
          .length = std::uint32_t{extent.length} - (written ? 0 : layout::maximum_written_length),
          .physical = PhysicalBlock{layout::join(extent.physical_high, extent.physical_low)},
          .content = written ? Content::written : Content::unwritten};
}

layout::Extent encode_extent(const Mapping& mapping) {
  const std::uint32_t bias = mapping.content == Content::written ? 0 : layout::maximum_written_length;
  return {.logical = mapping.logical.value,
          .length = static_cast<std::uint16_t>(mapping.length + bias),
          .physical_high = static_cast<std::uint16_t>(mapping.physical.value >> 32),
          .physical_low = layout::low_half(mapping.physical.value)};
}

layout::ExtentIndex encode_index(LogicalBlock logical, PhysicalBlock child) {
  return {.logical = logical.value,
          .node_low = layout::low_half(child.value),
          .node_high = static_cast<std::uint16_t>(child.value >> 32),
          .unused = 0};
}

std::int32_t search(ConstExtentNode node, LogicalBlock block) {
  std::uint32_t low = 0;
  std::uint32_t high = node.entries();
  while (low < high) {
    const std::uint32_t middle = (low + high) / 2;
    if (node.first_logical(middle) <= block)
      low = middle + 1;
    else
      high = middle;
  }
  return static_cast<std::int32_t>(low) - 1;
}

void insert_entry(ExtentNode node, std::uint32_t position, const void* entry) {
  const std::uint32_t behind = node.entries() - position;
  std::memmove(node.address(position + 1), node.address(position), behind * entry_size);
  std::memcpy(node.address(position), entry, entry_size);
  node.header().entries = static_cast<std::uint16_t>(node.entries() + 1);
}

void remove_entry(ExtentNode node, std::uint32_t position) {
  const std::uint32_t behind = node.entries() - position - 1;
  std::memmove(node.address(position), node.address(position + 1), behind * entry_size);
  std::memset(node.address(node.entries() - 1), 0, entry_size);
  node.header().entries = static_cast<std::uint16_t>(node.entries() - 1);
}

void move_entries(ExtentNode from, std::uint32_t position, ExtentNode to, std::uint16_t capacity) {
  const std::uint32_t moved = from.entries() - position;
  to.header() = {.magic = layout::extent_magic,
                 .entries = static_cast<std::uint16_t>(moved),
                 .capacity = capacity,
                 .depth = from.header().depth,
                 .generation = 0};
  std::memcpy(to.address(0), from.address(position), moved * entry_size);
  std::memset(from.address(position), 0, moved * entry_size);
  from.header().entries = static_cast<std::uint16_t>(position);
}

}  // namespace ext4
