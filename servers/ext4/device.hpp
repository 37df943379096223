// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "servers/ext4/number.hpp"

namespace ext4 {

enum class DeviceError : std::uint8_t {
  failed = 1,    ///< the medium or its driver reported an error
  out_of_range,  ///< beyond the last block
};

/// What the file system stands on: blocks of 4096 bytes. In the component this is a shadow of the contract
/// `disk`, which has lived through restarts of the driver by the time it answers; in tests it is an image file.
class BlockDevice {
 public:
  virtual std::uint64_t block_count() const = 0;
  /// `bytes` is exactly `count` blocks.
  virtual std::expected<void, DeviceError> read(PhysicalBlock first, std::uint32_t count,
                                                std::span<std::byte> bytes) = 0;
  virtual std::expected<void, DeviceError> write(PhysicalBlock first, std::uint32_t count,
                                                 std::span<const std::byte> bytes) = 0;
  /// Returns when all that was written before is on the medium.
  virtual std::expected<void, DeviceError> flush() = 0;

 protected:
  ~BlockDevice() = default;
};

}  // namespace ext4
