// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "drivers/bus/pci/tests/fake_bus.hpp"

namespace {

using namespace pci;
using pci::tests::component;
using pci::tests::FakeBus;
using pci::tests::FakeFunction;
using pci::tests::virtio_block;

class ScanTest : public ::testing::Test {
 protected:
  FakeBus bus;
  Configuration configuration;
  Inventory inventory;
  std::span<const Device> scanned() {
    scan(configuration, inventory);
    return inventory.all();
  }
};

TEST_F(ScanTest, FindsADevice) {
  bus.add(0, 3, 0, virtio_block());
  const auto devices = scanned();
  ASSERT_EQ(devices.size(), 1u);
  const Device& device = devices[0];
  EXPECT_EQ(device.function, (Function{0, 3, 0}));
  EXPECT_EQ(device.vendor, 0x1af4);
  EXPECT_EQ(device.device, 0x1042);
  EXPECT_EQ(device.class_code, 0x010000u);
  EXPECT_EQ(device.subsystem, 0x5678);
  EXPECT_EQ(device.revision, 1);
  EXPECT_EQ(device.bars[1].address, 0xfebd'4000u);
  EXPECT_EQ(device.bars[1].size, 4096u);
  EXPECT_EQ(device.bars[4].address, 0xfe00'0000u);
  EXPECT_EQ(device.bars[4].size, 0x4000u);
  EXPECT_TRUE(device.bars[4].wide);
  EXPECT_EQ(device.bars[5].kind, BarKind::none);
  EXPECT_EQ(device.msix_entries, 2u);
  EXPECT_EQ(device.msix_bar, 1);
}

TEST_F(ScanTest, LeavesEverythingAsItWasButMastering) {
  FakeFunction& function = bus.add(0, 3, 0, virtio_block());
  const FakeFunction before = function;
  (void)scanned();
  EXPECT_FALSE(function.on(2));
  EXPECT_TRUE(function.on(1));
  EXPECT_EQ(std::memcmp(before.bytes + 8, function.bytes + 8, 248), 0);
}

TEST_F(ScanTest, DecodesNothingWhileItSizes) {
  FakeFunction& function = bus.add(0, 3, 0, virtio_block());
  unsigned probes = 0;
  function.on_write[0x10 + 16] = [&](FakeFunction& self) {
    ++probes;
    EXPECT_FALSE(self.on(0) || self.on(1));
  };
  (void)scanned();
  EXPECT_EQ(probes, 2u);
}

TEST_F(ScanTest, SizesEachKind) {
  FakeFunction function{0x8086, 0x1234, 0x020000};
  function.add_bar(0, 0x20000, 0xfeb0'0000);
  function.add_bar(1, 0x40, 0xc040, false, true);
  function.add_bar(2, u64{1} << 33, u64{0x38} << 32, true);
  bus.add(0, 2, 0, function);
  const Device& device = scanned()[0];
  EXPECT_EQ(device.bars[0].kind, BarKind::memory);
  EXPECT_EQ(device.bars[0].size, 0x20000u);
  EXPECT_EQ(device.bars[1].kind, BarKind::ports);
  EXPECT_EQ(device.bars[1].address, 0xc040u);
  EXPECT_EQ(device.bars[1].size, 0x40u);
  EXPECT_EQ(device.bars[2].size, u64{1} << 33);
  EXPECT_EQ(device.bars[2].address, u64{0x38} << 32);
  EXPECT_EQ(device.bars[3].kind, BarKind::none);
}

TEST_F(ScanTest, LooksAtOtherFunctionsOnlyWhereThereAreSome) {
  bus.add(0, 1, 0, FakeFunction{1, 1, 0x030000});
  bus.add(0, 1, 1, FakeFunction{1, 2, 0x030000});
  bus.add(0, 2, 0, FakeFunction{2, 1, 0x030000, 0x80});
  bus.add(0, 2, 5, FakeFunction{2, 2, 0x030000});
  const auto devices = scanned();
  ASSERT_EQ(devices.size(), 3u);
  EXPECT_EQ(devices[2].function, (Function{0, 2, 5}));
}

TEST_F(ScanTest, GoesThroughBridgesOnceEach) {
  FakeFunction bridge{0x1b36, 0x000c, 0x060400, 1};
  bridge.put(0x19, 1, 4);
  bus.add(0, 1, 0, bridge);
  FakeFunction circle{0x1b36, 0x000c, 0x060400, 1};
  circle.put(0x19, 1, 0);
  bus.add(4, 1, 0, circle);
  bus.add(4, 0, 0, virtio_block());
  const auto devices = scanned();
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].function, (Function{4, 0, 0}));
  EXPECT_TRUE(bus.functions.at({0, 1, 0}).on(2)) << "a bridge goes on forwarding";
}

TEST_F(ScanTest, HasRoomForSoMany) {
  for (u8 i = 0; i < 32; ++i)
    for (u8 number = 0; number < 8; ++number)
      bus.add(0, i, number, FakeFunction{1, i, 0x030000, static_cast<u8>(number == 0 ? 0x80 : 0)});
  EXPECT_EQ(scanned().size(), max_devices);
}

TEST_F(ScanTest, SurvivesBrokenCapabilities) {
  FakeFunction circle = virtio_block();
  circle.bytes[0x85] = 0x98;  // the list's end leads back to its beginning
  bus.add(0, 1, 0, circle);
  FakeFunction outside = virtio_block();
  outside.put(0x98 + 4, 4, 0x0000'f001);  // the table lies behind the register's end
  bus.add(0, 2, 0, outside);
  FakeFunction nowhere = virtio_block();
  nowhere.put(0x98 + 4, 4, 0x7);  // a register that no function has
  bus.add(0, 3, 0, nowhere);
  const auto devices = scanned();
  ASSERT_EQ(devices.size(), 3u);
  EXPECT_EQ(devices[0].msix_entries, 2u);
  EXPECT_EQ(devices[1].msix_entries, 0u);
  EXPECT_EQ(devices[2].msix_entries, 0u);
  EXPECT_EQ(configuration.find({0, 1, 0}, static_cast<CapabilityId>(0x77)), 0);
}

// ---- whose a device is ----

TEST_F(ScanTest, GivesEachSlotTheFirstThatIsLeft) {
  bus.add(0, 3, 0, virtio_block(0xfebd'4000, 0xfe00'0000));
  bus.add(0, 4, 0, virtio_block(0xfebd'5000, 0xfe00'4000));
  bus.add(0, 5, 0, FakeFunction{0x1af4, 0x1041, 0x020000});
  (void)scanned();
  const abi::DeviceMatch block{0x1af4, 0x1042, 0xffff'ffff}, net{0xffff, 0xffff, 0x020000};
  const abi::ComponentRecord components[] = {component(12, {block}), component(3, {}), component(5, {block}),
                                             component(7, {block, net}), component(8, {block})};
  assign(inventory, components);
  EXPECT_EQ(inventory.devices[0].slot, 5);
  EXPECT_EQ(inventory.devices[1].slot, 7);
  EXPECT_EQ(inventory.devices[2].slot, no_slot);
  EXPECT_EQ(inventory.of_slot(5), 0u);
  EXPECT_FALSE(inventory.of_slot(12));
  EXPECT_FALSE(inventory.of_slot(3));
}

TEST_F(ScanTest, MatchesByAllThatTheManifestSays) {
  Device device;
  device.vendor = 1, device.device = 2, device.class_code = 3;
  EXPECT_TRUE(matches({1, 2, 0xffff'ffff}, device));
  EXPECT_TRUE(matches({0xffff, 0xffff, 3}, device));
  EXPECT_TRUE(matches({1, 2, 3}, device));
  EXPECT_FALSE(matches({1, 2, 4}, device));
  EXPECT_FALSE(matches({1, 3, 3}, device));
  EXPECT_FALSE(matches({0xffff, 0xffff, 0xffff'ffff}, device)) << "an empty entry";
}

// ---- what a driver sees ----

TEST_F(ScanTest, ShowsADriverNoInterruptTable) {
  bus.add(0, 3, 0, virtio_block());
  (void)scanned();
  const auto windows = windows_of(inventory, inventory.devices[0]);
  ASSERT_TRUE(windows);
  ASSERT_EQ(windows->count, 1);
  EXPECT_EQ(windows->spans[0].bar, 4);
  EXPECT_EQ(windows->spans[0].length, 0x4000u);
  EXPECT_EQ(windows->spans[0].pages(), 4u);
}

TEST_F(ScanTest, CutsTheTableOutOfASharedRegister) {
  FakeFunction nvme{0x1b36, 0x0010, 0x010802};
  nvme.add_bar(0, 0x4000, 0xfe00'0000);
  nvme.add_msix(0x40, 65, 0, 0x2000, 0, 0x3000);
  bus.add(0, 3, 0, nvme);
  FakeFunction front{1, 1, 0x010802};
  front.add_bar(0, 0x8000, 0xfe10'0000);
  front.add_msix(0x40, 4, 0, 0x10, 0, 0x100);
  bus.add(0, 4, 0, front);
  (void)scanned();
  const auto windows = windows_of(inventory, inventory.devices[0]);
  ASSERT_TRUE(windows);
  EXPECT_EQ(windows->spans[0].length, 0x2000u);
  EXPECT_EQ(windows->spans[0].bar_offset, 0u);
  const auto behind = windows_of(inventory, inventory.devices[1]);
  ASSERT_TRUE(behind);
  EXPECT_EQ(behind->spans[0].bar_offset, 0x1000u);
  EXPECT_EQ(behind->spans[0].address, 0xfe10'1000u);
  EXPECT_EQ(behind->spans[0].length, 0x7000u);
}

TEST_F(ScanTest, ShowsNoPageOfAnother) {
  FakeFunction small{1, 1, 0x020000};
  small.add_bar(0, 0x100, 0xfe00'0100);
  bus.add(0, 3, 0, small);
  (void)scanned();
  const auto alone = windows_of(inventory, inventory.devices[0]);
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->spans[0].start(), 0x100u);
  EXPECT_EQ(alone->spans[0].pages(), 1u);
  FakeFunction neighbour{1, 2, 0x020000};
  neighbour.add_bar(2, 0x100, 0xfe00'0e00);
  bus.add(0, 4, 0, neighbour);
  (void)scanned();
  EXPECT_FALSE(windows_of(inventory, inventory.devices[0]));
}

TEST_F(ScanTest, RefusesARegisterWithoutAnAddress) {
  FakeFunction function{1, 1, 0x020000};
  function.add_bar(0, 0x1000, 0);
  bus.add(0, 3, 0, function);
  (void)scanned();
  EXPECT_FALSE(windows_of(inventory, inventory.devices[0]));
}

}  // namespace
