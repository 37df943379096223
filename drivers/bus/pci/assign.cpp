// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "drivers/bus/pci/inventory.hpp"

namespace pci {
namespace {

constexpr u32 any_class = 0xffff'ffff;
constexpr u64 page_mask = abi::page_size - 1;

// An entry of a manifest that says nothing matches nothing.
bool wants_device(const abi::ComponentRecord& component) {
  return std::ranges::any_of(component.devices, [](const abi::DeviceMatch& match) {
    return match.vendor != no_vendor || match.class_code != any_class;
  });
}

bool overlaps_page_of(const Span& span, const Bar& other) {
  const u64 begin = span.first_page(), end = begin + span.pages() * abi::page_size;
  return other.kind == BarKind::memory && other.address < end && other.address + other.size > begin;
}

}  // namespace

bool matches(const abi::DeviceMatch& match, const Device& device) {
  if (match.vendor == no_vendor && match.class_code == any_class) return false;
  const bool by_number = match.vendor == no_vendor || (match.vendor == device.vendor && match.device == device.device);
  return by_number && (match.class_code == any_class || match.class_code == device.class_code);
}

void assign(Inventory& inventory, std::span<const abi::ComponentRecord> components) {
  for (Device& device : inventory.all()) device.slot = no_slot;
  for (unsigned slot = 0; slot < abi::max_slots; ++slot) {
    const auto component = std::ranges::find(components, slot, [](const auto& each) { return unsigned{each.slot}; });
    if (component == components.end() || !wants_device(*component)) continue;
    for (Device& device : inventory.all()) {
      const bool fits = device.slot == no_slot && std::ranges::any_of(component->devices, [&](const auto& match) {
                          return matches(match, device);
                        });
      if (!fits) continue;
      device.slot = static_cast<u8>(slot);
      break;
    }
  }
}

std::optional<Spans> windows_of(const Inventory& inventory, const Device& device) {
  Spans result;
  for (u8 index = 0; index < max_bars; ++index) {
    const Bar& bar = device.bars[index];
    if (bar.kind != BarKind::memory || bar.size == 0) continue;
    // The largest run of pages in front of or behind the interrupt structures, which are pci's alone.
    u64 begin = 0, end = bar.size;
    const auto leave_out = [&](u64 offset, u64 length) {
      const u64 from = offset & ~page_mask, to = (offset + length + page_mask) & ~page_mask;
      if (from >= end || to <= begin) return;
      if (from - std::min(begin, from) >= end - std::min(end, to))
        end = from;
      else
        begin = to;
    };
    if (device.msix_entries != 0 && device.msix_bar == index)
      leave_out(device.msix_table, device.msix_entries * msix::entry_bytes);
    if (device.msix_entries != 0 && device.pending_bar == index)
      leave_out(device.msix_pending, (device.msix_entries + 63) / 64 * 8);
    if (begin >= end) continue;
    if (bar.address == 0 || result.count == max_windows) return std::nullopt;
    const Span span{index, begin, bar.address + begin, end - begin};
    for (const Device& other : inventory.all())
      for (const Bar& others : other.bars)
        if (&others != &bar && overlaps_page_of(span, others)) return std::nullopt;
    result.spans[result.count++] = span;
  }
  return result;
}

}  // namespace pci
