// SPDX-License-Identifier: BSD-2-Clause
#include "generated/contract/disk.hpp"
#include "lib/component/component.hpp"

namespace {

namespace disk = contract::disk;
using abi::u64;

class Forgetful final : public component::Component, public disk::Exporter {
 public:
  std::expected<void, component::StartError> start(component::Start) override { return {}; }

  contract::Answer<disk::Opened, disk::Failed> on_open(contract::Call&, const disk::Open&) override {
    return disk::Opened{.blocks = blocks, .read_only = false};
  }
  contract::Answer<disk::Done, disk::Failed> on_read(contract::Call&, const disk::Read& message) override {
    if (outside(message.block, message.count)) return disk::Failed{disk::Reason::out_of_range};
    if (!message.data.copy_out(0, part(message.block, message.count))) return disk::Failed{disk::Reason::memory};
    return disk::Done{};
  }
  contract::Answer<disk::Done, disk::Failed> on_write(contract::Call&, const disk::Write& message) override {
    if (outside(message.block, message.count)) return disk::Failed{disk::Reason::out_of_range};
    if (!message.data.copy_in(0, part(message.block, message.count))) return disk::Failed{disk::Reason::memory};
    return disk::Done{};
  }
  contract::Answer<disk::Done, disk::Failed> on_flush(contract::Call&, const disk::Flush&) override {
    return disk::Done{};
  }

 private:
  static constexpr u64 blocks = 64;

  static bool outside(u64 block, u64 count) { return block >= blocks || count > blocks - block; }
  std::span<std::byte> part(u64 block, u64 count) {
    return std::span{memory_}.subspan(block * disk::block_size, count * disk::block_size);
  }

  std::byte memory_[blocks * disk::block_size];  // not in the vault, not in frames: this is the fault
};

}  // namespace

COMPONENT(Forgetful)
