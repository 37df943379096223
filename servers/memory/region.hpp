// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/memory/address.hpp"

namespace memory {

/// Place of a region in the pool; 0 is none.
using RegionIndex = u16;
/// Place of an object in the table of objects; 0 is none: private zeros.
using ObjectIndex = u16;

inline constexpr u8 readable = 1;
inline constexpr u8 writable = 2;
inline constexpr u8 executable = 4;

/// What a page entry says for these rights. The processor has no page that may be written or executed but not read.
constexpr u8 entry_rights(u8 rights) { return rights == 0 ? u8{0} : static_cast<u8>(rights | readable); }
/// The same of a page whose first write is still to be noticed.
constexpr u8 entry_rights_unwritten(u8 rights) { return entry_rights(rights) & static_cast<u8>(~writable); }

enum class Sharing : u8 {
  own,     // MAP_PRIVATE: what is written is seen by this space only
  shared,  // MAP_SHARED
};

enum class Role : u8 {
  plain,
  heap,   // grows by brk
  stack,  // grows downwards by page faults
};

/// A range of pages with one meaning. Neighbours with the same meaning are one region.
struct Region {
  Range range;
  u64 first = 0;  // page of the object that lies at range.begin
  ObjectIndex object = 0;
  u8 rights = 0;
  u8 may = 0;  // rights that mprotect may give
  Sharing sharing = Sharing::own;
  Role role = Role::plain;
  bool promised = false;  // each of its pages may come to need a frame of memory's own
  RegionIndex next = 0;
  RegionIndex previous = 0;

  u64 page_of_object(UserPage page) const { return first + (page - range.begin); }
  bool anonymous() const { return object == 0; }
  /// The rights become others. What was once promised stays so: the pages written are there.
  void set_rights(u8 value) {
    rights = value;
    if (sharing == Sharing::own && (value & (object == 0 ? readable | writable | executable : writable)) != 0)
      promised = true;
  }
  /// Whether the two, the second right behind the first, are one.
  bool continues(const Region& following) const {
    return range.end == following.range.begin && object == following.object && rights == following.rights &&
           may == following.may && sharing == following.sharing && role == following.role &&
           promised == following.promised && (object == 0 || first + range.pages() == following.first);
  }
};
static_assert(sizeof(Region) == 40);

}  // namespace memory
