// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/tests/memory_device.hpp"

#include <algorithm>

namespace ext4::testing {

bool MemoryDevice::inside(PhysicalBlock first, std::uint32_t count, std::size_t bytes) const {
  return count != 0 && bytes == std::size_t{count} * block_size && first.value < block_count() &&
         count <= block_count() - first.value;
}

std::expected<void, DeviceError> MemoryDevice::read(PhysicalBlock first, std::uint32_t count,
                                                    std::span<std::byte> bytes) {
  ++reads;
  if (!inside(first, count, bytes.size())) return std::unexpected(DeviceError::out_of_range);
  if (fails && fails(false, first)) return std::unexpected(DeviceError::failed);
  for (std::uint32_t i = 0; i < count; ++i)
    std::ranges::copy(content_.read(first + i), bytes.subspan(std::size_t{i} * block_size).begin());
  return {};
}

std::expected<void, DeviceError> MemoryDevice::write(PhysicalBlock first, std::uint32_t count,
                                                     std::span<const std::byte> bytes) {
  ++writes;
  if (!inside(first, count, bytes.size())) return std::unexpected(DeviceError::out_of_range);
  if (fails && fails(true, first)) return std::unexpected(DeviceError::failed);
  if (written != nullptr)
    for (std::uint32_t i = 0; i < count; ++i) written->insert(first.value + i);
  for (std::uint32_t i = 0; i < count; ++i)
    std::ranges::copy(bytes.subspan(std::size_t{i} * block_size, block_size), content_.write(first + i).begin());
  return {};
}

std::expected<void, DeviceError> MemoryDevice::flush() {
  ++flushes;
  if (fails && fails(true, PhysicalBlock{~std::uint64_t{0}})) return std::unexpected(DeviceError::failed);
  return {};
}

}  // namespace ext4::testing
