// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/driver/bits.hpp"

// PCI Local Bus Specification 3.0, chapter 6 (configuration space), and the capabilities of later specifications that
// resets need. Offsets of capabilities are from the capability's own start.
namespace pci {

using driver::u16;
using driver::u32;
using driver::u64;
using driver::u8;

/// Section 6.2.2.
struct Command : driver::Bits<u16> {
  using Ports = driver::Field<Command, 0>;
  using Memory = driver::Field<Command, 1>;
  using Master = driver::Field<Command, 2>;
  using LineDisable = driver::Field<Command, 10>;
};
/// Section 6.2.3.
struct DeviceStatus : driver::Bits<u16> {
  using Capabilities = driver::Field<DeviceStatus, 4>;
};
/// Section 6.2.1.
struct HeaderType : driver::Bits<u8> {
  using Layout = driver::Field<HeaderType, 0, 7>;
  using ManyFunctions = driver::Field<HeaderType, 7>;
};

/// Section 6.1, type 00h header; the last one is of the type 01h header (PCI-to-PCI Bridge 1.2, section 3.2.5.3).
namespace header {
using Vendor = driver::Register<u16, 0x00>;
using Device = driver::Register<u16, 0x02>;
using Command = driver::Register<pci::Command, 0x04>;
using Status = driver::Register<pci::DeviceStatus, 0x06>;
using RevisionAndClass = driver::Register<u32, 0x08>;
using Type = driver::Register<pci::HeaderType, 0x0e>;
inline constexpr u32 first_bar = 0x10;
using SubsystemVendor = driver::Register<u16, 0x2c>;
using Subsystem = driver::Register<u16, 0x2e>;
using Capabilities = driver::Register<u8, 0x34>;
using SecondaryBus = driver::Register<u8, 0x19>;
inline constexpr u32 bytes = 256;
inline constexpr u32 first_capability = 0x40;
}  // namespace header

inline constexpr u16 no_vendor = 0xffff;
inline constexpr u32 class_bridge = 0x06;
inline constexpr u32 class_nvme = 0x010802;

/// Appendix H, capability identifiers.
enum class CapabilityId : u8 { power = 0x01, msi = 0x05, vendor = 0x09, express = 0x10, msix = 0x11, advanced = 0x13 };

/// Section 6.2.5.1, base address registers.
struct BarBits : driver::Bits<u32> {
  using Ports = driver::Field<BarBits, 0>;
  using Type = driver::Field<BarBits, 1, 2>;
};
inline constexpr u32 bar_type_wide = 2;
inline constexpr u32 bar_port_mask = ~u32{3};
inline constexpr u32 bar_memory_mask = ~u32{15};

/// Section 6.8.1, message-signalled interrupts.
struct MsiControl : driver::Bits<u16> {
  using Enable = driver::Field<MsiControl, 0>;
  using Enabled = driver::Field<MsiControl, 4, 3>;  // log2 of the messages in use
  using Wide = driver::Field<MsiControl, 7>;
};
namespace msi {
inline constexpr u32 control = 2, address_low = 4, address_high = 8, data_narrow = 8, data_wide = 12;
}

/// Section 6.8.2, MSI-X.
struct MsixControl : driver::Bits<u16> {
  using LastEntry = driver::Field<MsixControl, 0, 11>;
  using Mask = driver::Field<MsixControl, 14>;
  using Enable = driver::Field<MsixControl, 15>;
};
struct MsixPlace : driver::Bits<u32> {
  using Bar = driver::Field<MsixPlace, 0, 3>;
};
namespace msix {
inline constexpr u32 control = 2, table = 4, pending = 8;
inline constexpr u32 place_mask = ~u32{7};
inline constexpr u32 entry_bytes = 16, entry_address_low = 0, entry_address_high = 4, entry_data = 8,
                     entry_control = 12;
inline constexpr u32 entry_masked = 1;
}  // namespace msix

/// PCI Bus Power Management Interface 1.2, section 3.2.4.
struct PowerControl : driver::Bits<u16> {
  using State = driver::Field<PowerControl, 0, 2>;
  using NoSoftReset = driver::Field<PowerControl, 3>;
};
inline constexpr u32 power_control = 4;
inline constexpr u32 power_on = 0, power_off = 3;  // D0, D3hot

/// PCI Express Base 3.0, sections 7.8.3 to 7.8.5.
struct ExpressCapabilities : driver::Bits<u32> {
  using FunctionReset = driver::Field<ExpressCapabilities, 28>;
};
struct ExpressControl : driver::Bits<u16> {
  using Reset = driver::Field<ExpressControl, 15>;
};
struct ExpressStatus : driver::Bits<u16> {
  using Pending = driver::Field<ExpressStatus, 5>;
};
namespace express {
inline constexpr u32 capabilities = 4, control = 8, status = 10;
}

/// PCI Advanced Capabilities ECN for conventional PCI.
struct AdvancedCapabilities : driver::Bits<u8> {
  using FunctionReset = driver::Field<AdvancedCapabilities, 1>;
};
namespace advanced {
inline constexpr u32 capabilities = 3, control = 4, status = 5;
inline constexpr u8 reset = 1, pending = 1;
}  // namespace advanced

/// NVM Express 1.4, sections 3.1.1, 3.1.5 and 3.1.6.
namespace nvme {
struct Configuration : driver::Bits<u32> {
  using Enable = driver::Field<Configuration, 0>;
};
struct Status : driver::Bits<u32> {
  using Ready = driver::Field<Status, 0>;
};
using ControllerConfiguration = driver::Register<Configuration, 0x14>;
using ControllerStatus = driver::Register<Status, 0x1c>;
}  // namespace nvme

}  // namespace pci
