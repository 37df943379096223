// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/bus/pci/inventory.hpp"

namespace pci {
namespace {

constexpr unsigned devices_on_bus = 32;
constexpr unsigned functions_of_device = 8;
constexpr unsigned buses = 256;

u32 class_of(u32 revision_and_class) { return revision_and_class >> 8; }
bool is_bridge(u32 class_code) { return class_code >> 16 == class_bridge; }

class Scan {
 public:
  Scan(Configuration& configuration, Inventory& inventory) : configuration_(configuration), inventory_(inventory) {}

  void run() {
    // Buses behind bridges are noted as they are found; each is scanned once, however the bridges say they are wired.
    note(0);
    for (unsigned bus = next(); bus < buses; bus = next()) scan_bus(static_cast<u8>(bus));
  }

 private:
  void note(u8 bus) {
    if (!done_[bus]) wanted_[bus] = true;
  }
  unsigned next() {
    for (unsigned bus = 0; bus < buses; ++bus) {
      if (!wanted_[bus] || done_[bus]) continue;
      done_[bus] = true;
      return bus;
    }
    return buses;
  }

  void scan_bus(u8 bus) {
    for (u8 device = 0; device < devices_on_bus; ++device) {
      if (!present({bus, device, 0})) continue;
      const bool many = configuration_.read<header::Type>({bus, device, 0}).get<HeaderType::ManyFunctions>();
      for (u8 number = 0; number < (many ? functions_of_device : 1); ++number)
        if (present({bus, device, number})) take({bus, device, number});
    }
  }
  bool present(Function function) { return configuration_.read<header::Vendor>(function) != no_vendor; }

  void take(Function function) {
    const u32 class_code = class_of(configuration_.read<header::RevisionAndClass>(function));
    const u32 layout = configuration_.read<header::Type>(function).get<HeaderType::Layout>();
    if (layout == 1) note(configuration_.read<header::SecondaryBus>(function));
    if (layout != 0 || inventory_.count == max_devices) return;

    Device& device = inventory_.devices[inventory_.count++] = {};
    device.function = function;
    device.vendor = configuration_.read<header::Vendor>(function);
    device.device = configuration_.read<header::Device>(function);
    device.subsystem_vendor = configuration_.read<header::SubsystemVendor>(function);
    device.subsystem = configuration_.read<header::Subsystem>(function);
    device.class_code = class_code;
    device.revision = static_cast<u8>(configuration_.read<header::RevisionAndClass>(function));
    if (is_bridge(class_code)) return;
    const Command found = configuration_.read<header::Command>(function);
    const Command quiet = found.with<Command::Master>(false);
    configuration_.write<header::Command>(function, quiet.with<Command::Memory>(false).with<Command::Ports>(false));
    size_bars(device);
    configuration_.write<header::Command>(function, quiet);
    find_interrupts(device);
  }

  // PCI 3.0, section 6.2.5.1: all ones are written, and what comes back as zero is the size.
  void size_bars(Device& device) {
    for (unsigned index = 0; index < max_bars; ++index) {
      const u32 at = header::first_bar + 4 * index;
      const u32 low = configuration_.read(device.function, at, 4);
      const u32 low_mask = probe(device.function, at, low);
      Bar& bar = device.bars[index];
      bar.register_low = low;
      if (low_mask == 0) continue;
      if (BarBits{{low_mask}}.get<BarBits::Ports>()) {
        const u32 mask = low_mask & bar_port_mask;
        bar.kind = BarKind::ports;
        bar.address = low & bar_port_mask & 0xffff;
        bar.size = (~mask + 1) & 0xffff;
        continue;
      }
      bar.kind = BarKind::memory;
      u64 mask = (low_mask & bar_memory_mask) | ~u64{0xffff'ffff};
      bar.address = low & bar_memory_mask;
      if (BarBits{{low_mask}}.get<BarBits::Type>() == bar_type_wide && index + 1 < max_bars) {
        const u32 high = configuration_.read(device.function, at + 4, 4);
        const u32 high_mask = probe(device.function, at + 4, high);
        bar.wide = true;
        bar.address |= u64{high} << 32;
        mask = (low_mask & bar_memory_mask) | u64{high_mask} << 32;
        device.bars[++index].register_low = high;
      }
      bar.size = ~mask + 1;
    }
  }
  u32 probe(Function function, u32 at, u32 value) {
    configuration_.write(function, at, 4, ~u32{0});
    const u32 mask = configuration_.read(function, at, 4);
    configuration_.write(function, at, 4, value);
    return mask;
  }

  void find_interrupts(Device& device) {
    const u8 at = configuration_.find(device.function, CapabilityId::msix);
    if (at == 0) return;
    const auto control = configuration_.read_at<MsixControl>(device.function, at + msix::control);
    const auto table = configuration_.read_at<MsixPlace>(device.function, at + msix::table);
    const auto pending = configuration_.read_at<MsixPlace>(device.function, at + msix::pending);
    const u32 entries = control.get<MsixControl::LastEntry>() + 1;
    const u32 offset = table.raw & msix::place_mask;
    const u32 bar = table.get<MsixPlace::Bar>();
    const u32 pending_bar = pending.get<MsixPlace::Bar>();
    const u64 room = bar < max_bars && device.bars[bar].kind == BarKind::memory ? device.bars[bar].size : 0;
    if (offset > room || entries * msix::entry_bytes > room - offset || pending_bar >= max_bars) return;
    device.msix_entries = entries;
    device.msix_bar = static_cast<u8>(bar);
    device.msix_table = offset;
    device.pending_bar = static_cast<u8>(pending_bar);
    device.msix_pending = pending.raw & msix::place_mask;
  }

  Configuration& configuration_;
  Inventory& inventory_;
  bool wanted_[buses] = {};
  bool done_[buses] = {};
};

}  // namespace

void scan(Configuration& configuration, Inventory& inventory) {
  inventory.count = 0;
  Scan{configuration, inventory}.run();
  inventory.scanned = true;
}

}  // namespace pci
