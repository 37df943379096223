// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

#include "servers/ext4/checksum.hpp"
#include "servers/ext4/geometry.hpp"
#include "servers/ext4/layout/directory.hpp"

namespace ext4 {

/// Levels of inner nodes below the root that a directory may have (feature largedir is refused).
inline constexpr std::uint32_t maximum_index_levels = 1;

bool index_root_well_formed(const Geometry& geometry, ConstBlock block);
bool index_node_well_formed(const Geometry& geometry, ConstBlock block);

/// The entries of a root or node of a hash tree. Entry 0 stands for everything below entry 1's hash.
template <typename Byte>
class IndexView {
 public:
  IndexView(Byte* block, BlockKind kind)
      : entries_{block + (kind == BlockKind::directory_root ? sizeof(layout::IndexRoot) : sizeof(layout::IndexNode))} {}

  std::uint32_t limit() const { return limits().limit; }
  std::uint32_t count() const { return limits().count; }
  void set_limit(std::uint32_t limit) const { limits().limit = static_cast<std::uint16_t>(limit); }
  void set_count(std::uint32_t count) const { limits().count = static_cast<std::uint16_t>(count); }
  bool full() const { return count() >= limit(); }
  std::uint32_t hash(std::uint32_t position) const { return position == 0 ? 0 : std::uint32_t{entry(position).hash}; }
  /// The directory's block that the entry stands for; the upper bits of the field are reserved.
  LogicalBlock block(std::uint32_t position) const { return LogicalBlock{entry(position).block & 0x0FFFFFFF}; }
  auto& entry(std::uint32_t position) const {
    return at<layout::IndexEntry>(std::size_t{position} * sizeof(layout::IndexEntry));
  }

 private:
  template <typename T>
  auto& at(std::size_t offset) const {
    using Target = std::conditional_t<std::is_const_v<Byte>, const T, T>;
    return *reinterpret_cast<Target*>(entries_ + offset);
  }
  auto& limits() const { return at<layout::IndexLimit>(0); }

  Byte* entries_;
};

using ConstIndex = IndexView<const std::byte>;
using Index = IndexView<std::byte>;

inline const layout::IndexRoot& index_root(ConstBlock block) {
  return *reinterpret_cast<const layout::IndexRoot*>(block.data());
}

/// The last entry whose hash is not above `hash`.
std::uint32_t search(ConstIndex index, std::uint32_t hash);
/// Puts an entry behind `position`. The index must not be full.
void insert_behind(Index index, std::uint32_t position, std::uint32_t hash, LogicalBlock block);

/// Makes a root that names `only` for every hash; "." and ".." become those of the directory.
void make_index_root(const Geometry& geometry, Block block, InodeNumber self, InodeNumber parent, LogicalBlock only);
/// Makes a node out of zeroes and moves the entries of `from`, from `position` on, into it.
void make_index_node(const Geometry& geometry, Block block, Index from, std::uint32_t position);

}  // namespace ext4
