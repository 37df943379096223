// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "servers/memory/memory.hpp"
#include "servers/memory/tests/fake_machine.hpp"

// Address spaces on a strict kernel and file server.
namespace memory {

using test::FakeFiles;
using test::FakeMachine;

inline constexpr u32 frames = 6000;
inline constexpr u8 rw = readable | writable;

struct Settled final : Watcher {
  std::set<SpaceIndex> spaces;
  std::function<void()> then;
  void settled(SpaceIndex space) override {
    spaces.insert(space);
    if (then) std::exchange(then, nullptr)();
  }
};

class MemoryTest : public testing::Test {
 protected:
  FakeMachine machine{frames};
  FakeFiles files{machine};
  Settled settled;
  std::vector<Region> regions = std::vector<Region>(600);
  std::vector<Space> spaces = std::vector<Space>(32);
  std::vector<Inhabitant> inhabitants = std::vector<Inhabitant>(64);
  Memory memory{machine, files, settled, {regions, spaces, inhabitants}, 4000};

  SpaceIndex start(u32 pid, SpaceIndex index = 0) {
    EXPECT_TRUE(memory.begin_build(index, pid, 0x600000));
    EXPECT_TRUE(memory.build_stack(index, program_range.end.address() - 100));
    EXPECT_TRUE(memory.adopt(pid, index));
    return index;
  }
  void end() {
    for (u32 pid = 1; pid < inhabitants.size(); ++pid) EXPECT_TRUE(memory.release(pid));
    memory.release_unused();
    for (const auto& [name, file] : files.files) EXPECT_FALSE(file.held) << name;
    files.forget_cache();
    memory.return_stock();
    EXPECT_EQ(machine.free_frames(), frames - 1);
    EXPECT_TRUE(machine.spaces.empty());
    EXPECT_EQ(memory.promised(), 0u);
    EXPECT_EQ(memory.regions().available(), regions.size() - 1);
  }

  u64 map(SpaceIndex space, u64 pages, u8 rights = rw, Sharing sharing = Sharing::own, u64 address = 0) {
    const auto result =
        memory.map(space, {.address = address, .length = pages * page_size, .rights = rights, .sharing = sharing});
    EXPECT_TRUE(result);
    return result.value_or(0);
  }
  u64 map_file(SpaceIndex space, u64 name, u64 pages, u8 rights, Sharing sharing, u64 first = 0) {
    const auto object = files.map_descriptor(1, static_cast<int>(name), rights, sharing == Sharing::shared);
    const ObjectIndex index = memory.objects().file(object->name, object->serial);
    const auto result = memory.map(
        space, {.length = pages * page_size, .rights = rights, .sharing = sharing, .object = index, .first = first});
    memory.objects().settle(index);
    EXPECT_TRUE(result);
    return result.value_or(0);
  }

  /// What the processor does: one access, with a fault first where the entry does not allow it.
  std::byte* access(SpaceIndex space, u64 address, Access kind) {
    for (int tries = 0; tries < 3; ++tries) {
      auto& table = machine.spaces.at(space);
      const auto found = table.find(UserPage::of(address));
      const bool present = found != table.end();
      if (present) {
        const u64 rights = found->second.rights;
        const bool allowed = kind == Access::write     ? rights & writable
                             : kind == Access::execute ? rights & executable
                                                       : rights != 0;
        if (allowed) return &machine.bytes(found->second.frame)[address % page_size];
      }
      last = memory.fault(space, address, kind, present);
      if (!last) return nullptr;
    }
    ADD_FAILURE() << "the same fault again and again";
    return nullptr;
  }
  Result<void> last;
  bool write(SpaceIndex space, u64 address, int value) {
    std::byte* there = access(space, address, Access::write);
    if (there != nullptr) *there = static_cast<std::byte>(value);
    return there != nullptr;
  }
  int read(SpaceIndex space, u64 address) {
    const std::byte* there = access(space, address, Access::read);
    return there == nullptr ? -1 : static_cast<int>(*there);
  }
};

}  // namespace memory
