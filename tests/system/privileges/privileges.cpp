// SPDX-License-Identifier: BSD-2-Clause
#include "tests/system/privileges/privileges.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <format>
#include <functional>
#include <span>

#include "abi/layout.hpp"
#include "abi/slot.hpp"
#include "lib/base/hash128.hpp"
#include "tools/verifier/kernel_calls.hpp"

namespace privileges {
namespace {

using abi::SlotRecord;

/// Shows each privilege of a record to the visitor, with what takes it away.
using Visitor = std::function<void(std::string kind, std::string object, std::function<void()> take)>;

void visit(SlotRecord& record, std::span<const SlotRecord> all, const Visitor& visitor) {
  for (unsigned slot = 0; slot < all.size(); ++slot)
    if (record.call_slots >> slot & 1)
      visitor("call", all[slot].name, [&record, slot] { record.call_slots &= ~(abi::u64{1} << slot); });
  for (unsigned slot = 0; slot < all.size(); ++slot)
    if (record.notify_events[slot] != 0)
      visitor("notify", all[slot].name, [&record, slot] { record.notify_events[slot] = 0; });
  for (const verifier::CallRule& rule : verifier::call_rules) {
    const abi::u64 bit = abi::u64{1} << static_cast<unsigned>(rule.call);
    if (rule.grant != verifier::Grant::always && (record.kernel_calls & bit) != 0)
      visitor("kernel", std::string(rule.name), [&record, bit] { record.kernel_calls &= ~bit; });
  }
  for (abi::PortRange& range : record.ports)
    if (range.count != 0) visitor("port", std::format("0x{:x}", range.first), [&range] { range = {}; });
  for (unsigned i = 0; i < abi::max_interrupts; ++i)
    if (record.interrupts[i].vector != 0)
      visitor("interrupt", std::to_string(i), [&record, i] { record.interrupts[i] = {}; });
  for (unsigned i = 0; i < abi::max_windows; ++i)
    if (record.window_pages[i] != 0) visitor("window", std::to_string(i), [&record, i] { record.window_pages[i] = 0; });
  for (abi::Region& region : record.regions) {
    const auto take = [&region] { region.pieces = 0; };
    if (region.pieces == 0) continue;
    if (region.kind == abi::RegionKind::vault) visitor("vault", "", take);
    if (region.address == abi::layout::dma_base) visitor("dma", "", take);
    if (region.address == abi::layout::archive_base) visitor("archive", "", take);
  }
  if (record.frame_quota != 0) visitor("frames", "", [&record] { record.frame_quota = 0; });
}

struct Table {
  explicit Table(std::span<const std::byte> image) {
    std::memcpy(&header, image.data(), sizeof header);
    slots.resize(header.slot_count);
    std::memcpy(slots.data(), image.data() + header.slot_offset, slots.size() * sizeof(SlotRecord));
  }
  abi::ImageHeader header;
  std::vector<SlotRecord> slots;
};

}  // namespace

Image::Image(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {
  abi::ImageHeader header = {};
  if (bytes_.size() >= sizeof header) std::memcpy(&header, bytes_.data(), sizeof header);
  if (header.magic == abi::image_magic && header.size == bytes_.size() &&
      header.slot_record_size == sizeof(SlotRecord) && header.slot_count <= abi::max_slots &&
      header.slot_offset <= bytes_.size() &&
      header.slot_count * sizeof(SlotRecord) <= bytes_.size() - header.slot_offset)
    return;
  std::fputs("strip-privilege: this is no system image of this build; make it with ./bulkhead build\n", stderr);
  std::exit(1);
}

std::vector<Privilege> Image::list() const {
  Table table(bytes_);
  std::vector<Privilege> found;
  for (SlotRecord& record : table.slots)
    visit(record, table.slots, [&](std::string kind, std::string object, const std::function<void()>&) {
      found.push_back({record.name, std::move(kind), std::move(object)});
    });
  return found;
}

bool Image::strip(const Privilege& privilege) {
  Table table(bytes_);
  bool taken = false;
  for (SlotRecord& record : table.slots)
    visit(record, table.slots, [&](std::string kind, std::string object, const std::function<void()>& take) {
      if (Privilege{record.name, std::move(kind), std::move(object)} != privilege) return;
      take();
      taken = true;
    });
  std::memcpy(bytes_.data() + table.header.slot_offset, table.slots.data(), table.slots.size() * sizeof(SlotRecord));
  const base::Hash128 hash = base::hash128(std::span(bytes_).subspan(abi::page_size));
  table.header.hash[0] = hash.low;
  table.header.hash[1] = hash.high;
  std::memcpy(bytes_.data(), &table.header, sizeof table.header);
  return taken;
}

}  // namespace privileges
