// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "abi/calls.hpp"
#include "servers/memory/address.hpp"

namespace memory {

using abi::Status;

/// A frame by its number in the kernel's table.
struct Frame {
  u32 number = 0;
  constexpr Frame operator+(u64 frames) const { return {static_cast<u32>(number + frames)}; }
  friend constexpr bool operator==(Frame, Frame) = default;
};

/// Index of a space in the kernel.
using SpaceIndex = u16;

/// A page entry as the kernel tells it.
class Entry {
  static constexpr unsigned frame_shift = 12;

 public:
  constexpr Entry() = default;
  explicit constexpr Entry(u64 bits) : bits_(bits) {}
  static constexpr Entry of(Frame frame, u64 flags) {
    return Entry(u64{frame.number} << frame_shift | abi::entry_present | flags);
  }
  constexpr bool present() const { return bits_ & abi::entry_present; }
  constexpr bool writable() const { return bits_ & abi::entry_writable; }
  constexpr bool dirty() const { return bits_ & abi::entry_dirty; }
  constexpr Frame frame() const { return {static_cast<u32>(bits_ >> frame_shift)}; }

 private:
  u64 bits_ = 0;
};
static_assert(sizeof(Entry) == sizeof(u64));

/// How a frame is used now.
struct FrameUse {
  bool own = false;       // of this slot
  unsigned mappings = 0;  // in programs' spaces
};

inline constexpr u64 frames_in_row = 16;

/// Most pages that the kernel works on in one call.
inline constexpr u64 pages_at_once = 64;

/// What memory asks of the kernel. Jobs that the kernel does in parts are done whole.
class Machine {
 public:
  virtual Status create(SpaceIndex space) = 0;
  virtual void destroy(SpaceIndex space) = 0;
  /// Maps own frames that follow each other. `exists`: something is there already.
  /// Rights 0 keep programs from it, here and in `protect`.
  virtual Status map(SpaceIndex space, UserPage page, Frame first, u64 count, u64 rights) = 0;
  virtual void unmap(SpaceIndex space, Range range) = 0;
  /// Of what is present.
  virtual void protect(SpaceIndex space, Range range, u64 rights) = 0;
  /// The same frames in both spaces, writable in neither.
  virtual Status clone(SpaceIndex to, SpaceIndex from, Range range) = 0;
  /// Entries from a page on, at most pages_at_once.
  virtual void query(SpaceIndex space, UserPage page, std::span<Entry> entries) = 0;
  /// The first page from this one on that is present; the end of what programs may have: none.
  virtual UserPage next_present(SpaceIndex space, UserPage page) = 0;
  /// Visits what is present in a range, which may be a million times as large as memory: a page that is present, and
  /// the entries from it on.
  template <class Visitor>
  void each_present(SpaceIndex space, Range range, Visitor visit) {
    Entry entries[pages_at_once];
    for (UserPage page = range.begin;;) {
      page = next_present(space, page);
      if (page >= range.end) return;
      const std::span found(entries, std::min(pages_at_once, range.end - page));
      query(space, page, found);
      visit(page, found);
      page = page + found.size();
    }
  }

  /// Zeroed frames, fewer than asked for where there are no more.
  virtual std::size_t take(std::span<Frame> frames) = 0;
  /// Zeroed frames that follow each other, `frames_in_row` of them.
  virtual std::optional<Frame> take_row() = 0;
  /// Returns frames that follow each other and that nobody has mapped.
  virtual void give_back(Frame first, u64 count) = 0;
  virtual FrameUse use(Frame frame) = 0;
  /// Contents of an own frame.
  virtual std::span<std::byte, page_size> contents(Frame frame) = 0;

 protected:
  ~Machine() = default;
};

}  // namespace memory
