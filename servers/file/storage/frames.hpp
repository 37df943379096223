// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>

#include "servers/file/error.hpp"

namespace file {

/// A frame of physical memory that this server owns, by its number in the kernel.
enum class Frame : u32 { none = 0xffff'ffff };

constexpr Frame operator+(Frame frame, u32 count) { return static_cast<Frame>(static_cast<u32>(frame) + count); }

inline constexpr u32 run_frames = 16;  // frames in a row that the kernel gives at once

/// A program's space and an address in it.
struct Place {
  u16 space;
  u64 address;
};

/// Who holds frames that others may need more.
class Reclaimable {
 public:
  /// Gives about `wanted` frames back to the kernel, if it can; says how many.
  virtual u32 shrink(u32 wanted) = 0;

 protected:
  ~Reclaimable() = default;
};

/// Memory as the kernel gives it: zeroed frames against the quota, each at a fixed address of its own.
class Frames {
 public:
  virtual Result<Frame> take() = 0;
  /// One that is needed more than what is only cached: that gives way.
  Result<Frame> take_urgently() {
    Result<Frame> taken = take();
    if (!taken && cache_ != nullptr && cache_->shrink(run_frames) != 0) taken = take();
    return taken;
  }
  void reclaim_from(Reclaimable& cache) { cache_ = &cache; }
  /// Sixteen frames in a row; fails where there is no such run, though single frames may still be had.
  virtual Result<Frame> take_run() = 0;
  /// False, and nothing is done, where one of them is mapped elsewhere than in the own window.
  virtual bool give_back(Frame first, u32 count) = 0;
  /// How often it is mapped, the own window included.
  virtual u32 map_count(Frame frame) = 0;
  /// Maps frames in a row at an address of a program; what is mapped there already gets the new rights.
  virtual Result<> map(Place place, Frame first, u32 count, u8 rights) = 0;

  std::byte* address(Frame frame) const { return base_ + static_cast<u64>(frame) * abi::page_size; }

 protected:
  explicit Frames(std::byte* base) : base_(base) {}
  ~Frames() = default;

 private:
  std::byte* base_;
  Reclaimable* cache_ = nullptr;
};

}  // namespace file
