// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "servers/ext4/number.hpp"

namespace ext4::testing {

/// The content of a disk. Blocks of zeroes take no memory, and a copy shares its blocks with the original until one
/// of them writes, so that images are cheap to keep and to change.
class SparseImage {
 public:
  SparseImage() = default;
  explicit SparseImage(std::uint64_t blocks) : blocks_(blocks) {}
  static SparseImage load(const std::filesystem::path& path);
  void save(const std::filesystem::path& path) const;

  std::uint64_t block_count() const { return blocks_.size(); }
  std::span<const std::byte, block_size> read(PhysicalBlock number) const;
  std::span<std::byte, block_size> write(PhysicalBlock number);
  template <typename T>
  T& at(PhysicalBlock number, std::size_t offset) {
    return *reinterpret_cast<T*>(write(number).data() + offset);
  }
  /// The numbers of the blocks that are not zero.
  std::vector<PhysicalBlock> used() const;
  friend bool operator==(const SparseImage&, const SparseImage&);

 private:
  struct alignas(16) Content {
    std::array<std::byte, block_size> bytes{};
  };
  std::vector<std::shared_ptr<Content>> blocks_;
};

}  // namespace ext4::testing
