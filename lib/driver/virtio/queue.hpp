// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>

#include "lib/driver/dma_region.hpp"

namespace driver::virtio {

/// The device broke the specification; only a reset helps.
enum class Broken : u8 {
  used_index,   // it used more than it was given
  used_head,    // it used a chain that it does not have
  used_length,  // it wrote more than it could
  answer,       // a kind of device says what it cannot
  needs_reset,  // it says so itself
};

/// Section 2.7.5, struct virtq_desc.
struct Descriptor {
  static constexpr u16 next_follows = 1;
  static constexpr u16 device_writes = 2;
  static constexpr u16 indirect = 4;

  u64 address = 0;
  u32 length = 0;
  u16 flags = 0;
  u16 next = 0;
};
static_assert(sizeof(Descriptor) == 16);

/// Section 2.7.8, struct virtq_used_elem.
struct UsedElement {
  u32 id = 0;
  u32 length = 0;
};
static_assert(sizeof(UsedElement) == 8);

/// A chain that the device has used: the head as offered, and how many bytes the device says it wrote.
struct Used {
  u16 head;
  u32 length;
};

/// A split virtqueue (section 2.7). Who owns the queue decides which descriptors make a chain; the queue keeps account
/// of the heads that the device has, and believes it nothing.
class Queue {
 public:
  static constexpr u16 max_size = 256;

  Queue() = default;

  /// Lays a queue of `size` (a power of two up to `max_size`) out in the region.
  static Result<Queue> make(DmaRegion& region, u16 size);

  u16 size() const { return size_; }
  DeviceAddress descriptors() const { return descriptors_.address; }
  DeviceAddress driver_area() const { return available_.address; }
  DeviceAddress device_area() const { return used_.address; }
  DmaArray<Descriptor> table() const { return descriptors_; }

  /// Empty again, of `size` (a power of two up to what it was made with); the device has been reset.
  void clear(u16 size);

  /// Gives the chain that begins with `head` to the device; `writable` is how many bytes of it the device may write.
  /// The chain's descriptors are in place. The device is told by `Device::notify`, if `wants_notification`.
  void offer(u16 head, u32 writable);
  bool wants_notification() const;

  /// The next chain that the device has used; nothing when there is none.
  std::expected<std::optional<Used>, Broken> take();

  unsigned in_flight() const { return in_flight_; }
  bool has(u16 head) const { return head < size_ && offered_[head]; }

 private:
  // The available and used rings (sections 2.7.6 and 2.7.8): two cells, flags and index, then the ring.
  static constexpr std::size_t index_cell = 1;
  static constexpr std::size_t ring_cells = 2;

  u16 capacity_ = 0;
  u16 size_ = 0;
  u16 next_available_ = 0;
  u16 next_used_ = 0;
  unsigned in_flight_ = 0;
  DmaArray<Descriptor> descriptors_;
  DmaArray<Shared<u16>> available_;
  DmaArray<Shared<u16>> used_;  // in cells of 16 bits, as its header is; the elements are pairs of 32
  bool offered_[max_size] = {};
  u32 writable_[max_size] = {};
};

}  // namespace driver::virtio
