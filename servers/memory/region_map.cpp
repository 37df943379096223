// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/region_map.hpp"

namespace memory {

RegionPool::RegionPool(std::span<Region> storage, ObjectUse& objects) : storage_(storage), objects_(objects) {
  for (std::size_t index = storage.size() - 1; index != 0; --index) {
    storage_[index] = {};
    storage_[index].next = free_;
    free_ = static_cast<RegionIndex>(index);
  }
  available_ = storage.size() - 1;
}

RegionIndex RegionPool::take(const Region& meaning) {
  const RegionIndex index = free_;
  free_ = storage_[index].next;
  --available_;
  storage_[index] = meaning;
  storage_[index].next = storage_[index].previous = 0;
  if (meaning.object != 0) objects_.retain(meaning.object);
  return index;
}

void RegionPool::give_back(RegionIndex index) {
  const ObjectIndex object = storage_[index].object;
  storage_[index] = {};
  storage_[index].next = free_;
  free_ = index;
  ++available_;
  if (object != 0) objects_.release(object);
}

void RegionMap::account(const Region& region, bool more) {
  const u64 pages = region.range.pages();
  const u64 promised = region.promised ? pages : 0;
  pages_ = more ? pages_ + pages : pages_ - pages;
  promised_ = more ? promised_ + promised : promised_ - promised;
}

RegionIndex RegionMap::at_or_after(const RegionPool& pool, UserPage page) const {
  RegionIndex index = head_;
  // The region found last is a good place to begin, if it does not lie behind the page.
  if (hint_ != 0 && pool[hint_].range.begin <= page) index = hint_;
  while (index != 0 && pool[index].range.end <= page) index = pool[index].next;
  if (index != 0) hint_ = index;
  return index;
}

RegionIndex RegionMap::find(const RegionPool& pool, UserPage page) const {
  const RegionIndex index = at_or_after(pool, page);
  return index != 0 && pool[index].range.contains(page) ? index : RegionIndex{0};
}

bool RegionMap::is_free(const RegionPool& pool, Range range) const {
  const RegionIndex index = at_or_after(pool, range.begin);
  return index == 0 || range.end <= pool[index].range.begin;
}

Range RegionMap::find_free(const RegionPool& pool, u64 pages, Range within) const {
  if (pages == 0 || pages > within.pages()) return {};
  Range best;
  UserPage free_from = within.begin;
  const auto consider = [&](UserPage free_to) {
    free_to = std::min(free_to, within.end);
    if (free_from < free_to && free_to - free_from >= pages) best = Range::of(free_to - pages, pages);
  };
  for (RegionIndex index = head_; index != 0; index = pool[index].next) {
    consider(pool[index].range.begin);
    free_from = std::max(free_from, pool[index].range.end);
  }
  consider(within.end);
  return best;
}

bool RegionMap::covered(const RegionPool& pool, Range range) const {
  UserPage reached = range.begin;
  each(pool, range, [&](const Region& part) {
    if (part.range.begin != reached) return false;
    reached = part.range.end;
    return true;
  });
  return reached == range.end;
}

void RegionMap::insert(RegionPool& pool, const Region& region) {
  RegionIndex before = 0;
  const RegionIndex after = at_or_after(pool, region.range.begin);
  if (after != 0) {
    before = pool[after].previous;
  } else {
    for (RegionIndex index = hint_ != 0 ? hint_ : head_; index != 0; index = pool[index].next) before = index;
  }
  const RegionIndex index = pool.take(region);
  pool[index].next = after;
  pool[index].previous = before;
  (before != 0 ? pool[before].next : head_) = index;
  if (after != 0) pool[after].previous = index;
  account(region, true);
  ++regions_;
  hint_ = index;
  merge_with_next(pool, index);
  if (before != 0) merge_with_next(pool, before);
}

void RegionMap::cut(RegionPool& pool, UserPage page) {
  const RegionIndex index = find(pool, page);
  if (index == 0 || pool[index].range.begin == page) return;
  const RegionIndex upper = pool.take(pool[index]);
  ++regions_;
  pool[upper].first = pool[index].page_of_object(page);
  pool[upper].range.begin = page;
  pool[upper].previous = index;
  pool[upper].next = pool[index].next;
  if (pool[upper].next != 0) pool[pool[upper].next].previous = upper;
  pool[index].next = upper;
  pool[index].range.end = page;
}

void RegionMap::unlink(RegionPool& pool, RegionIndex index) {
  const Region& region = pool[index];
  account(region, false);
  --regions_;
  (region.previous != 0 ? pool[region.previous].next : head_) = region.next;
  if (region.next != 0) pool[region.next].previous = region.previous;
  if (hint_ == index) hint_ = region.previous;
}

RegionIndex RegionMap::merge_with_next(RegionPool& pool, RegionIndex index) {
  const RegionIndex next = pool[index].next;
  if (next == 0 || !pool[index].continues(pool[next])) return next;
  const Range both{pool[index].range.begin, pool[next].range.end};
  unlink(pool, next);
  pool.give_back(next);
  account(pool[index], false);
  pool[index].range = both;
  account(pool[index], true);
  return pool[index].next;
}

void RegionMap::protect(RegionPool& pool, Range range, u8 rights) {
  cut(pool, range.begin);
  cut(pool, range.end);
  RegionIndex index = at_or_after(pool, range.begin);
  const RegionIndex before = index != 0 ? pool[index].previous : RegionIndex{0};
  for (; index != 0 && pool[index].range.begin < range.end; index = pool[index].next) {
    account(pool[index], false);
    pool[index].set_rights(rights);
    account(pool[index], true);
  }
  index = before != 0 ? before : head_;
  while (index != 0 && pool[index].range.begin < range.end) {
    const RegionIndex next = pool[index].next;
    if (next != 0 && pool[index].continues(pool[next]))
      merge_with_next(pool, index);
    else
      index = next;
  }
}

void RegionMap::stretch(RegionPool& pool, RegionIndex index, Range range) {
  account(pool[index], false);
  pool[index].first = pool[index].page_of_object(range.begin);
  pool[index].range = range;
  account(pool[index], true);
}

}  // namespace memory
