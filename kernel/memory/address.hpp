// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

namespace kernel {

using namespace abi;

inline constexpr u64 direct_base = 0xffff'8000'0000'0000;  // all physical memory, never executable
inline constexpr u64 kernel_base = 0xffff'ffff'8000'0000;  // the kernel's own image

struct PhysicalAddress {
  u64 value;
  friend constexpr bool operator==(PhysicalAddress, PhysicalAddress) = default;
};

// Number of a page frame: physical address / page size.
struct FrameNumber {
  u32 value;
  constexpr PhysicalAddress address() const { return {u64{value} * abi::page_size}; }
  friend constexpr bool operator==(FrameNumber, FrameNumber) = default;
};
inline constexpr FrameNumber no_frame{0};

constexpr FrameNumber frame_of(PhysicalAddress address) { return {static_cast<u32>(address.value / abi::page_size)}; }

// Physical memory as the kernel sees it.
template <typename T>
inline T* direct(PhysicalAddress address) {
  return reinterpret_cast<T*>(direct_base + address.value);
}

inline PhysicalAddress physical(const void* direct) { return {reinterpret_cast<u64>(direct) - direct_base}; }

}  // namespace kernel
