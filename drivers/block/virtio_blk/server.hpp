// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <string_view>

#include "drivers/block/virtio_blk/disk.hpp"
#include "generated/contract/disk.hpp"
#include "lib/contract/token.hpp"

namespace virtio_blk {

namespace answer = contract::disk;

/// The contract `disk` on one device. Requests are given to the device as they come and answered as they end; what
/// finds no place there waits here. A request of a client's new generation waits until the device has done with all of
/// its old one, so that an old write can never follow a new one. When the device breaks the specification it is reset,
/// and what it had is given to it once more.
class Server : public contract::disk::Exporter {
 public:
  /// `say` takes a line for the log.
  explicit Server(void (*say)(std::string_view)) : say_(say) {}

  /// Takes a disk that is there, and whose memory for DMA has been placed; it is started here.
  void attach(Disk& disk, const driver::virtio::Device& device);
  /// Answers `reason` to everything from here on.
  void give_up(answer::Reason reason);

  contract::Answer<answer::Opened, answer::Failed> on_open(contract::Call&, const answer::Open&) override;
  contract::Answer<answer::Done, answer::Failed> on_read(contract::Call&, const answer::Read&) override;
  contract::Answer<answer::Done, answer::Failed> on_write(contract::Call&, const answer::Write&) override;
  contract::Answer<answer::Done, answer::Failed> on_flush(contract::Call&, const answer::Flush&) override;

  /// The device has something to say.
  void on_completion();

  bool attached() const { return disk_ != nullptr; }
  unsigned in_flight() const { return disk_ == nullptr ? 0 : disk_->in_flight(); }
  std::size_t waiting() const { return waiting_count_; }

 private:
  using Token = contract::Token<answer::Done, answer::Failed>;
  /// More lanes than all importers of a disk have together.
  static constexpr std::size_t max_waiting = 128;
  /// How often a request is given to a device that breaks the specification while it has it.
  static constexpr u8 most_attempts = 2;

  struct Request {
    Operation operation = Operation::flush;
    u64 block = 0;
    contract::Lend data;
    Token token;
  };
  /// A request that the device has. Its pages say where its data lies, for as long as it is pinned.
  struct Slot {
    Operation operation = Operation::flush;
    u8 attempts = 0;
    u64 block = 0;
    u64 length = 0;
    Token token;
    std::array<u64, Disk::max_segments> pages;
    driver::Pinned pin;
  };

  std::optional<answer::Reason> objection(Operation operation, u64 block, u64 count) const;
  contract::Answer<answer::Done, answer::Failed> take(contract::Call& call, Operation operation, u64 block, u64 count,
                                                      const contract::Lend& data);
  void pump();
  bool must_wait(const Request& request) const;
  std::optional<unsigned> free_slot() const;
  void begin(unsigned number, Request& request);
  void submit(unsigned number);
  void end(unsigned number, Outcome outcome);
  void recover(Broken broken);

  void (*say_)(std::string_view);
  Disk* disk_ = nullptr;
  driver::virtio::Device device_;
  answer::Reason reason_ = answer::Reason::absent;  // where there is no disk
  std::array<Slot, Disk::max_requests> slots_;
  std::array<Request, max_waiting> waiting_;
  std::size_t first_waiting_ = 0;
  std::size_t waiting_count_ = 0;
};

}  // namespace virtio_blk
