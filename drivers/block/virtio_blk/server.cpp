// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/block/virtio_blk/server.hpp"

namespace virtio_blk {

using answer::Done;
using answer::Failed;
using answer::Reason;
using driver::Direction;
using driver::Pinned;
using driver::Segment;

static_assert(answer::block_size == block_bytes);
static_assert(answer::max_count == Disk::max_blocks);

namespace {

constexpr std::string_view word(Broken broken) {
  switch (broken) {
    case Broken::used_index:
      return "it used more than it had";
    case Broken::used_head:
      return "it used a chain that it did not have";
    case Broken::used_length:
      return "it wrote more than it could";
    case Broken::answer:
      return "its answer means nothing";
    case Broken::needs_reset:
      return "it says that it needs to be reset";
  }
  return "?";
}

}  // namespace

void Server::attach(Disk& disk, const driver::virtio::Device& device) {
  device_ = device;
  if (const auto started = disk.start(device_); !started) {
    say_("the disk is not served:");
    say_(driver::virtio::word(started.error()));
    return give_up(Reason::unsuitable);
  }
  if (disk.unsuitable() != Unsuitable::none) {
    say_("the disk is not served:");
    say_(virtio_blk::word(disk.unsuitable()));
    (void)disk.stop();
    return give_up(Reason::unsuitable);
  }
  disk_ = &disk;
}

void Server::give_up(Reason reason) {
  disk_ = nullptr;
  reason_ = reason;
  for (Slot& slot : slots_) {
    // The device may still write there: the pin stays until the reincarnation server has had it reset.
    if (slot.token) slot.token.answer(Failed{reason});
  }
  pump();
}

std::optional<Reason> Server::objection(Operation operation, u64 block, u64 count) const {
  if (disk_ == nullptr) return reason_;
  if (operation == Operation::flush) return std::nullopt;
  const u64 blocks = disk_->geometry().blocks;
  if (block >= blocks || count > blocks - block) return Reason::out_of_range;
  if (operation == Operation::write && disk_->geometry().read_only) return Reason::read_only;
  return std::nullopt;
}

contract::Answer<answer::Opened, Failed> Server::on_open(contract::Call&, const answer::Open&) {
  if (disk_ == nullptr) return Failed{reason_};
  return answer::Opened{disk_->geometry().blocks, disk_->geometry().read_only};
}

contract::Answer<Done, Failed> Server::on_read(contract::Call& call, const answer::Read& message) {
  return take(call, Operation::read, message.block, message.count, message.data);
}

contract::Answer<Done, Failed> Server::on_write(contract::Call& call, const answer::Write& message) {
  return take(call, Operation::write, message.block, message.count, message.data);
}

contract::Answer<Done, Failed> Server::on_flush(contract::Call& call, const answer::Flush&) {
  if (disk_ != nullptr && !disk_->flushes()) return Done{};
  return take(call, Operation::flush, 0, 0, {});
}

contract::Answer<Done, Failed> Server::take(contract::Call& call, Operation operation, u64 block, u64 count,
                                            const contract::Lend& data) {
  if (const auto reason = objection(operation, block, count)) return Failed{*reason};
  if (waiting_count_ == max_waiting) return Failed{Reason::memory};
  Request& request = waiting_[(first_waiting_ + waiting_count_++) % max_waiting];
  request.operation = operation;
  request.block = block;
  request.data = data;
  request.token = call.defer<Done, Failed>();
  pump();
  return contract::deferred;
}

void Server::pump() {
  bool submitted = false;
  while (waiting_count_ != 0) {
    Request& request = waiting_[first_waiting_];
    if (disk_ == nullptr) {
      request.token.answer(Failed{reason_});
    } else {
      const std::optional<unsigned> number = free_slot();
      if (!number || must_wait(request)) break;
      begin(*number, request);
      submitted = true;
    }
    first_waiting_ = (first_waiting_ + 1) % max_waiting;
    --waiting_count_;
  }
  if (submitted) disk_->tell();
}

bool Server::must_wait(const Request& request) const {
  const contract::Endpoint client = request.token.caller();
  for (unsigned number = 0; number < disk_->requests(); ++number) {
    if (!disk_->busy(number)) continue;
    const contract::Endpoint other = slots_[number].token.caller();
    if (other.slot() == client.slot() && other.generation() != client.generation()) return true;
  }
  return false;
}

std::optional<unsigned> Server::free_slot() const {
  for (unsigned number = 0; number < disk_->requests(); ++number)
    if (!disk_->busy(number)) return number;
  return std::nullopt;
}

void Server::begin(unsigned number, Request& request) {
  Slot& slot = slots_[number];
  slot.operation = request.operation;
  slot.block = request.block;
  slot.length = request.operation == Operation::flush ? 0 : request.data.length();
  slot.attempts = 1;
  if (slot.length != 0) {
    const auto direction = slot.operation == Operation::read ? Direction::device_writes : Direction::device_reads;
    std::array<Segment, Disk::max_segments> segments;
    auto pinned = Pinned::make(request.data, direction, slot.pages, segments, disk_->segment_limit());
    if (!pinned) return request.token.answer(Failed{Reason::memory});
    slot.pin = std::move(pinned->first);
  }
  slot.token = std::move(request.token);
  submit(number);
}

void Server::submit(unsigned number) {
  Slot& slot = slots_[number];
  std::array<Segment, Disk::max_segments> segments;
  std::size_t count = 0;
  if (slot.length != 0) count = Pinned::join(slot.pages, slot.length, segments, disk_->segment_limit()).value_or(0);
  disk_->submit(number, slot.operation, slot.block, std::span{segments}.first(count));
}

void Server::end(unsigned number, Outcome outcome) {
  Slot& slot = slots_[number];
  // Before the answer: with it the lend ends.
  slot.pin.release();
  if (outcome == Outcome::done)
    slot.token.answer(Done{});
  else
    slot.token.answer(Failed{Reason::medium});
}

void Server::on_completion() {
  if (disk_ == nullptr) return;
  bool any = false;
  for (;;) {
    const auto completion = disk_->collect();
    if (!completion) return recover(completion.error());
    if (!*completion) break;
    any = true;
    end((*completion)->request, (*completion)->outcome);
  }
  // Asking the device costs more than all the rest, so it is asked only when it interrupted for nothing else.
  if (!any && disk_->broken()) return recover(Broken::needs_reset);
  pump();
}

void Server::recover(Broken broken) {
  say_("the device breaks the specification and is reset:");
  say_(word(broken));
  if (!disk_->start(device_)) {
    say_("it does not come back");
    return give_up(Reason::medium);
  }
  for (unsigned number = 0; number < slots_.size(); ++number) {
    Slot& slot = slots_[number];
    if (!slot.token) continue;
    if (number >= disk_->requests() || slot.attempts++ == most_attempts)
      end(number, Outcome::medium);
    else
      submit(number);
  }
  disk_->tell();
  pump();
}

}  // namespace virtio_blk
