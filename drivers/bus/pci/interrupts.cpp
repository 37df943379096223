// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/bus/pci/interrupts.hpp"

#include <algorithm>

#include "lib/driver/window.hpp"

namespace pci {
namespace {

u8 bind_msix(Configuration& configuration, const Device& device, u8 capability, u8 own_slot, u8 slot, unsigned count) {
  const u64 table = device.bars[device.msix_bar].address + device.msix_table;
  const u64 first_page = table & ~u64{abi::page_size - 1};
  const u64 wanted = std::min<u64>(count, device.msix_entries) * msix::entry_bytes;
  const u64 pages = (table - first_page + wanted + abi::page_size - 1) / abi::page_size;
  if (wanted == 0 || !driver::Kernel::device_bind(own_slot, table_window, first_page, pages)) return 0;
  const driver::Window entries{table_window, table - first_page, wanted};

  // All vectors stay masked while the table is written, so that none is sent half written.
  const u32 control_at = capability + msix::control;
  auto control = configuration.read_at<MsixControl>(device.function, control_at);
  control = control.with<MsixControl::Enable>(true).with<MsixControl::Mask>(true);
  configuration.write_at(device.function, control_at, control);
  u8 vector = 0;
  for (unsigned index = 0; index < count && vector < device.msix_entries; ++index) {
    const auto message = driver::Kernel::irq_bind(slot, index);
    if (!message) continue;  // a line
    const u64 at = vector * u64{msix::entry_bytes};
    entries.write_at<u32>(at + msix::entry_address_low, static_cast<u32>(message->first));
    entries.write_at<u32>(at + msix::entry_address_high, static_cast<u32>(message->first >> 32));
    entries.write_at<u32>(at + msix::entry_data, message->second);
    entries.write_at<u32>(at + msix::entry_control, 0);
    ++vector;
  }
  configuration.write_at(device.function, control_at, control.with<MsixControl::Mask>(false));
  return vector;
}

u8 bind_msi(Configuration& configuration, const Device& device, u8 capability, u8 slot, unsigned count) {
  for (unsigned index = 0; index < count; ++index) {
    const auto message = driver::Kernel::irq_bind(slot, index);
    if (!message) continue;
    const u32 control_at = capability + msi::control;
    auto control = configuration.read_at<MsiControl>(device.function, control_at);
    const bool wide = control.get<MsiControl::Wide>();
    if (!wide && message->first >> 32 != 0) return 0;
    configuration.write_at(device.function, capability + msi::address_low, static_cast<u32>(message->first));
    if (wide)
      configuration.write_at(device.function, capability + msi::address_high, static_cast<u32>(message->first >> 32));
    configuration.write_at(device.function, capability + (wide ? msi::data_wide : msi::data_narrow),
                           static_cast<u16>(message->second));
    control = control.with<MsiControl::Enabled>(0).with<MsiControl::Enable>(true);
    configuration.write_at(device.function, control_at, control);
    return 1;
  }
  return 0;
}

}  // namespace

u8 bind_interrupts(Configuration& configuration, const Device& device, u8 own_slot, u8 slot, unsigned count) {
  if (device.msix_entries != 0)
    if (const u8 at = configuration.find(device.function, CapabilityId::msix); at != 0)
      return bind_msix(configuration, device, at, own_slot, slot, count);
  if (const u8 at = configuration.find(device.function, CapabilityId::msi); at != 0)
    return bind_msi(configuration, device, at, slot, count);
  return 0;
}

void silence(Configuration& configuration, const Device& device) {
  if (const u8 at = configuration.find(device.function, CapabilityId::msix); at != 0) {
    const auto control = configuration.read_at<MsixControl>(device.function, at + msix::control);
    configuration.write_at(device.function, at + msix::control,
                           control.with<MsixControl::Enable>(false).with<MsixControl::Mask>(true));
  }
  if (const u8 at = configuration.find(device.function, CapabilityId::msi); at != 0) {
    const auto control = configuration.read_at<MsiControl>(device.function, at + msi::control);
    configuration.write_at(device.function, at + msi::control, control.with<MsiControl::Enable>(false));
  }
  const auto command = configuration.read<header::Command>(device.function);
  configuration.write<header::Command>(device.function, command.with<Command::LineDisable>(true));
}

}  // namespace pci
