// SPDX-License-Identifier: BSD-2-Clause
// syslog(2).
#include "servers/process/tests/system.hpp"

namespace process::test {
namespace {

constexpr u64 read_all = 3, read_clear = 4, clear = 5, console_on = 7, console_level = 8, size_buffer = 10;
constexpr i64 invalid = -22, not_permitted = -1, fault = -14;

class Log : public System {
 protected:
  Log() { world.log_text = "first\n\nsecond: 2\n"; }
  /// What dmesg gets, or the error as a number.
  std::string said(u64 action, u64 length = 1000) {
    const i64 told = call(1, nr_syslog, {action, scratch, length});
    if (told < 0) return std::to_string(told);
    return {reinterpret_cast<const char*>(world.at(1, scratch)), static_cast<std::size_t>(told)};
  }
};

TEST_F(Log, EachLineHasAMark) {
  EXPECT_EQ(said(read_all), "<6>first\n<6>second: 2\n");
  EXPECT_EQ(said(read_all), "<6>first\n<6>second: 2\n");
}

TEST_F(Log, TheLastWholeLinesThatFit) {
  EXPECT_EQ(said(read_all, 22), "<6>first\n<6>second: 2\n");
  EXPECT_EQ(said(read_all, 21), "<6>second: 2\n");
  EXPECT_EQ(said(read_all, 13), "<6>second: 2\n");
  EXPECT_EQ(said(read_all, 12), "");
}

TEST_F(Log, ALineWhoseBeginningIsGoneIsPassedOver) {
  world.log_begin = 100'000;
  world.log_text = "th of a line\nwhole\n";
  EXPECT_EQ(said(read_all), "<6>whole\n");
}

TEST_F(Log, ALongLineIsMadeTwo) {
  world.log_text = std::string(600, 'x') + "\n";
  EXPECT_EQ(said(read_all), "<6>" + std::string(508, 'x') + "\n<6>" + std::string(92, 'x') + "\n");
}

TEST_F(Log, WhatWasClearedIsNotShownAgain) {
  EXPECT_EQ(said(read_clear), "<6>first\n<6>second: 2\n");
  EXPECT_EQ(said(read_all), "");
  world.log_text += "third\n";
  EXPECT_EQ(said(read_all), "<6>third\n");
  EXPECT_EQ(said(clear), "");
  EXPECT_EQ(said(read_all), "");
}

TEST_F(Log, WhatCouldNotBeCopiedIsNotCleared) {
  EXPECT_EQ(call(1, nr_syslog, {read_clear, 0x10, 1000}), fault);
  EXPECT_EQ(said(read_all), "<6>first\n<6>second: 2\n");
}

TEST_F(Log, WrongArguments) {
  EXPECT_EQ(call(1, nr_syslog, {read_all, 0, 10}), invalid);
  EXPECT_EQ(call(1, nr_syslog, {read_all, scratch, ~u64{0}}), invalid);
  EXPECT_EQ(call(1, nr_syslog, {read_all, scratch, 0}), 0);
  EXPECT_EQ(call(1, nr_syslog, {11, scratch, 10}), invalid);
  EXPECT_EQ(call(1, nr_syslog, {console_level, 0, 0}), invalid);
  EXPECT_EQ(call(1, nr_syslog, {console_level, 0, 9}), invalid);
  EXPECT_EQ(call(1, nr_syslog, {console_level, 0, 8}), 0);
  EXPECT_EQ(call(1, nr_syslog, {console_on}), 0);
  EXPECT_EQ(call(1, nr_syslog, {size_buffer}), 65536);
}

TEST_F(Log, IsRootsOnly) {
  const Pid child = fork(1);
  EXPECT_EQ(call(child, nr_syslog, {size_buffer}), 65536);
  EXPECT_EQ(call(child, nr_setuid, {5}), 0);
  for (const u64 action : {read_all, read_clear, clear, console_on, size_buffer})
    EXPECT_EQ(call(child, nr_syslog, {action, scratch, 100}), not_permitted);
}

}  // namespace
}  // namespace process::test
