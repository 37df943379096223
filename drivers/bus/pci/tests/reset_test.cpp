// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/bus/pci/reset.hpp"

#include <gtest/gtest.h>

#include "drivers/bus/pci/tests/fake_bus.hpp"

namespace {

using namespace pci;
using pci::tests::FakeBus;
using pci::tests::FakeFunction;
using pci::tests::virtio_block;

constexpr u64 ms = 1'000'000;

class ResetTest : public ::testing::Test {
 protected:
  FakeBus bus;
  Configuration configuration;
  Inventory inventory;

  const Device& add(FakeFunction function) {
    bus.add(0, 3, 0, std::move(function));
    scan(configuration, inventory);
    real().put(0x04, 2, 7);  // a driver has it
    return inventory.devices[0];
  }
  FakeFunction& real() { return bus.functions.at({0, 3, 0}); }

  /// Steps when it asks to be stepped; the time that it took.
  std::pair<Progress, u64> run(const Device& device, Method expected) {
    const Way way = way_of(configuration, device);
    EXPECT_EQ(way.method, expected);
    Reset reset{configuration, device, way, FakeBus::own_slot, 1000 * ms};
    EXPECT_FALSE(real().on(2)) << "mastering ends at once";
    EXPECT_TRUE(real().on(10)) << "and so does the line";
    u64 now = 1000 * ms;
    for (;;) {
      const Progress progress = reset.step(configuration, device, now);
      if (progress != Progress::waiting) return {progress, now - 1000 * ms};
      EXPECT_GT(reset.again_at(), now);
      now = reset.again_at();
    }
  }
};

TEST_F(ResetTest, OfVirtioWritesZeroAndWaitsForZero) {
  const Device& device = add(virtio_block());
  bus.memory[0xfe00'0014] = 0x0f;
  unsigned reads = 0;
  bus.on_memory_write = [&](u64 at, u32 value) {
    if (at == 0xfe00'0014 && value == 0) bus.memory[at] = 0x0f;  // takes its time
  };
  bus.on_read = [&](u64 at) {
    if (at == 0xfe00'0014 && ++reads == 4) bus.memory[at] = 0;
  };
  const auto [progress, took] = run(device, Method::virtio);
  EXPECT_EQ(progress, Progress::done);
  EXPECT_EQ(took, 3 * ms);
  EXPECT_EQ(real().get(0x98 + 2, 2) & 0x8000, 0u) << "MSI-X is off";
  EXPECT_FALSE(real().on(1)) << "nothing is decoded until the next claim";
}

TEST_F(ResetTest, OfVirtioGivesUp) {
  const Device& device = add(virtio_block());
  bus.on_memory_write = [&](u64 at, u32) { bus.memory[at] = 1; };
  const auto [progress, took] = run(device, Method::virtio);
  EXPECT_EQ(progress, Progress::stuck);
  EXPECT_EQ(took, 2000 * ms);
  EXPECT_FALSE(real().on(2));
}

TEST_F(ResetTest, OfVirtioDoesNotBelieveItsCapabilities) {
  FakeFunction function = virtio_block();
  function.put(0x84 + 8, 4, 0xffff'f000);
  EXPECT_EQ(run(add(function), Method::none).first, Progress::done);
  EXPECT_TRUE(bus.bound.empty());
}

FakeFunction express(bool can) {
  FakeFunction function{0x8086, 0x10d3, 0x020000};
  function.add_bar(0, 0x20000, 0xfeb0'0000);
  std::vector<u8> capability(20);
  capability[0] = 0x10;
  capability[7] = can ? 0x10 : 0;
  function.add_capability(0xe0, capability);
  function.allow(0xe0 + 8, 2, 0xffff);
  return function;
}

TEST_F(ResetTest, OfAFunctionPutsTheRegistersBack) {
  const Device& device = add(express(true));
  bool struck = false;
  real().on_write[0xe0 + 8] = [&](FakeFunction& self) {
    struck = self.get(0xe0 + 8, 2) & 0x8000;
    self.put(0x10, 4, 0);
    self.put(0x04, 2, 0);
  };
  const auto [progress, took] = run(device, Method::function);
  EXPECT_EQ(progress, Progress::done);
  EXPECT_TRUE(struck);
  EXPECT_EQ(took, 100 * ms);
  EXPECT_EQ(real().get(0x10, 4), 0xfeb0'0000u);
}

TEST_F(ResetTest, OfAFunctionLetsTransactionsDrainForSoLong) {
  FakeFunction function = express(true);
  function.put(0xe0 + 10, 2, 0x20);
  const auto [progress, took] = run(add(function), Method::function);
  EXPECT_EQ(progress, Progress::done);
  EXPECT_EQ(took, 200 * ms);
}

TEST_F(ResetTest, OfAFunctionThatDoesNotComeBack) {
  const Device& device = add(express(true));
  real().on_write[0xe0 + 8] = [&](FakeFunction& self) { self.put(0x00, 2, 0xffff); };
  EXPECT_EQ(run(device, Method::function).first, Progress::stuck);
}

TEST_F(ResetTest, ByTheAdvancedFeatures) {
  FakeFunction function{0x8086, 0x2922, 0x010601};
  function.add_capability(0xb0, {0x13, 0, 6, 3, 0, 0});
  function.allow(0xb0 + 4, 1, 0xff);
  const Device& device = add(function);
  bool struck = false;
  real().on_write[0xb0 + 4] = [&](FakeFunction& self) { struck = self.get(0xb0 + 4, 1) == 1; };
  EXPECT_EQ(run(device, Method::function).first, Progress::done);
  EXPECT_TRUE(struck);
}

TEST_F(ResetTest, OfNvmeDisablesTheController) {
  FakeFunction function{0x1b36, 0x0010, 0x010802};
  function.add_bar(0, 0x4000, 0xfe00'0000, true);
  const Device& device = add(function);
  bus.memory[0xfe00'0014] = 0x61, bus.memory[0xfe00'001c] = 1;
  bus.on_memory_write = [&](u64 at, u32 value) {
    if (at == 0xfe00'0014 && !(value & 1)) bus.memory[0xfe00'001c] = 0;
  };
  EXPECT_EQ(run(device, Method::nvme).first, Progress::done);
  EXPECT_EQ(bus.word(0xfe00'0014), 0x60u) << "the rest of the register stays";
}

TEST_F(ResetTest, ThroughThePowerStates) {
  FakeFunction function{0x1274, 0x5000, 0x040100};
  function.add_capability(0xdc, {0x01, 0, 2, 0, 0, 0});
  function.allow(0xdc + 4, 2, 3);
  const Device& device = add(function);
  std::vector<u32> states;
  real().on_write[0xdc + 4] = [&](FakeFunction& self) { states.push_back(self.get(0xdc + 4, 2) & 3); };
  EXPECT_EQ(run(device, Method::power), (std::pair{Progress::done, 20 * ms}));
  EXPECT_EQ(states, (std::vector<u32>{3, 0}));
}

TEST_F(ResetTest, WhereThereIsNoneMasteringIsOffAtLeast) {
  FakeFunction function = express(false);
  function.add_capability(0xdc, {0x01, 0, 2, 0, 8, 0});  // no soft reset
  EXPECT_EQ(run(add(function), Method::none), (std::pair{Progress::done, u64{0}}));
}

// ---- interrupts ----

TEST_F(ResetTest, MessagesGoIntoTheTableInTheirOrder) {
  const Device& device = add(virtio_block());
  bus.lines[{5, 0}] = true;
  EXPECT_EQ(bind_interrupts(configuration, device, FakeBus::own_slot, 5, 4), 2)
      << "one is a line, and the device has two vectors";
  EXPECT_EQ(bus.word(0xfebd'4000), 0xfee0'0000u);
  EXPECT_EQ(bus.word(0xfebd'4008), 0x40u + 5 * 8 + 1);
  EXPECT_EQ(bus.word(0xfebd'400c), 0u);
  EXPECT_EQ(bus.word(0xfebd'4018), 0x40u + 5 * 8 + 2);
  EXPECT_EQ(real().get(0x9a, 2) & 0xc000, 0x8000u) << "on and not masked";
}

TEST_F(ResetTest, MessagesByMsiWhereThereIsNoTable) {
  FakeFunction function{0x8086, 0x2668, 0x040300};
  function.add_capability(0x60, {0x05, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  function.allow(0x62, 2, 0x71), function.allow(0x64, 4, ~3u), function.allow(0x68, 4, ~0u);
  function.allow(0x6c, 2, 0xffff);
  const Device& device = add(function);
  EXPECT_EQ(bind_interrupts(configuration, device, FakeBus::own_slot, 5, 2), 1);
  EXPECT_EQ(real().get(0x64, 4), 0xfee0'0000u);
  EXPECT_EQ(real().get(0x6c, 2), 0x40u + 5 * 8);
  EXPECT_EQ(real().get(0x62, 2) & 1, 1u);
  silence(configuration, device);
  EXPECT_EQ(real().get(0x62, 2) & 1, 0u);
}

TEST_F(ResetTest, NoMessagesWithoutEither) {
  EXPECT_EQ(bind_interrupts(configuration, add(express(true)), FakeBus::own_slot, 5, 2), 0);
}

}  // namespace
