// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/driver/bits.hpp"

namespace driver::virtio {

/// Section 2.1, device status field.
struct DeviceStatus : Bits<u8> {
  using Acknowledge = Field<DeviceStatus, 0>;
  using Driver = Field<DeviceStatus, 1>;
  using DriverOk = Field<DeviceStatus, 2>;
  using FeaturesOk = Field<DeviceStatus, 3>;
  using NeedsReset = Field<DeviceStatus, 6>;
  using Failed = Field<DeviceStatus, 7>;
};

/// Section 4.1.4.3, common configuration structure layout. 64-bit fields are two registers (section 4.1.3.1).
namespace common {
using DeviceFeatureSelect = Register<u32, 0x00>;
using DeviceFeature = Register<u32, 0x04>;
using DriverFeatureSelect = Register<u32, 0x08>;
using DriverFeature = Register<u32, 0x0c>;
using ConfigurationVector = Register<u16, 0x10>;
using QueueCount = Register<u16, 0x12>;
using Status = Register<DeviceStatus, 0x14>;
using ConfigurationGeneration = Register<u8, 0x15>;
using QueueSelect = Register<u16, 0x16>;
using QueueSize = Register<u16, 0x18>;
using QueueVector = Register<u16, 0x1a>;
using QueueEnable = Register<u16, 0x1c>;
using QueueNotifyOffset = Register<u16, 0x1e>;
using QueueDescriptorLow = Register<u32, 0x20>;
using QueueDescriptorHigh = Register<u32, 0x24>;
using QueueDriverLow = Register<u32, 0x28>;
using QueueDriverHigh = Register<u32, 0x2c>;
using QueueDeviceLow = Register<u32, 0x30>;
using QueueDeviceHigh = Register<u32, 0x34>;
inline constexpr u64 length = 0x38;
}  // namespace common

/// Section 4.1.5.1.3: the vector that means none.
inline constexpr u16 no_vector = 0xffff;

/// Feature bits, by number. Section 6, reserved feature bits; those of a kind of device are with its driver.
class Features {
 public:
  constexpr Features() = default;
  constexpr explicit Features(u64 bits) : bits_(bits) {}
  static constexpr Features of(auto... numbers) { return Features{(u64{0} | ... | (u64{1} << numbers))}; }
  constexpr bool has(unsigned number) const { return bits_ >> number & 1; }
  constexpr bool all(Features others) const { return (bits_ & others.bits_) == others.bits_; }
  constexpr u64 bits() const { return bits_; }
  friend constexpr Features operator&(Features a, Features b) { return Features{a.bits_ & b.bits_}; }
  friend constexpr Features operator|(Features a, Features b) { return Features{a.bits_ | b.bits_}; }
  friend constexpr bool operator==(Features, Features) = default;

 private:
  u64 bits_ = 0;
};
inline constexpr unsigned feature_indirect = 28;         // VIRTIO_F_INDIRECT_DESC
inline constexpr unsigned feature_version_1 = 32;        // VIRTIO_F_VERSION_1
inline constexpr unsigned feature_access_platform = 33;  // VIRTIO_F_ACCESS_PLATFORM

}  // namespace driver::virtio
