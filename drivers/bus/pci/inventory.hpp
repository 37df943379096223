// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <span>

#include "abi/component.hpp"
#include "drivers/bus/pci/configuration.hpp"

// What is known of the bus. Plain memory, because it lies in the vault: the bus is scanned once, before any driver
// runs; sizing a base address register under a running driver would take its device away for a moment.
namespace pci {

inline constexpr u8 no_slot = 0xff;
inline constexpr unsigned max_devices = 64;
inline constexpr unsigned max_bars = 6;
inline constexpr unsigned max_windows = 4;

enum class BarKind : u8 { none = 0, memory = 1, ports = 2 };

struct Bar {
  u64 address = 0;
  u64 size = 0;
  BarKind kind = BarKind::none;
  bool wide = false;  // takes the next register as well
  u16 unused = 0;
  u32 register_low = 0;  // as the firmware set it, to be put back after a reset
};

struct Device {
  Function function;
  u8 slot = no_slot;
  u16 vendor = no_vendor;
  u16 device = 0;
  u16 subsystem_vendor = 0;
  u16 subsystem = 0;
  u32 class_code = 0;
  u8 revision = 0;
  u8 msix_bar = 0;
  u8 pending_bar = 0;
  u8 unused = 0;
  u32 msix_table = 0;    // offset in its register's range
  u32 msix_entries = 0;  // 0: no MSI-X
  u32 msix_pending = 0;
  Bar bars[max_bars];
};

struct Inventory {
  bool scanned = false;
  u8 count = 0;
  Device devices[max_devices];

  std::span<Device> all() { return {devices, count}; }
  std::span<const Device> all() const { return {devices, count}; }
  /// Index of the slot's device.
  std::optional<unsigned> of_slot(unsigned slot) const {
    for (unsigned index = 0; index < count; ++index)
      if (devices[index].slot == slot) return index;
    return std::nullopt;
  }
};

/// Finds all devices from bus 0 on, sizes their base address registers, and turns bus mastering off: what the firmware
/// had a device do ends here. Bridges themselves are left alone.
void scan(Configuration& configuration, Inventory& inventory);

/// Gives devices to slots: in the order of the slots each takes the first device left that its manifest matches.
void assign(Inventory& inventory, std::span<const abi::ComponentRecord> components);
bool matches(const abi::DeviceMatch& match, const Device& device);

/// What of a device's memory a driver may see: `length` bytes at a physical address, which is offset `bar_offset` of
/// base address register `bar`.
struct Span {
  u8 bar = 0;
  u64 bar_offset = 0;
  u64 address = 0;
  u64 length = 0;

  u64 first_page() const { return address & ~u64{abi::page_size - 1}; }
  u32 start() const { return static_cast<u32>(address - first_page()); }
  u64 pages() const { return (start() + length + abi::page_size - 1) / abi::page_size; }
};

struct Spans {
  u8 count = 0;
  Span spans[max_windows];
};

/// The windows of a device, without the pages in which its MSI-X structures lie. Nothing where a page would show
/// another device's registers too, or where the firmware gave a register no address.
std::optional<Spans> windows_of(const Inventory& inventory, const Device& device);

}  // namespace pci
