// SPDX-License-Identifier: BSD-2-Clause
#include "lib/driver/virtio/queue.hpp"

#include <bit>

namespace driver::virtio {
namespace {

constexpr std::size_t used_element_cells = sizeof(UsedElement) / sizeof(u16);
constexpr u16 used_no_notify = 1;  // section 2.7.8, VIRTQ_USED_F_NO_NOTIFY

u32 load_32(const DmaArray<Shared<u16>>& cells, std::size_t at) {
  return cells[at].load() | u32{cells[at + 1].load()} << 16;
}

}  // namespace

Result<Queue> Queue::make(DmaRegion& region, u16 size) {
  if (size > max_size || !std::has_single_bit(size)) return std::unexpected(Error::invalid);
  // Section 2.7: alignments are 16, 2 and 4. Each ring has one more cell behind its elements (used_event, avail_event).
  const auto descriptors = region.take<Descriptor>(size, 16);
  if (!descriptors) return std::unexpected(descriptors.error());
  const auto available = region.take<Shared<u16>>(ring_cells + size + 1, 2);
  if (!available) return std::unexpected(available.error());
  const auto used = region.take<Shared<u16>>(ring_cells + size * used_element_cells + 1, 4);
  if (!used) return std::unexpected(used.error());
  Queue queue;
  queue.capacity_ = queue.size_ = size;
  queue.descriptors_ = *descriptors;
  queue.available_ = *available;
  queue.used_ = *used;
  return queue;
}

void Queue::clear(u16 size) {
  if (size <= capacity_ && std::has_single_bit(size)) size_ = size;
  for (Descriptor& descriptor : descriptors_.memory) descriptor = {};
  for (Shared<u16>& cell : available_.memory) cell.store(0);
  for (Shared<u16>& cell : used_.memory) cell.store(0);
  next_available_ = next_used_ = 0;
  in_flight_ = 0;
  for (bool& offered : offered_) offered = false;
}

void Queue::offer(u16 head, u32 writable) {
  offered_[head] = true;
  writable_[head] = writable;
  ++in_flight_;
  available_[ring_cells + (next_available_ & (size_ - 1))].store(head);
  ++next_available_;
  // The device may look as soon as the index has changed, so all of the chain is there before it.
  available_[index_cell].release(next_available_);
}

bool Queue::wants_notification() const {
  // The index must be seen by the device before its flag is read here, else both wait for each other.
  full_barrier();
  return !(used_[0].load() & used_no_notify);
}

std::expected<std::optional<Used>, Broken> Queue::take() {
  const u16 waiting = static_cast<u16>(used_[index_cell].acquire() - next_used_);
  if (waiting == 0) return std::nullopt;
  if (waiting > in_flight_) return std::unexpected(Broken::used_index);
  const std::size_t at = ring_cells + (next_used_ & (size_ - 1)) * used_element_cells;
  const u32 head = load_32(used_, at);
  const u32 length = load_32(used_, at + 2);
  if (head >= size_ || !offered_[head]) return std::unexpected(Broken::used_head);
  if (length > writable_[head]) return std::unexpected(Broken::used_length);
  ++next_used_;
  --in_flight_;
  offered_[head] = false;
  return Used{static_cast<u16>(head), length};
}

}  // namespace driver::virtio
