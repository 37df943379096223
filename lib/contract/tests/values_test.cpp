// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "lib/contract/condition.hpp"
#include "lib/contract/lend.hpp"
#include "lib/contract/values.hpp"

namespace contract {
namespace {

constexpr u64 most = ~u64{0};

template <class F>
bool holds(F condition) {
  Condition arithmetic;
  return arithmetic.holds(condition(arithmetic));
}

TEST(Condition, OverflowIsFalse) {
  EXPECT_TRUE(holds([](Condition& c) { return c.add(u64{1}, u64{2}) == 3; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.add(most, u64{1}) == 0; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.subtract(u64{1}, u64{2}) != 0; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.multiply(most, u64{2}) != 0; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.negate(INT64_MIN) != 0; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.add(INT64_MAX, u64{1}) != 0; }));
  EXPECT_TRUE(holds([](Condition& c) { return c.add(i64{-5}, u64{5}) == 0; }));
}

TEST(Condition, DivisionByZeroIsFalse) {
  EXPECT_FALSE(holds([](Condition& c) { return c.divide(u64{1}, u64{0}) == 0; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.remainder(u64{1}, u64{0}) == 0; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.divide(INT64_MIN, i64{-1}) == 0; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.divide(most, i64{-1}) == 0; }));
  EXPECT_TRUE(holds([](Condition& c) { return c.divide(i64{-7}, i64{2}) == -3; }));
  EXPECT_TRUE(holds([](Condition& c) { return c.remainder(most, u64{16}) == 15; }));
}

TEST(Condition, Shifts) {
  EXPECT_TRUE(holds([](Condition& c) { return c.shift_left(1, 63) == u64{1} << 63; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.shift_left(2, 63) == 0; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.shift_left(1, 64) == 0; }));
  EXPECT_FALSE(holds([](Condition& c) { return c.shift_right(1, 64) == 0; }));
}

TEST(String, HoldsNoMoreThanItsBound) {
  EXPECT_EQ(String<5>("hello").view(), "hello");
  EXPECT_EQ(String<5>("hello!").view(), "hello");
  EXPECT_TRUE(String<5>::fits("hello"));
  EXPECT_FALSE(String<5>::fits("hello!"));
  EXPECT_EQ(String<5>().length(), 0u);
}

TEST(Lend, OwnMemory) {
  std::array<std::byte, 10> memory{};
  const Lend lend = Lend::writing(memory);
  EXPECT_EQ(lend.length(), 10u);
  EXPECT_TRUE(lend.writable());
  EXPECT_FALSE(lend.readable());
  EXPECT_EQ(lend.words().address(), reinterpret_cast<u64>(memory.data()) & 0xffff'ffff'ffff);
  EXPECT_FALSE(lend.words().derived());
}

TEST(Lend, ReceivedIsPassedOnAsPartOfIt) {
  const Endpoint sender = Endpoint::of(9, 4, 77, 1234);
  const Lend received = Lend::received(sender, 1, {0x5000 | abi::Lend::read_bit, 300});
  EXPECT_EQ(received.length(), 300u);
  const abi::Lend words = received.part(100, 50).words();
  EXPECT_TRUE(words.derived());
  EXPECT_EQ(words.parent_thread(), 77u);
  EXPECT_EQ(words.parent_index(), 1u);
  EXPECT_EQ(words.parent_sequence(), 1234u);
  EXPECT_EQ(words.address(), 100u);
  EXPECT_EQ(words.length(), 50u);
  EXPECT_TRUE(words.readable());
  EXPECT_FALSE(words.writable());
}

TEST(Lend, PartsStayInside) {
  const Lend received = Lend::received(Endpoint::of(9, 4), 0, {abi::Lend::write_bit, 300});
  EXPECT_EQ(received.part(250, 100).length(), 50u);
  EXPECT_EQ(received.part(300, 1).length(), 0u);
  EXPECT_EQ(received.part(most, most).length(), 0u);
  EXPECT_EQ(received.part(10, 100).part(20, 10).offset(), 30u);
  std::array<std::byte, 11> bytes{};
  EXPECT_EQ(received.part(10, 10).copy_out(0, bytes).error(), CopyError::out_of_range);
  EXPECT_EQ(received.copy_out(295, bytes).error(), CopyError::out_of_range);
  EXPECT_EQ(received.copy_in(most, bytes).error(), CopyError::out_of_range);
}

}  // namespace
}  // namespace contract
