// SPDX-License-Identifier: BSD-2-Clause
#include "lib/driver/bits.hpp"

#include <gtest/gtest.h>

namespace {

using driver::u32;
using driver::u8;

enum class Speed : u8 { slow = 0, quick = 2 };

struct Control : driver::Bits<u8> {
  using Enable = driver::Field<Control, 0>;
  using Rate = driver::Field<Control, 2, 2, Speed>;
  using Top = driver::Field<Control, 5, 3>;
};
struct Whole : driver::Bits<u32> {
  using All = driver::Field<Whole, 0, 32>;
};

TEST(Bits, ReadsEachFieldByItself) {
  const Control control{{0b101'0'10'0'1}};
  EXPECT_TRUE(control.get<Control::Enable>());
  EXPECT_EQ(control.get<Control::Rate>(), Speed::quick);
  EXPECT_EQ(control.get<Control::Top>(), 0b101u);
}

TEST(Bits, ChangesOneFieldAndLeavesTheRest) {
  const Control all{{0xff}};
  EXPECT_EQ(all.with<Control::Enable>(false).raw, 0xfe);
  EXPECT_EQ(all.with<Control::Rate>(Speed::slow).raw, 0xf3);
  EXPECT_EQ(Control{}.with<Control::Top>(7).raw, 0xe0);
  EXPECT_EQ(all.raw, 0xff);
}

TEST(Bits, CutsAValueThatIsTooLarge) { EXPECT_EQ(Control{}.with<Control::Top>(0xffff).raw, 0xe0); }

TEST(Bits, AFieldMayBeTheWholeRegister) {
  EXPECT_EQ(Whole{}.with<Whole::All>(0xdead'beef).get<Whole::All>(), 0xdead'beefu);
}

TEST(Bits, TravelsAsAnInteger) {
  EXPECT_EQ(driver::to_raw(Control{{0x42}}), 0x42u);
  EXPECT_EQ(driver::from_raw<Control>(0x42).raw, 0x42);
  EXPECT_EQ(driver::from_raw<Speed>(2), Speed::quick);
  EXPECT_EQ(driver::to_raw(Speed::quick), 2u);
}

}  // namespace
