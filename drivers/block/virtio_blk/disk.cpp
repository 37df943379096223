// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/block/virtio_blk/disk.hpp"

#include <algorithm>
#include <bit>

namespace virtio_blk {

using driver::Segment;
using driver::virtio::Descriptor;
using driver::virtio::Features;

namespace {

constexpr u16 request_queue = 0;
constexpr u16 request_vector = 0;

constexpr RequestType type_of(Operation operation) {
  switch (operation) {
    case Operation::read:
      return RequestType::read;
    case Operation::write:
      return RequestType::write;
    case Operation::flush:
      break;
  }
  return RequestType::flush;
}

}  // namespace

const char* word(Unsuitable reason) {
  switch (reason) {
    case Unsuitable::none:
      return "nothing";
    case Unsuitable::not_whole:
      return "its size is no multiple of 4096 bytes";
    case Unsuitable::large_blocks:
      return "its own blocks are larger than 4096 bytes";
    case Unsuitable::few_segments:
      return "it takes fewer than 65 pages in a request";
    case Unsuitable::empty:
      return "it is empty";
  }
  return "?";
}

driver::Result<void> Disk::place(driver::DmaRegion& region) {
  const auto queue = driver::virtio::Queue::make(region, driver::virtio::Queue::max_size);
  if (!queue) return std::unexpected(queue.error());
  const auto tables = region.take<Descriptor>(max_requests * max_descriptors, 16);
  if (!tables) return std::unexpected(tables.error());
  const auto headers = region.take<RequestHeader>(max_requests);
  if (!headers) return std::unexpected(headers.error());
  const auto statuses = region.take<driver::Shared<u8>>(max_requests);
  if (!statuses) return std::unexpected(statuses.error());
  queue_ = *queue;
  tables_ = *tables;
  headers_ = *headers;
  statuses_ = *statuses;
  return {};
}

std::expected<void, Refusal> Disk::start(driver::virtio::Device& device) {
  device_ = device;
  if (!device_.reset()) return std::unexpected(Refusal::stuck);
  for (State& state : states_) state = {};
  const auto features = device_.negotiate(
      Features::of(driver::virtio::feature_indirect, driver::virtio::feature_access_platform, feature_size_max,
                   feature_segment_max, feature_read_only, feature_block_size, feature_flush),
      Features::of(driver::virtio::feature_version_1));
  if (!features) return std::unexpected(features.error());
  indirect_ = features->has(driver::virtio::feature_indirect);
  flushes_ = features->has(feature_flush);
  read_configuration(*features);
  if (const auto done = set_queue_up(); !done) return done;
  device_.go();
  return {};
}

void Disk::read_configuration(Features features) {
  struct Values {
    u64 sectors;
    u32 size_max, segment_max, block_size;
  };
  const Values values = device_.read_configuration([&](const driver::Window& window) {
    return Values{window.read_at<u32>(configuration::CapacityLow::offset) |
                      u64{window.read_at<u32>(configuration::CapacityHigh::offset)} << 32,
                  window.read_at<u32>(configuration::SizeMax::offset),
                  window.read_at<u32>(configuration::SegmentMax::offset),
                  window.read_at<u32>(configuration::BlockSize::offset)};
  });
  segment_limit_ = features.has(feature_size_max) ? values.size_max : ~u32{0};
  geometry_ = {values.sectors / sectors_per_block, features.has(feature_read_only)};
  unsuitable_ = Unsuitable::none;
  if (values.sectors == 0) unsuitable_ = Unsuitable::empty;
  if (values.sectors % sectors_per_block != 0) unsuitable_ = Unsuitable::not_whole;
  if (features.has(feature_block_size) && values.block_size > block_bytes) unsuitable_ = Unsuitable::large_blocks;
  if (features.has(feature_segment_max) && values.segment_max < max_segments) unsuitable_ = Unsuitable::few_segments;
  if (segment_limit_ < block_bytes) unsuitable_ = Unsuitable::few_segments;
}

std::expected<void, Refusal> Disk::set_queue_up() {
  const u16 limit = device_.queue_limit(request_queue);
  if (limit == 0) return std::unexpected(Refusal::queue);
  const u16 most = std::bit_floor(std::min(limit, driver::virtio::Queue::max_size));
  const u16 size = indirect_ ? std::min<u16>(most, max_requests) : most;
  queue_.clear(size);
  requests_ = std::min<unsigned>(max_requests, static_cast<unsigned>(size / stride()));
  if (requests_ == 0) return std::unexpected(Refusal::queue);
  return device_.enable(request_queue, queue_, request_vector);
}

void Disk::submit(unsigned request, Operation operation, u64 block, std::span<const Segment> segments) {
  State& state = states_[request];
  state = {true, operation, 0};
  headers_[request] = {type_of(operation), 0, block * sectors_per_block};
  statuses_[request].store(static_cast<u8>(RequestStatus::none));

  // Section 5.2.6: header, data, status; what the device reads stands before what it writes (section 2.7.4.2). Without
  // indirect descriptors the chain lies in the queue's own table, whose places are counted from its start.
  const std::size_t first = indirect_ ? request * max_descriptors : request * stride();
  const driver::DmaArray<Descriptor> table = indirect_ ? tables_ : queue_.table();
  const u16 numbered_from = indirect_ ? 0 : static_cast<u16>(first);
  u16 used = 0;
  const auto add = [&](driver::DeviceAddress address, u32 length, u16 flags) {
    const u16 following = static_cast<u16>(numbered_from + used + 1);
    table[first + used++] = {address.value, length, static_cast<u16>(flags | Descriptor::next_follows), following};
  };
  add(headers_.address_of(request), sizeof(RequestHeader), 0);
  const u16 data_flags = operation == Operation::read ? Descriptor::device_writes : u16{0};
  for (const Segment& segment : segments) {
    add(segment.address, segment.length, data_flags);
    state.bytes += segment.length;
  }
  add(statuses_.address_of(request), sizeof(u8), Descriptor::device_writes);
  Descriptor& last = table[first + used - 1];
  last.flags &= static_cast<u16>(~Descriptor::next_follows);
  last.next = 0;

  const u16 head = static_cast<u16>(request * stride());
  if (indirect_)
    queue_.table()[head] = {tables_.address_of(first).value, static_cast<u32>(used * sizeof(Descriptor)),
                            Descriptor::indirect, 0};
  queue_.offer(head, (operation == Operation::read ? state.bytes : 0) + static_cast<u32>(sizeof(u8)));
}

void Disk::tell() {
  if (queue_.wants_notification()) device_.notify(request_queue);
}

std::expected<std::optional<Disk::Completion>, Broken> Disk::collect() {
  const auto used = queue_.take();
  if (!used) return std::unexpected(used.error());
  if (!*used) return std::nullopt;
  const unsigned request = static_cast<unsigned>((*used)->head / stride());
  State& state = states_[request];
  state.busy = false;
  // One read: the device may change it under us, but we decide once.
  switch (static_cast<RequestStatus>(statuses_[request].acquire())) {
    case RequestStatus::ok:
      // Bytes that the device says it did not write are not data of the disk.
      if (state.operation == Operation::read && (*used)->length < state.bytes) return std::unexpected(Broken::answer);
      return Completion{request, Outcome::done};
    case RequestStatus::error:
      return Completion{request, Outcome::medium};
    case RequestStatus::unsupported:
      return Completion{request, Outcome::unsupported};
    case RequestStatus::none:
      break;
  }
  return std::unexpected(Broken::answer);
}

}  // namespace virtio_blk
