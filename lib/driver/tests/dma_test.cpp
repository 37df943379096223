// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "lib/driver/pinned.hpp"
#include "lib/driver/tests/fake_machine.hpp"

namespace {

using namespace driver;
using driver::tests::FakeLend;
using driver::tests::FakeMachine;

TEST(DmaRegion, GivesAlignedPiecesWithTheirAddresses) {
  FakeMachine machine{4096};
  DmaRegion region{4096};
  const auto bytes = region.take<u8>(3);
  const auto words = region.take<u64>(4, 256);
  ASSERT_TRUE(bytes && words);
  EXPECT_EQ(bytes->address.value, FakeMachine::dma_physical);
  EXPECT_EQ(words->address.value, FakeMachine::dma_physical + 256);
  EXPECT_EQ(words->address_of(2).value, FakeMachine::dma_physical + 256 + 16);
  EXPECT_EQ(region.left(), 4096u - 256 - 32);
}

TEST(DmaRegion, EndsWhereTheManifestSays) {
  FakeMachine machine{4096};
  DmaRegion region{4096};
  EXPECT_TRUE(region.take<u8>(4000));
  EXPECT_EQ(region.take<u64>(13).error(), Error::exhausted);
  EXPECT_TRUE(region.take<u64>(12));
  EXPECT_EQ(region.take<u8>(1).error(), Error::exhausted);
  EXPECT_EQ(region.take<u64>(~std::size_t{0} / 8 + 1).error(), Error::exhausted);
}

TEST(DmaRegion, IsZeroedOverWhatTheOldGenerationLeft) {
  FakeMachine machine{4096};
  std::memset(machine.dma_region(4096).data(), 0xff, 4096);
  DmaRegion region{4096};
  for (const u64 word : region.take<u64>(8)->memory) EXPECT_EQ(word, 0u);
}

TEST(Join, JoinsNeighbours) {
  const u64 pages[] = {0x1000, 0x2000, 0x3000};
  Segment segments[3];
  ASSERT_EQ(Pinned::join(pages, 3 * 4096, segments, ~u32{0}), 1u);
  EXPECT_EQ(segments[0].address.value, 0x1000u);
  EXPECT_EQ(segments[0].length, 3u * 4096);
}

TEST(Join, KeepsApartWhatIsApart) {
  const u64 pages[] = {0x1800, 0x2000, 0x9000};
  Segment segments[3];
  ASSERT_EQ(Pinned::join(pages, 0x800 + 0x1000 + 0x10, segments, ~u32{0}), 2u);
  EXPECT_EQ(segments[0].length, 0x1800u);
  EXPECT_EQ(segments[1].address.value, 0x9000u);
  EXPECT_EQ(segments[1].length, 0x10u);
}

TEST(Join, KeepsWithinTheGreatestSegment) {
  const u64 pages[] = {0x1000, 0x2000, 0x3000};
  Segment segments[3];
  EXPECT_EQ(Pinned::join(pages, 3 * 4096, segments, 8192), 2u);
  EXPECT_EQ(Pinned::join(pages, 3 * 4096, segments, 4095).error(), Error::exhausted);
}

TEST(Join, RefusesTooFewPagesOrSegments) {
  const u64 pages[] = {0x1000, 0x8000};
  Segment segments[1];
  EXPECT_EQ(Pinned::join(pages, 2 * 4096, segments, ~u32{0}).error(), Error::exhausted);
  EXPECT_EQ(Pinned::join(std::span{pages, 1}, 4097, segments, ~u32{0}).error(), Error::invalid);
}

TEST(Pinned, UnpinsWhenItEnds) {
  FakeMachine machine;
  std::vector<std::byte> data(8192);
  const auto peer = abi::Endpoint::of(5, 1);
  machine.lend(peer, data, 100);
  u64 pages[4];
  Segment segments[4];
  {
    auto made = Pinned::make(FakeLend{peer, 8192}, Direction::device_writes, pages, segments);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->second, 3u);
    EXPECT_EQ(segments[0].length, 4096u - 100);
    EXPECT_EQ(segments[2].length, 100u);
    Pinned moved = std::move(made->first);
    EXPECT_FALSE(made->first.held());
    EXPECT_EQ(machine.pinned(), 1u);
  }
  EXPECT_EQ(machine.pinned(), 0u);
  EXPECT_EQ(machine.wrong_unpins, 0u);
}

TEST(Pinned, UnpinsWhereTheSegmentsDoNotSuffice) {
  FakeMachine machine;
  std::vector<std::byte> data(8192);
  const auto peer = abi::Endpoint::of(5, 1);
  machine.lend(peer, data);
  u64 pages[4];
  Segment segments[1];
  EXPECT_EQ(Pinned::make(FakeLend{peer, 8192}, Direction::device_reads, pages, segments).error(), Error::exhausted);
  EXPECT_EQ(machine.pinned(), 0u);
  EXPECT_EQ(machine.wrong_unpins, 0u);
}

TEST(Pinned, RefusesALendWhoseBeginningIsUnknown) {
  FakeMachine machine;
  machine.tells_shift = false;
  std::vector<std::byte> data(8192);
  u64 pages[4];
  Segment segments[4];
  for (const u64 shift : {0ul, 1ul, 4095ul}) {
    const auto peer = abi::Endpoint::of(5, 1, static_cast<unsigned>(shift));
    machine.lend(peer, data, shift);
    const auto made = Pinned::make(FakeLend{peer, 8192}, Direction::device_writes, pages, segments);
    EXPECT_EQ(made.has_value(), shift == 0);
  }
  EXPECT_EQ(machine.pinned(), 0u);
}

TEST(Pinned, SaysWhatTheKernelSays) {
  FakeMachine machine;
  machine.pin_error = Error::faulted;
  u64 pages[4];
  Segment segments[4];
  EXPECT_EQ(Pinned::make(FakeLend{{1}, 4096}, Direction::device_reads, pages, segments).error(), Error::faulted);
  EXPECT_EQ(Pinned::make(FakeLend{{1}, 4 * 4096}, Direction::device_reads, pages, segments).error(), Error::invalid)
      << "a lend that may touch more pages than there is room for is refused before it is pinned";
}

}  // namespace
