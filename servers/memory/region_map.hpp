// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>

#include "servers/memory/region.hpp"

namespace memory {

/// Told how many regions name an object, so that it can be let go with the last.
class ObjectUse {
 public:
  virtual void retain(ObjectIndex object) = 0;
  virtual void release(ObjectIndex object) = 0;

 protected:
  ~ObjectUse() = default;
};

/// All regions of all spaces. Element 0 stands for none.
class RegionPool {
 public:
  /// The storage is all zero at the first start, and what an earlier pool left there afterwards.
  RegionPool(std::span<Region> storage, ObjectUse& objects);

  Region& operator[](RegionIndex index) { return storage_[index]; }
  const Region& operator[](RegionIndex index) const { return storage_[index]; }
  std::size_t size() const { return storage_.size(); }
  std::size_t available() const { return available_; }
  /// A region with this meaning, in no list yet. There must be one available.
  RegionIndex take(const Region& meaning);
  void give_back(RegionIndex index);

 private:
  std::span<Region> storage_;
  ObjectUse& objects_;
  RegionIndex free_ = 0;
  std::size_t available_ = 0;
};

/// The regions of one space, in ascending order and apart from each other. Whatever changes it must be able to end: the
/// caller sees first that the pool has `spare` regions.
class RegionMap {
 public:
  /// Most regions that one change needs beyond those it has.
  static constexpr std::size_t spare = 3;

  RegionIndex first() const { return head_; }
  u64 pages() const { return pages_; }
  std::size_t count() const { return regions_; }
  /// Pages of the regions whose pages are promised.
  u64 promised() const { return promised_; }

  /// The region that holds the page, or 0.
  RegionIndex find(const RegionPool& pool, UserPage page) const;
  /// The first region that ends behind the page, or 0.
  RegionIndex at_or_after(const RegionPool& pool, UserPage page) const;
  bool is_free(const RegionPool& pool, Range range) const;
  /// The highest free range of so many pages within `within`; empty: there is none.
  Range find_free(const RegionPool& pool, u64 pages, Range within) const;

  /// Puts a region where nothing is.
  void insert(RegionPool& pool, const Region& region);
  /// Takes everything out of the range; `piece` is called with each part before it goes.
  template <class Visitor>
  void remove(RegionPool& pool, Range range, Visitor piece);
  /// Gives new rights to what lies in the range.
  void protect(RegionPool& pool, Range range, u8 rights);
  /// Lets the region begin or end elsewhere, where nothing is in the way. What begins lower begins lower in its object.
  void stretch(RegionPool& pool, RegionIndex index, Range range);
  /// Calls `visit` with the part of each region that lies in the range; false from it ends the walk. Returns whether
  /// the walk came to the end.
  template <class Visitor>
  bool each(const RegionPool& pool, Range range, Visitor visit) const;
  /// Whether each page of the range lies in a region.
  bool covered(const RegionPool& pool, Range range) const;

  void clear(RegionPool& pool) {
    remove(pool, program_range, [](const Region&) {});
  }

 private:
  /// Cuts the region at the page, if one lies across it, so that the page begins one.
  void cut(RegionPool& pool, UserPage page);
  RegionIndex merge_with_next(RegionPool& pool, RegionIndex index);
  void unlink(RegionPool& pool, RegionIndex index);
  void account(const Region& region, bool more);

  RegionIndex head_ = 0;
  mutable RegionIndex hint_ = 0;  // found last
  u64 pages_ = 0;
  u64 promised_ = 0;
  u32 regions_ = 0;
};

/// The part of a region that lies in a range.
inline Region part_of(const Region& region, Range range) {
  Region part = region;
  part.range = region.range.common(range);
  part.first = region.page_of_object(part.range.begin);
  return part;
}

template <class Visitor>
void RegionMap::remove(RegionPool& pool, Range range, Visitor piece) {
  cut(pool, range.begin);
  cut(pool, range.end);
  for (RegionIndex index = at_or_after(pool, range.begin); index != 0 && pool[index].range.begin < range.end;) {
    const RegionIndex next = pool[index].next;
    piece(static_cast<const Region&>(pool[index]));
    unlink(pool, index);
    pool.give_back(index);
    index = next;
  }
}

template <class Visitor>
bool RegionMap::each(const RegionPool& pool, Range range, Visitor visit) const {
  for (RegionIndex index = at_or_after(pool, range.begin); index != 0 && pool[index].range.begin < range.end;
       index = pool[index].next)
    if (!visit(part_of(pool[index], range))) return false;
  return true;
}

}  // namespace memory
