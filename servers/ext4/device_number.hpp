// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "servers/ext4/layout/little.hpp"

namespace ext4 {

struct DeviceNumber {
  std::uint32_t major_number = 0;
  std::uint32_t minor_number = 0;
};

/// As Linux packs a device number of 12 and 20 bits into 32.
constexpr std::uint32_t pack_device(DeviceNumber device) {
  return (device.minor_number & 0xFF) | (device.major_number & 0xFFF) << 8 | (device.minor_number & 0xFFF00) << 12;
}
constexpr DeviceNumber unpack_device(std::uint32_t packed) {
  return {packed >> 8 & 0xFFF, (packed & 0xFF) | (packed >> 12 & 0xFFF00)};
}

// In an inode: in the first word of the map where both numbers fit eight bits, else packed in the second.

inline DeviceNumber decode_device(const std::array<std::byte, 60>& map) {
  std::array<layout::Little32, 2> words;
  std::memcpy(words.data(), map.data(), sizeof(words));
  if (words[0] != 0) return {words[0] >> 8 & 0xFF, words[0] & 0xFF};
  return unpack_device(words[1]);
}

inline void encode_device(DeviceNumber device, std::array<std::byte, 60>& map) {
  std::array<layout::Little32, 2> words{};
  if (device.major_number < 256 && device.minor_number < 256)
    words[0] = device.major_number << 8 | device.minor_number;
  else
    words[1] = pack_device(device);
  std::memcpy(map.data(), words.data(), sizeof(words));
}

}  // namespace ext4
