// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <atomic>
#include <new>
#include <type_traits>

#include "lib/driver/kernel.hpp"

namespace driver {

/// An address as a device uses it in DMA.
struct DeviceAddress {
  u64 value = 0;
  constexpr DeviceAddress plus(u64 bytes) const { return {value + bytes}; }
  friend constexpr auto operator<=>(DeviceAddress, DeviceAddress) = default;
};

/// A cell of memory that a device reads or writes at any time. Each access happens once and is not moved over those
/// before (`release`) or behind (`acquire`) it.
template <class T>
class Shared {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);

 public:
  T load() const { return __atomic_load_n(&value_, __ATOMIC_RELAXED); }
  T acquire() const { return __atomic_load_n(&value_, __ATOMIC_ACQUIRE); }
  void store(T value) { __atomic_store_n(&value_, value, __ATOMIC_RELAXED); }
  void release(T value) { __atomic_store_n(&value_, value, __ATOMIC_RELEASE); }

 private:
  T value_{};
};

/// Everything before is seen by the device before everything behind: between a ring's index and the look whether the
/// device wants to be told.
inline void full_barrier() { std::atomic_thread_fence(std::memory_order_seq_cst); }

/// A piece of the region: what the driver sees, and where the device finds it.
template <class T>
struct DmaArray {
  std::span<T> memory;
  DeviceAddress address;

  T& operator[](std::size_t index) const { return memory[index]; }
  DeviceAddress address_of(std::size_t index) const { return address.plus(index * sizeof(T)); }
};

/// The component's own contiguous memory for devices, given out from the front and never taken back: a driver lays it
/// out at its start. The device must be quiet while that is done, since the old generation's layout is under it.
class DmaRegion {
 public:
  /// `length` as in the manifest (ComponentRecord::dma_size).
  explicit DmaRegion(u64 length) : memory_(Kernel::dma_region(length)) {}

  /// Zeroed memory for `count` objects. `alignment` is a power of two, in bytes.
  template <class T>
  Result<DmaArray<T>> take(std::size_t count, std::size_t alignment = alignof(T)) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (alignment < alignof(T)) alignment = alignof(T);
    const std::size_t begin = (used_ + alignment - 1) & ~(alignment - 1);
    if (begin > memory_.size() || count > (memory_.size() - begin) / sizeof(T))
      return std::unexpected(Error::exhausted);
    std::byte* const bytes = memory_.data() + begin;
    const Result<u64> address = Kernel::dma_address(bytes);
    if (!address) return std::unexpected(address.error());
    used_ = begin + count * sizeof(T);
    T* const first = reinterpret_cast<T*>(bytes);
    for (std::size_t i = 0; i < count; ++i) new (first + i) T{};
    return DmaArray<T>{{first, count}, {*address}};
  }

  std::size_t left() const { return memory_.size() - used_; }

 private:
  std::span<std::byte> memory_;
  std::size_t used_ = 0;
};

}  // namespace driver
