// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>

#include "lib/driver/dma_region.hpp"

namespace driver {

/// A contiguous piece of a pinned lend.
struct Segment {
  DeviceAddress address;
  u32 length = 0;
};

enum class Direction : u8 { device_reads, device_writes };

/// A lend that stays where it is, reachable for the device, until this is destroyed or the device has been reset. To
/// be released before the request is answered. `L` is a contract::Lend: it says whose request brought it.
class Pinned {
 public:
  Pinned() = default;
  Pinned(Pinned&& other) noexcept : pages_(std::exchange(other.pages_, {})) {}
  Pinned& operator=(Pinned&& other) noexcept {
    if (this != &other) {
      release();
      pages_ = std::exchange(other.pages_, {});
    }
    return *this;
  }
  ~Pinned() { release(); }

  /// Pins `lend` whole. `pages` takes the kernel's answer, one for each page that the lend touches, and must stay as
  /// long as this pin does. `segments` is filled from the front, neighbours joined as long as a segment stays within
  /// `most`; the count comes back with the pin. Errors: what the kernel says; `exhausted` where the segments do not
  /// suffice.
  template <class L>
  static Result<std::pair<Pinned, std::size_t>> make(const L& lend, Direction direction, std::span<u64> pages,
                                                     std::span<Segment> segments, u32 most = ~u32{0}) {
    const u64 length = lend.length();
    if (length == 0 || pages_for(length) > pages.size()) return std::unexpected(Error::invalid);
    const Result<u64> pinned_pages = Kernel::dma_pin(lend.sender(), lend.index(), lend.offset(), length, pages,
                                                     direction == Direction::device_writes);
    if (!pinned_pages) return std::unexpected(pinned_pages.error());
    Pinned pinned;
    pinned.pages_ = pages.first(*pinned_pages);
    // Where in its first page the lend begins, the address of that page tells. Were the count another than follows from
    // it, the device would be sent beside the lend.
    const u64 shift = pages[0] & (abi::page_size - 1);
    if (*pinned_pages != (shift + length + abi::page_size - 1) / abi::page_size) return std::unexpected(Error::invalid);
    const Result<std::size_t> count = join(pinned.pages_, length, segments, most);
    if (!count) return std::unexpected(count.error());
    return std::pair{std::move(pinned), *count};
  }

  bool held() const { return !pages_.empty(); }
  void release() {
    // A pin that the kernel has dropped already, because the device was reset, is not its any more: nothing to do.
    if (held()) (void)Kernel::dma_unpin(std::exchange(pages_, {}));
  }

  /// Pages that `length` bytes may touch, whatever their alignment.
  static constexpr std::size_t pages_for(u64 length) { return (length + 2 * abi::page_size - 2) / abi::page_size; }

  /// Makes segments of the physical address of each page: that of the first byte for the first page, of the page for
  /// the others.
  static Result<std::size_t> join(std::span<const u64> pages, u64 length, std::span<Segment> segments, u32 most) {
    std::size_t count = 0;
    for (std::size_t page = 0; length != 0; ++page) {
      if (page == pages.size()) return std::unexpected(Error::invalid);
      const u64 address = pages[page];
      const u64 in_page = abi::page_size - (address & (abi::page_size - 1));
      const u32 here = static_cast<u32>(length < in_page ? length : in_page);
      const bool joins = count != 0 && segments[count - 1].address.plus(segments[count - 1].length).value == address &&
                         u64{segments[count - 1].length} + here <= most;
      if (joins) {
        segments[count - 1].length += here;
      } else {
        if (count == segments.size() || here > most) return std::unexpected(Error::exhausted);
        segments[count++] = {{address}, here};
      }
      length -= here;
    }
    return count;
  }

 private:
  std::span<const u64> pages_;
};

}  // namespace driver
