// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/bus/pci/configuration.hpp"

#include <algorithm>
#include <cstring>

namespace pci {
namespace {

constexpr u16 address_port = 0xcf8;
constexpr u16 data_port = 0xcfc;
constexpr u32 enable = u32{1} << 31;
// A list longer than the space has room for goes round in circles.
constexpr unsigned most_capabilities = (header::bytes - header::first_capability) / 4;

u16 select(Function function, u32 offset) {
  const u32 address =
      enable | u32{function.bus} << 16 | u32{function.device} << 11 | u32{function.number} << 8 | (offset & 0xfc);
  (void)driver::Kernel::port_out(address_port, 4, address);
  return static_cast<u16>(data_port + (offset & 3));
}

}  // namespace

u32 Configuration::read(Function function, u32 offset, unsigned size) {
  return driver::Kernel::port_in(select(function, offset), size).value_or(~u32{0});
}

void Configuration::read(Function function, u32 offset, std::span<u8> bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    const u32 word = read(function, offset + static_cast<u32>(i), 4);
    std::memcpy(&bytes[i], &word, std::min<std::size_t>(4, bytes.size() - i));
  }
}

void Configuration::write(Function function, u32 offset, unsigned size, u32 value) {
  (void)driver::Kernel::port_out(select(function, offset), size, value);
}

u8 Configuration::find(Function function, CapabilityId identifier, unsigned index) {
  if (!read<header::Status>(function).get<DeviceStatus::Capabilities>()) return 0;
  u8 at = read<header::Capabilities>(function) & 0xfc;
  for (unsigned steps = 0; at >= header::first_capability && steps < most_capabilities; ++steps) {
    const u16 head = static_cast<u16>(read(function, at, 2));
    if (static_cast<CapabilityId>(head & 0xff) == identifier && index-- == 0) return at;
    at = static_cast<u8>(head >> 8 & 0xfc);
  }
  return 0;
}

}  // namespace pci
