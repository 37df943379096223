// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/memory/machine.hpp"

namespace memory {

/// The machine on the kernel's own calls.
class KernelMachine final : public Machine {
 public:
  explicit KernelMachine(unsigned own_slot) : own_slot_(own_slot) {}

  Status create(SpaceIndex space) override;
  void destroy(SpaceIndex space) override;
  Status map(SpaceIndex space, UserPage page, Frame first, u64 count, u64 rights) override;
  void unmap(SpaceIndex space, Range range) override;
  void protect(SpaceIndex space, Range range, u64 rights) override;
  Status clone(SpaceIndex to, SpaceIndex from, Range range) override;
  void query(SpaceIndex space, UserPage page, std::span<Entry> entries) override;
  UserPage next_present(SpaceIndex space, UserPage page) override;
  std::size_t take(std::span<Frame> frames) override;
  std::optional<Frame> take_row() override;
  void give_back(Frame first, u64 count) override;
  FrameUse use(Frame frame) override;
  std::span<std::byte, page_size> contents(Frame frame) override;

 private:
  unsigned own_slot_;
};

}  // namespace memory
