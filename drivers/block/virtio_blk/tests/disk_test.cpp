// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/block/virtio_blk/disk.hpp"

#include <gtest/gtest.h>

#include "drivers/block/virtio_blk/tests/fake_disk.hpp"

namespace {

using namespace virtio_blk;
using driver::Direction;
using driver::Pinned;
using driver::Segment;
using driver::tests::FakeLend;
using virtio_blk::tests::FakeDisk;

class DiskTest : public ::testing::Test {
 protected:
  FakeDisk fake;
  driver::DmaRegion region{FakeDisk::dma_bytes};
  driver::virtio::Device device{FakeDisk::structures()};
  Disk disk;

  void SetUp() override { ASSERT_TRUE(disk.place(region)); }
  void TearDown() override { EXPECT_EQ(fake.complaints, std::vector<std::string>{}); }

  /// A request with memory of its own.
  struct Request {
    std::vector<std::byte> data;
    abi::Endpoint peer;
    u64 pages[Disk::max_segments];
    Segment segments[Disk::max_segments];
    Pinned pin;
    std::size_t count = 0;
  };
  std::vector<std::unique_ptr<Request>> requests_;

  Request& make(unsigned blocks, Direction direction, u64 shift = 0, bool scattered = true) {
    auto& request = *requests_.emplace_back(std::make_unique<Request>());
    request.data.resize(blocks * 4096ul);
    request.peer = abi::Endpoint::of(7, 1, static_cast<unsigned>(requests_.size()));
    fake.lend(request.peer, request.data, shift, scattered);
    auto made = Pinned::make(FakeLend{request.peer, request.data.size()}, direction, request.pages, request.segments,
                             disk.segment_limit());
    EXPECT_TRUE(made);
    request.pin = std::move(made->first);
    request.count = made->second;
    return request;
  }
  void submit(unsigned number, Operation operation, u64 block, Request& request) {
    disk.submit(number, operation, block, std::span{request.segments, request.count});
  }
  Outcome finish(unsigned number) {
    disk.tell();
    fake.work();
    const auto completion = disk.collect();
    EXPECT_TRUE(completion && *completion);
    EXPECT_EQ((*completion)->request, number);
    return (*completion)->outcome;
  }
  void fill_medium() {
    for (std::size_t i = 0; i < fake.medium.size(); ++i) fake.medium[i] = static_cast<u8>(i / 4096 * 7 + i % 251);
  }
};

TEST_F(DiskTest, StartsByTheBook) {
  ASSERT_TRUE(disk.start(device));
  EXPECT_TRUE(fake.running());
  EXPECT_EQ(disk.unsuitable(), Unsuitable::none);
  EXPECT_EQ(disk.geometry().blocks, 256u);
  EXPECT_FALSE(disk.geometry().read_only);
  EXPECT_TRUE(disk.flushes());
  EXPECT_GE(disk.requests(), 8u);
  EXPECT_EQ(fake.agreed(), fake.features);
}

TEST_F(DiskTest, TakesNoFeatureThatItDoesNotKnow) {
  fake.features |= 1ull << 40 | 1ull << 13 | 1ull << 29 | 1ull << 34 | 1ull << 33;
  ASSERT_TRUE(disk.start(device));
  EXPECT_EQ(fake.agreed(), 1ull << 33 | 1ull << 32 | 1ull << 28 | 1ull << 9 | 1ull << 6 | 1ull << 2);
}

TEST_F(DiskTest, ReadsAndWrites) {
  fill_medium();
  ASSERT_TRUE(disk.start(device));
  Request& read = make(3, Direction::device_writes);
  submit(0, Operation::read, 17, read);
  EXPECT_EQ(finish(0), Outcome::done);
  EXPECT_EQ(std::memcmp(read.data.data(), &fake.medium[17 * 4096], 3 * 4096), 0);

  Request& write = make(2, Direction::device_reads);
  std::memset(write.data.data(), 0x5a, 8192);
  submit(1, Operation::write, 254, write);
  EXPECT_EQ(finish(1), Outcome::done);
  EXPECT_EQ(fake.medium[254 * 4096], 0x5a);
  EXPECT_EQ(fake.medium[256 * 4096 - 1], 0x5a);

  disk.submit(0, Operation::flush, 0, {});
  EXPECT_EQ(finish(0), Outcome::done);
  EXPECT_EQ(fake.flushes, 1u);
}

TEST_F(DiskTest, ReachesMemoryOfAnyAlignment) {
  fill_medium();
  ASSERT_TRUE(disk.start(device));
  for (const u64 shift : {0ul, 1ul, 512ul, 4095ul})
    for (const bool scattered : {false, true}) {
      Request& read = make(Disk::max_blocks, Direction::device_writes, shift, scattered);
      EXPECT_EQ(read.count, !scattered ? 1u : shift == 0 ? 64u : 65u);
      submit(2, Operation::read, 100, read);
      EXPECT_EQ(finish(2), Outcome::done);
      EXPECT_EQ(std::memcmp(read.data.data(), &fake.medium[100 * 4096], 64 * 4096), 0) << shift << scattered;
    }
}

TEST_F(DiskTest, HasManyInFlightThatEndInAnyOrder) {
  fill_medium();
  ASSERT_TRUE(disk.start(device));
  ASSERT_EQ(disk.requests(), 32u);
  for (unsigned round = 0; round < 20; ++round) {
    std::vector<Request*> made;
    for (unsigned i = 0; i < 32; ++i) {
      made.push_back(&make(1, Direction::device_writes));
      submit(i, Operation::read, (i * 5 + round) % 256, *made.back());
    }
    EXPECT_EQ(fake.waiting(), 32u);
    fake.work(20, true);
    fake.work();
    unsigned done = 0;
    for (auto next = disk.collect(); next && *next; next = disk.collect()) {
      const unsigned number = (*next)->request;
      EXPECT_FALSE(disk.busy(number));
      EXPECT_EQ(std::memcmp(made[number]->data.data(), &fake.medium[(number * 5 + round) % 256 * 4096], 4096), 0);
      ++done;
    }
    EXPECT_EQ(done, 32u);
    EXPECT_EQ(disk.in_flight(), 0u);
  }
}

TEST_F(DiskTest, WorksWithoutIndirectDescriptors) {
  fill_medium();
  fake.features &= ~(1ull << 28);
  ASSERT_TRUE(disk.start(device));
  EXPECT_EQ(disk.requests(), 3u);
  EXPECT_EQ(fake.queue_size(), 256);
  std::vector<Request*> made;
  for (unsigned i = 0; i < 3; ++i) {
    made.push_back(&make(64, Direction::device_writes, 100));
    submit(i, Operation::read, i * 64, *made.back());
  }
  fake.work(~0u, true);
  for (unsigned i = 0; i < 3; ++i) {
    const auto completion = disk.collect();
    ASSERT_TRUE(completion && *completion);
    EXPECT_EQ((*completion)->request, 2 - i);
    EXPECT_EQ(std::memcmp(made[i]->data.data(), &fake.medium[i * 64 * 4096], 64 * 4096), 0);
  }
}

TEST_F(DiskTest, TellsTheDeviceOnlyWhereItWantsToBeTold) {
  ASSERT_TRUE(disk.start(device));
  disk.submit(0, Operation::flush, 0, {});
  EXPECT_EQ(finish(0), Outcome::done);
  EXPECT_EQ(fake.notifications, 1u);
  fake.no_notifications = true;
  fake.work();
  disk.submit(0, Operation::flush, 0, {});
  EXPECT_EQ(finish(0), Outcome::done);
  EXPECT_EQ(fake.notifications, 1u);
}

TEST_F(DiskTest, PassesAMediumErrorOn) {
  ASSERT_TRUE(disk.start(device));
  fake.bad_sector = 9;
  submit(0, Operation::read, 1, make(1, Direction::device_writes));
  EXPECT_EQ(finish(0), Outcome::medium);
  submit(0, Operation::read, 2, make(1, Direction::device_writes));
  EXPECT_EQ(finish(0), Outcome::done);
  fake.wrong_status = 2;
  submit(0, Operation::write, 2, make(1, Direction::device_reads));
  EXPECT_EQ(finish(0), Outcome::unsupported);
}

TEST_F(DiskTest, KnowsWhichDisksItCannotServe) {
  const auto served = [&] {
    EXPECT_TRUE(disk.start(device));
    return disk.unsuitable();
  };
  for (const u64 sectors : {1ul, 7ul, 9ul, 2047ul}) {
    fake.capacity = sectors;
    EXPECT_EQ(served(), Unsuitable::not_whole) << sectors;
  }
  fake.capacity = 0;
  EXPECT_EQ(served(), Unsuitable::empty);
  fake.capacity = 8;
  EXPECT_EQ(served(), Unsuitable::none);
  EXPECT_EQ(disk.geometry().blocks, 1u);
  fake.capacity = u64{1} << 60;
  EXPECT_EQ(served(), Unsuitable::none);
  EXPECT_EQ(disk.geometry().blocks, u64{1} << 57);
  fake.block_size = 8192;
  EXPECT_EQ(served(), Unsuitable::large_blocks);
  fake.block_size = 4096;
  fake.segment_max = 64;
  EXPECT_EQ(served(), Unsuitable::few_segments);
  fake.segment_max = 65;
  EXPECT_EQ(served(), Unsuitable::none);
  fake.features |= 1ull << 1;
  fake.size_max = 4095;
  EXPECT_EQ(served(), Unsuitable::few_segments);
}

TEST_F(DiskTest, KeepsSegmentsWithinWhatTheDeviceTakes) {
  fake.features |= 1ull << 1;
  fake.size_max = 8192;
  fill_medium();
  ASSERT_TRUE(disk.start(device));
  Request& read = make(9, Direction::device_writes, 0, false);
  EXPECT_EQ(read.count, 5u);
  submit(0, Operation::read, 0, read);
  EXPECT_EQ(finish(0), Outcome::done);
}

TEST_F(DiskTest, SaysReadOnlyAndWriteThrough) {
  fake.features |= 1ull << 5;
  fake.features &= ~(1ull << 9);
  ASSERT_TRUE(disk.start(device));
  EXPECT_TRUE(disk.geometry().read_only);
  EXPECT_FALSE(disk.flushes());
}

TEST_F(DiskTest, RefusesADeviceThatCannotBeUsed) {
  const auto refusal = [&] {
    const auto started = disk.start(device);
    EXPECT_FALSE(started);
    EXPECT_FALSE(fake.running());
    return started ? Refusal::none : started.error();
  };
  fake.refuses_features = true;
  EXPECT_EQ(refusal(), Refusal::features);
  fake.refuses_features = false;
  fake.refuses_vector = true;
  EXPECT_EQ(refusal(), Refusal::no_interrupt);
  fake.refuses_vector = false;
  fake.has_no_queue = true;
  EXPECT_EQ(refusal(), Refusal::queue);
  fake.has_no_queue = false;
  fake.notify_offset = 0x400;
  EXPECT_EQ(refusal(), Refusal::no_structures);
  fake.notify_offset = 0x3ff;
  EXPECT_TRUE(disk.start(device));
  fake.queue_max = 64;
  fake.features &= ~(1ull << 28);
  EXPECT_EQ(refusal(), Refusal::queue) << "no room for one chain";
  fake.features &= ~(1ull << 32);
  EXPECT_EQ(refusal(), Refusal::legacy);
}

TEST_F(DiskTest, GivesUpOnADeviceThatDoesNotReset) {
  fake.never_resets = true;
  ASSERT_TRUE(disk.start(device)) << "it is reset already";
  EXPECT_EQ(disk.start(device).error(), Refusal::stuck);
  EXPECT_FALSE(disk.stop());
}

TEST_F(DiskTest, IsNotHeldByAConfigurationThatNeverSettles) {
  fake.generation_never_settles = true;
  EXPECT_TRUE(disk.start(device));
}

TEST_F(DiskTest, StartsAnewAfterAnything) {
  fill_medium();
  ASSERT_TRUE(disk.start(device));
  for (unsigned i = 0; i < 8; ++i) submit(i, Operation::read, i, make(1, Direction::device_writes));
  fake.work(3);
  ASSERT_TRUE(disk.start(device));
  EXPECT_EQ(fake.resets, 2u);
  EXPECT_EQ(disk.in_flight(), 0u);
  EXPECT_FALSE(*disk.collect());
  for (unsigned i = 0; i < 8; ++i) EXPECT_FALSE(disk.busy(i));
  Request& read = make(1, Direction::device_writes);
  submit(5, Operation::read, 9, read);
  EXPECT_EQ(finish(5), Outcome::done);
  EXPECT_EQ(std::memcmp(read.data.data(), &fake.medium[9 * 4096], 4096), 0);
}

// ---- a hostile device ----

class HostileDisk : public DiskTest {
 protected:
  /// One read with the misbehaviour that is set; what the driver says of it.
  std::optional<Broken> provoked() {
    EXPECT_TRUE(disk.start(device));
    submit(0, Operation::read, 0, make(1, Direction::device_writes));
    fake.work();
    for (;;) {
      const auto completion = disk.collect();
      if (!completion) return completion.error();
      if (!*completion) return std::nullopt;
    }
  }
};

TEST_F(HostileDisk, UsesAChainThatIsNotThere) {
  fake.wrong_head = 1;
  EXPECT_EQ(provoked(), Broken::used_head);
  fake.wrong_head = 0xffff'ffff;
  EXPECT_EQ(provoked(), Broken::used_head);
  fake.wrong_head = 0x10000;
  EXPECT_EQ(provoked(), Broken::used_head);
}

TEST_F(HostileDisk, WritesMoreThanThereIs) {
  fake.wrong_length = 4098;
  EXPECT_EQ(provoked(), Broken::used_length);
  fake.wrong_length = 0xffff'ffff;
  EXPECT_EQ(provoked(), Broken::used_length);
}

TEST_F(HostileDisk, SaysDoneWithoutData) {
  fake.wrong_length = 4095;
  EXPECT_EQ(provoked(), Broken::answer);
}

TEST_F(HostileDisk, LeavesTheStatusOrInventsOne) {
  fake.wrong_status = 0xff;
  EXPECT_EQ(provoked(), Broken::answer);
  fake.wrong_status = 3;
  EXPECT_EQ(provoked(), Broken::answer);
}

TEST_F(HostileDisk, UsesTwice) {
  fake.uses_twice = true;
  EXPECT_EQ(provoked(), Broken::used_index);
}

TEST_F(HostileDisk, JumpsItsIndex) {
  fake.used_jump = 3;
  EXPECT_EQ(provoked(), Broken::used_index);
  fake.used_jump = 0x8000;
  EXPECT_EQ(provoked(), Broken::used_index);
}

TEST_F(HostileDisk, RandomRingsNeverHarm) {
  // Whatever the device puts where it may write, every request ends at most once, and nothing else happens.
  u64 random = 0x9e37'79b9'7f4a'7c15;
  const auto next = [&] {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    return random;
  };
  for (unsigned round = 0; round < 2'000; ++round) {
    ASSERT_TRUE(disk.start(device));
    requests_.clear();
    for (unsigned i = 0; i < 4; ++i) submit(i, Operation::read, i, make(1, Direction::device_writes));
    const std::span<std::byte> memory = fake.dma_region(FakeDisk::dma_bytes);
    const unsigned good = static_cast<unsigned>(next() % 5);
    fake.work(good);
    // Mostly in the rings, behind the descriptors.
    for (unsigned i = 0; i < 40; ++i)
      memory[(i % 4 ? 4096 + next() % 4096 : next() % memory.size())] = static_cast<std::byte>(next());
    unsigned ended = 0;
    for (auto completion = disk.collect(); completion && *completion; completion = disk.collect()) ++ended;
    EXPECT_LE(ended, 4u);
  }
  fake.complaints.clear();
}

}  // namespace
