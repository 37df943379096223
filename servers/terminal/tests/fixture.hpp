// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/terminal/tests/world.hpp"

namespace terminal::tests {

class TerminalTest : public World {
 protected:
  void SetUp() override {
    ports.ports[0];
    ports.ports[1];
    start();
  }
  // A session on the console whose leader is process 10.
  static constexpr u32 console = 0, leader = 10;
  void take_console() { EXPECT_EQ(open("console", caller(leader), false), console); }
  /// Master and slave of a new pair.
  std::pair<u32, u32> pair(u32 key = 1) {
    const auto master = open("ptmx", {}, true, key);
    EXPECT_TRUE(master);
    EXPECT_TRUE(ask<answer::Done>(answer::SetLock{*master, false}));
    const auto slave = open("pts/" + std::to_string(*master - 128));
    EXPECT_TRUE(slave);
    return {*master, *slave};
  }
};

}  // namespace terminal::tests
