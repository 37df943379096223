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
  RegionIndex next = 0;
  RegionIndex previous = 0;

  u64 page_of_object(UserPage page) const { return first + (page - range.begin); }
  bool anonymous() const { return object == 0; }
  /// Whether each of its pages may come to need a frame of its own.
  bool accounted() const { return sharing == Sharing::own && (rights & writable) != 0; }
  /// Whether the two, the second right behind the first, are one.
  bool continues(const Region& following) const {
    return range.end == following.range.begin && object == following.object && rights == following.rights &&
           may == following.may && sharing == following.sharing && role == following.role &&
           (object == 0 || first + range.pages() == following.first);
  }
};
static_assert(sizeof(Region) == 40);

}  // namespace memory
