// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "drivers/block/virtio_blk/layout.hpp"
#include "lib/driver/pinned.hpp"
#include "lib/driver/virtio/device.hpp"

namespace virtio_blk {

using driver::virtio::Broken;
using driver::virtio::Refusal;

enum class Operation : u8 { read, write, flush };

/// How a request ended.
enum class Outcome : u8 {
  done,
  medium,       // the device could not
  unsupported,  // the device does not know such requests
};

/// Why a disk is not served although its device works.
enum class Unsuitable : u8 {
  none,
  not_whole,     // its capacity is no multiple of 4 KiB
  large_blocks,  // its own blocks are larger than 4 KiB
  few_segments,  // it takes too few segments in a request, or too short ones
  empty,         // it has no block
};
const char* word(Unsuitable reason);

struct Geometry {
  u64 blocks = 0;
  bool read_only = false;
};

/// The device as a disk of 4 KiB blocks: several requests in it at a time, each known by its number. It knows no
/// contract and no client, and believes the device nothing: what breaks the specification comes back as Broken, after
/// which `start` has to be called again and every request is given anew by the caller.
class Disk {
 public:
  /// Most blocks of a request, and most pages that they touch.
  static constexpr u32 max_blocks = 64;
  static constexpr std::size_t max_segments = max_blocks + 1;
  static constexpr unsigned max_requests = 32;

  /// Lays the queue and the requests out in the region; once. Its size is in the manifest.
  driver::Result<void> place(driver::DmaRegion& region);

  /// Resets the device and sets it up; nothing is in it afterwards.
  std::expected<void, Refusal> start(driver::virtio::Device& device);
  Unsuitable unsuitable() const { return unsuitable_; }
  const Geometry& geometry() const { return geometry_; }

  /// How many requests the device can have; their numbers are below.
  unsigned requests() const { return requests_; }
  bool busy(unsigned request) const { return states_[request].busy; }
  unsigned in_flight() const { return queue_.in_flight(); }
  /// The longest segment that the device takes.
  u32 segment_limit() const { return segment_limit_; }
  /// Whether the device has a cache that a flush empties; without one a flush is done when it is asked.
  bool flushes() const { return flushes_; }

  /// Gives request number `request`, which is not busy, to the device. `segments` cover all blocks.
  void submit(unsigned request, Operation operation, u64 block, std::span<const driver::Segment> segments);
  /// Tells the device of what was submitted, if it wants to be told.
  void tell();

  struct Completion {
    unsigned request;
    Outcome outcome;
  };
  /// The next request that the device has done with; nothing when there is none.
  std::expected<std::optional<Completion>, Broken> collect();

  /// Whether the device itself says that it can go on only after a reset. An access of the device.
  bool broken() const { return device_.needs_reset(); }

  /// Stops the device: nothing of it reaches memory afterwards. False where it does not stop.
  [[nodiscard]] bool stop() { return device_.reset(); }

 private:
  static constexpr std::size_t max_descriptors = max_segments + 2;  // header and status

  struct State {
    bool busy = false;
    Operation operation = Operation::read;
    u32 bytes = 0;  // of data
  };

  std::expected<void, Refusal> set_queue_up();
  void read_configuration(driver::virtio::Features features);
  /// Descriptors of one request in the queue itself.
  std::size_t stride() const { return indirect_ ? 1 : max_descriptors; }

  driver::virtio::Device device_;
  driver::virtio::Queue queue_;
  driver::DmaArray<RequestHeader> headers_;
  driver::DmaArray<driver::Shared<u8>> statuses_;
  driver::DmaArray<driver::virtio::Descriptor> tables_;  // max_descriptors for each request
  bool indirect_ = false;
  bool flushes_ = false;
  unsigned requests_ = 0;
  u32 segment_limit_ = 0;
  Geometry geometry_;
  Unsuitable unsuitable_ = Unsuitable::none;
  State states_[max_requests];
};

}  // namespace virtio_blk
