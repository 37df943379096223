// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>

#include "servers/ext4/device.hpp"
#include "servers/ext4/tests/sparse_image.hpp"

namespace ext4::testing {

/// A device in memory that counts, records and fails as it is told.
class MemoryDevice final : public BlockDevice {
 public:
  MemoryDevice() = default;
  explicit MemoryDevice(SparseImage content) : content_{std::move(content)} {}

  std::uint64_t block_count() const override { return content_.block_count(); }
  std::expected<void, DeviceError> read(PhysicalBlock first, std::uint32_t count, std::span<std::byte> bytes) override;
  std::expected<void, DeviceError> write(PhysicalBlock first, std::uint32_t count,
                                         std::span<const std::byte> bytes) override;
  std::expected<void, DeviceError> flush() override;

  SparseImage& content() { return content_; }
  const SparseImage& content() const { return content_; }
  std::span<std::byte> block(PhysicalBlock number) { return content_.write(number); }

  /// Called before each request; true makes it fail. `write` is false for reads, `block` the first block.
  std::function<bool(bool write, PhysicalBlock block)> fails;
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t flushes = 0;
  /// Blocks written, where wanted.
  std::set<std::uint64_t>* written = nullptr;

 private:
  bool inside(PhysicalBlock first, std::uint32_t count, std::size_t bytes) const;

  SparseImage content_;
};

}  // namespace ext4::testing
