// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/clock/mc146818/chip.hpp"

#include "drivers/clock/mc146818/tests/fake_chip.hpp"

namespace {

using namespace mc146818;
using mc146818::tests::FakeChip;

constexpr u64 shown_time = 1'795'391'130;  // date -u -d '2026-11-22 23:45:30' +%s

class ChipTest : public ::testing::Test {
 protected:
  FakeChip fake;
  Chip chip{&FakeChip::monotonic};
};

TEST_F(ChipTest, TellsTheTimeAndWhenThatWas) {
  const u64 before = FakeChip::monotonic();
  const auto reading = chip.read();
  const u64 after = FakeChip::monotonic();
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->seconds, shown_time);
  EXPECT_GT(reading->monotonic, before);
  EXPECT_LT(reading->monotonic, after);
}

TEST_F(ChipTest, WaitsForTheEndOfAnUpdate) {
  unsigned looks = 0;
  bool updating = true;
  fake.at(Address::a) |= 0x80;
  fake.before = [&](Address address) {
    if (address == Address::a && ++looks == 100) {
      updating = false;
      fake.at(Address::a) &= 0x7f;
      fake.at(Address::second) = 0x31;
    }
    EXPECT_TRUE(!updating || address >= Address::a) << "read during an update";
  };
  ASSERT_TRUE(chip.read());
  EXPECT_EQ(chip.read()->seconds, shown_time + 1);
}

TEST_F(ChipTest, ReadsAgainWhatAnUpdateChangedMeanwhile) {
  // The hour turns after the seconds were read, where the driver was kept from running.
  bool turned = false;
  fake.before = [&](Address address) {
    if (turned || address != Address::minute) return;
    turned = true;
    fake.at(Address::second) = fake.at(Address::minute) = fake.at(Address::hour) = 0;
    fake.at(Address::day) = 0x23;
  };
  const auto reading = chip.read();
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->seconds, shown_time - 30 + 15 * 60);
}

TEST_F(ChipTest, GivesUpOnAnUpdateThatDoesNotEnd) {
  fake.at(Address::a) |= 0x80;
  const u64 before = FakeChip::monotonic();
  EXPECT_EQ(chip.read().error(), Error::unsteady);
  EXPECT_LT(FakeChip::monotonic() - before, 2 * Chip::patience);
}

TEST_F(ChipTest, GivesUpOnRegistersThatNeverHoldStill) {
  fake.before = [&](Address address) {
    if (address == Address::second) ++fake.at(Address::second) &= 7;
  };
  EXPECT_EQ(chip.read().error(), Error::unsteady);
}

TEST_F(ChipTest, LooksOnceMoreAfterItWasKeptFromRunning) {
  fake.at(Address::a) |= 0x80;
  unsigned looks = 0;
  bool away = false;
  fake.before = [&](Address address) {
    // The first wait's look finds an update; then the host takes the processor away until long after it.
    if (address != Address::a || ++looks != 2) return;
    away = true;
    FakeChip::pass(10 * Chip::patience);
  };
  fake.after = [&](Address address) {
    if (away && address == Address::a) fake.at(Address::a) &= 0x7f;
  };
  const auto reading = chip.read();
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->seconds, shown_time);
}

TEST_F(ChipTest, RefusesAClockThatDoesNotGo) {
  fake.at(Address::d) = 0;
  EXPECT_EQ(chip.read().error(), Error::stopped) << "the battery failed";
  fake.at(Address::d) = 0x80;
  fake.at(Address::b) |= 0x80;
  EXPECT_EQ(chip.read().error(), Error::stopped) << "held while it is being set";
  fake.at(Address::b) &= 0x7f;
  for (const u8 divider : {0x60, 0x70}) {
    fake.at(Address::a) = divider;
    EXPECT_EQ(chip.read().error(), Error::stopped) << "the divider is held";
  }
  // AMD's chips use the lowest bit of the divider for something else.
  fake.at(Address::a) = 0x30;
  EXPECT_TRUE(chip.read());
}

TEST_F(ChipTest, RefusesWhatIsNoTime) {
  fake.at(Address::month) = 0x13;
  EXPECT_EQ(chip.read().error(), Error::invalid);
}

TEST_F(ChipTest, FindsNoClockWhereThereIsNone) {
  fake.bytes.fill(0xff);
  EXPECT_FALSE(chip.read());
  fake.bytes.fill(0);
  EXPECT_FALSE(chip.read());
  fake.refuses = true;
  EXPECT_FALSE(chip.read());
}

}  // namespace
