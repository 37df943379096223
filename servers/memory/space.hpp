// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/memory/machine.hpp"
#include "servers/memory/region_map.hpp"

namespace memory {

inline constexpr u64 no_limit = ~u64{0};

/// Resource limits in bytes.
struct Limits {
  u64 address_space = no_limit;
  u64 data = no_limit;
  u64 stack = 8 << 20;
};

/// An address space as memory knows it. What is present in it, the kernel's page entries alone say.
struct Space {
  enum class State : u8 {
    none,
    built,  // execve makes it; no process lives there yet
    live,
  };
  State state = State::none;
  u16 users = 0;      // processes that live in it
  u16 downcalls = 0;  // faults for which the file server is at work: until they end no page may change its meaning
  RegionMap regions;
  u64 heap_begin = 0;  // addresses
  u64 heap_end = 0;
  Limits limits;
  u64 minor_faults = 0;
  u64 major_faults = 0;
};

/// Where a process lives. Its place in the table follows from its pid (contract process, max_identifiers).
struct Inhabitant {
  u32 pid = 0;
  SpaceIndex space = 0;
};

/// What a process uses: pages of its address space, those present, and its faults.
struct Usage {
  u64 pages = 0;
  u64 resident = 0;
  u64 minor_faults = 0;
  u64 major_faults = 0;
};

}  // namespace memory
