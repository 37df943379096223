// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "lib/driver/tests/fake_machine.hpp"
#include "lib/driver/virtio/find.hpp"

namespace {

using namespace driver;
using namespace driver::virtio;
using driver::tests::FakeMachine;

class QueueTest : public ::testing::Test {
 protected:
  FakeMachine machine{16384};
  DmaRegion region{16384};
  Queue queue = Queue::make(region, 8).value();

  // The rings as the device sees them.
  u16* available() { return reinterpret_cast<u16*>(machine.reach(queue.driver_area().value)); }
  u16* used() { return reinterpret_cast<u16*>(machine.reach(queue.device_area().value)); }
  void use(u32 head, u32 length) {
    u16& index = used()[1];
    const UsedElement element{head, length};
    std::memcpy(reinterpret_cast<std::byte*>(used()) + 4 + index % 8 * 8, &element, 8);
    ++index;
  }
};

TEST_F(QueueTest, OffersAndTakesBack) {
  queue.offer(3, 100);
  EXPECT_EQ(available()[1], 1);
  EXPECT_EQ(available()[2], 3);
  EXPECT_EQ(queue.in_flight(), 1u);
  EXPECT_FALSE(queue.take().value());
  use(3, 100);
  const auto taken = queue.take();
  ASSERT_TRUE(taken && *taken);
  EXPECT_EQ((*taken)->head, 3);
  EXPECT_EQ((*taken)->length, 100u);
  EXPECT_FALSE(queue.take().value());
}

TEST_F(QueueTest, GoesRoundTheRingAndRoundTheIndex) {
  for (unsigned round = 0; round < 70'000; ++round) {
    queue.offer(round % 8, 1);
    ASSERT_EQ(available()[2 + round % 8], round % 8);
    use(round % 8, 1);
    const auto taken = queue.take();
    ASSERT_TRUE(taken && *taken) << round;
    ASSERT_EQ((*taken)->head, round % 8);
  }
}

TEST_F(QueueTest, BelievesNoIndex) {
  queue.offer(0, 1);
  used()[1] = 2;
  EXPECT_EQ(queue.take().error(), Broken::used_index);
  used()[1] = 0xffff;
  EXPECT_EQ(queue.take().error(), Broken::used_index);
}

TEST_F(QueueTest, BelievesNoHead) {
  queue.offer(0, 1);
  use(1, 1);
  EXPECT_EQ(queue.take().error(), Broken::used_head);
  queue.clear(8);
  queue.offer(0, 1);
  use(0x10000, 1);
  EXPECT_EQ(queue.take().error(), Broken::used_head);
}

TEST_F(QueueTest, BelievesNoSecondUse) {
  queue.offer(0, 1);
  queue.offer(1, 1);
  use(0, 1);
  use(0, 1);
  EXPECT_TRUE(queue.take());
  EXPECT_EQ(queue.take().error(), Broken::used_head);
}

TEST_F(QueueTest, BelievesNoLength) {
  queue.offer(0, 16);
  use(0, 17);
  EXPECT_EQ(queue.take().error(), Broken::used_length);
}

TEST_F(QueueTest, KnowsWhetherTheDeviceWantsToBeTold) {
  EXPECT_TRUE(queue.wants_notification());
  used()[0] = 1;
  EXPECT_FALSE(queue.wants_notification());
}

TEST_F(QueueTest, MayBeSmallerTheNextTime) {
  for (u16 head = 0; head < 8; ++head) queue.offer(head, 1);
  queue.clear(2);
  EXPECT_EQ(queue.size(), 2);
  EXPECT_EQ(queue.in_flight(), 0u);
  EXPECT_FALSE(queue.has(7));
  queue.offer(1, 1);
  EXPECT_EQ(available()[1], 1);
  EXPECT_EQ(available()[2], 1);
  queue.clear(16);
  EXPECT_EQ(queue.size(), 2) << "more than it was made with";
}

TEST_F(QueueTest, RefusesSizesThatAreNone) {
  EXPECT_EQ(Queue::make(region, 3).error(), Error::invalid);
  EXPECT_EQ(Queue::make(region, 0).error(), Error::invalid);
  EXPECT_EQ(Queue::make(region, 512).error(), Error::invalid);
  DmaRegion small{64};
  EXPECT_EQ(Queue::make(small, 256).error(), Error::exhausted);
}

std::vector<u8> capability(Structure structure, u8 bar, u32 offset, u32 length, u8 size = 16) {
  std::vector<u8> bytes(size);
  bytes[0] = 9, bytes[2] = size, bytes[3] = static_cast<u8>(structure), bytes[4] = bar;
  std::memcpy(&bytes[8], &offset, 4);
  std::memcpy(&bytes[12], &length, 4);
  if (size >= 20) bytes[16] = 4;
  return bytes;
}

Structures find(std::vector<std::vector<u8>> capabilities) {
  static constexpr BoundWindow windows[] = {{0, 1, 0, 0, 0x1000}, {1, 4, 0x800, 0x0, 0x4000}};
  return find_structures(windows, [&](u8 index) -> std::optional<std::span<const u8>> {
    if (index >= capabilities.size()) return std::nullopt;
    return capabilities[index];
  });
}

TEST(FindStructures, TakesTheFirstOfEach) {
  const Structures found =
      find({capability(Structure::common, 4, 0, 0x38), capability(Structure::device, 4, 0x2000, 64),
            capability(Structure::notify, 4, 0x3000, 0x1000, 20), capability(Structure::device, 4, 0, 4)});
  EXPECT_TRUE(found.complete());
  EXPECT_EQ(found.common.length(), 0x38u);
  EXPECT_EQ(found.device.length(), 64u);
  EXPECT_EQ(found.notify.length(), 0x1000u);
  EXPECT_EQ(found.notify_multiplier, 4u);
}

TEST(FindStructures, LeavesOutWhatLiesOutside) {
  EXPECT_FALSE(find({}).complete());
  const auto notify = capability(Structure::notify, 4, 0x3000, 0x1000, 20);
  for (const auto& common :
       {capability(Structure::common, 2, 0, 0x38), capability(Structure::common, 4, 0x3fff, 0x38),
        capability(Structure::common, 4, 0xffff'ffff, 0xffff'ffff), capability(Structure::common, 4, 0, 0x37),
        capability(static_cast<Structure>(99), 4, 0, 0x38), std::vector<u8>(15)})
    EXPECT_FALSE(find({common, notify}).complete());
  EXPECT_FALSE(
      find({capability(Structure::common, 4, 0, 0x38), capability(Structure::notify, 4, 0, 1, 20)}).complete());
  EXPECT_FALSE(
      find({capability(Structure::common, 4, 0, 0x38), capability(Structure::notify, 4, 0, 8, 16)}).complete());
}

TEST(FindStructures, EndsThoughTheListDoesNot) {
  unsigned asked = 0;
  (void)find_structures({}, [&](u8) -> std::optional<std::span<const u8>> {
    ++asked;
    static const std::vector<u8> bytes = capability(Structure::common, 4, 0, 0x38);
    return bytes;
  });
  EXPECT_LE(asked, 16u);
}

}  // namespace
