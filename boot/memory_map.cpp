// SPDX-License-Identifier: BSD-2-Clause
#include "boot/memory_map.hpp"

#include <algorithm>

namespace boot {
namespace {

constexpr u64 end_of_addresses = u64{1} << 52;

bool is_usable(const Region& region) { return region.kind == usable_memory; }

/// Within what a processor can address, so that no end wraps around.
Range clipped(const Region& region) {
  const u64 begin = std::min(region.begin, end_of_addresses);
  return {begin, begin + std::min(region.size, end_of_addresses - begin)};
}

}  // namespace

bool MemoryMap::add(Region region) {
  if (count_ == most) return false;
  regions_[count_++] = region;
  return true;
}

bool MemoryMap::add_usable(Range range, std::span<const Region> others) {
  // What is also said to be something else is not usable. Each overlap leaves at most a piece before it, which is
  // looked at again from the beginning, and goes on behind it.
  for (const Region& other : others) {
    const Range taken = clipped(other);
    if (is_usable(other) || !range.overlaps(taken)) continue;
    if (range.begin < taken.begin && !add_usable({range.begin, taken.begin}, others)) return false;
    range.begin = taken.end;
    if (range.begin >= range.end) return true;
    return add_usable(range, others);
  }
  return add({range.begin, range.end - range.begin, usable_memory, 0});
}

std::optional<MemoryMap::Error> MemoryMap::fill(std::span<const Region> said) {
  count_ = 0;
  // More than fit are refused before anything is made of them, so that the work is bounded too.
  if (said.size() > most) return Error::too_many;
  for (const Region& region : said) {
    const Range range = clipped(region);
    if (range.begin == range.end) continue;
    const u32 kind = region.kind >= usable_memory && region.kind <= last_kind ? region.kind : reserved_memory;
    const bool room =
        kind == usable_memory ? add_usable(range, said) : add({range.begin, range.end - range.begin, kind, 0});
    if (!room) return Error::too_many;
  }
  merge();
  if (usable_bytes() == 0) return Error::nothing_usable;
  return std::nullopt;
}

void MemoryMap::merge() {
  const std::span all{regions_.data(), count_};
  std::ranges::sort(all, {}, [](const Region& region) { return region.begin; });
  unsigned kept = 0;
  for (const Region& region : all) {
    Region& last = regions_[kept == 0 ? 0 : kept - 1];
    if (kept != 0 && is_usable(last) && is_usable(region) && region.begin <= last.end())
      last.size = std::max(last.end(), region.end()) - last.begin;
    else
      regions_[kept++] = region;
  }
  count_ = kept;
}

u64 MemoryMap::end_of_usable() const {
  u64 end = 0;
  for (const Region& region : regions())
    if (is_usable(region)) end = std::max(end, region.end());
  return end;
}

u64 MemoryMap::usable_bytes() const {
  u64 bytes = 0;
  for (const Region& region : regions())
    if (is_usable(region)) bytes += region.size;
  return bytes;
}

Range MemoryMap::usable_around(u64 address) const {
  for (const Region& region : regions())
    if (is_usable(region) && region.begin <= address && address < region.end()) return region.range();
  return {};
}

std::optional<Range> MemoryMap::lowest_place(u64 bytes, u64 floor, u64 ceiling) const {
  for (const Region& region : regions()) {
    const u64 begin = (std::max(region.begin, floor) + abi::page_size - 1) & ~(abi::page_size - 1);
    const u64 end = std::min(region.end(), ceiling);
    if (is_usable(region) && begin < end && end - begin >= bytes) return Range{begin, begin + bytes};
  }
  return {};
}

std::optional<u64> MemoryMap::highest_place(u64 bytes, u64 ceiling, std::span<const Range> taken) const {
  std::optional<u64> best;
  for (const Region& region : regions()) {
    if (!is_usable(region)) continue;
    u64 end = std::min(region.end(), ceiling);
    while (end > region.begin && end - region.begin >= bytes) {
      const u64 at = (end - bytes) & ~(abi::page_size - 1);
      if (at < region.begin) break;
      const auto hit = std::ranges::find_if(taken, [&](Range each) { return each.overlaps({at, at + bytes}); });
      if (hit == taken.end()) {
        best = std::max(best.value_or(0), at);
        break;
      }
      end = hit->begin;
    }
  }
  return best;
}

}  // namespace boot
