// SPDX-License-Identifier: BSD-2-Clause
// What a successor goes on with.
#include "servers/terminal/tests/fixture.hpp"

namespace terminal::tests {
namespace {

TEST_F(TerminalTest, GoesOnWhereItWas) {
  take_console();
  const auto [master, slave] = pair();
  type(0, "half a li");
  write(master, "whole\npart");
  write(slave, "unread");
  Attributes wanted = attributes(1);
  wanted.local = 0;
  EXPECT_TRUE(set(1, wanted));
  type(0, "\x1a");
  start();
  EXPECT_EQ(attributes(1), wanted);
  EXPECT_EQ(take_signals(0), (std::vector<std::pair<u32, u32>>{{leader, 20}}));
  type(0, "full line\n");
  EXPECT_EQ(read(console, 100, caller(leader)), "full line\n");
  EXPECT_EQ(read(slave), "whole\n");
  EXPECT_EQ(read(master), "whole\r\npartunread");
  EXPECT_EQ(open("tty", caller(leader)), console);
}

TEST_F(TerminalTest, AnswersAWriteOnceThoughItComesTwice) {
  EXPECT_EQ(write(console, "once\n"), 5u);
  start();
  EXPECT_EQ(write(console, "once\n", {}, true), 5u);
  EXPECT_EQ(shown(0), "once\r\n");
}

TEST_F(TerminalTest, LosesAndDoublesNothingWhereverItDies) {
  // Lines are typed and read, text is written; the server dies at each call of the driver and of the vault in turn.
  unsigned deaths = 0;
  for (unsigned at = 1;; ++at) {
    ports = {};
    ports.ports[0], ports.ports[1];
    kept_states.assign(max_lines, LineState{});
    kept_queue = {}, kept_once = {}, pending_once.reset();
    sequence = 0;
    at_keep = nullptr;
    start();
    Attributes quiet = attributes(0);
    quiet.local &= ~(local_flag::echo | local_flag::echo_control);
    quiet.output = 0;
    ASSERT_TRUE(set(0, quiet));
    unsigned calls = 0, died = 0;
    const auto die = [&] {
      if (++calls % at == 0 && died < 4) {
        ++died;
        throw Killed{};
      }
    };
    at_keep = ports.at_call = die;
    const auto whatever_comes = [&](auto request) {
      // As a shadow does: the same request again, to each new generation, until it is answered.
      for (bool again = false;; again = true) try {
          return request(again);
        } catch (const Killed&) {
          for (bool up = false; !up;) try {
              pending_once.reset();
              start();
              up = true;
            } catch (const Killed&) {
            }
        }
    };
    std::string typed, wrote, got;
    for (unsigned i = 0; i < 12; ++i) {
      const std::string line = "line " + std::to_string(i) + std::string(i * 13, 'z') + "\n";
      typed += line;
      ports.ports[0].input += line;
      whatever_comes([&](bool) {
        server->on_input();
        return 0;
      });
      const std::string text = "text " + std::to_string(i) + std::string(i * 17, 'w') + "\n";
      for (std::size_t done = 0; done < text.size();) {
        const auto count = whatever_comes([&](bool again) { return write(0, text.substr(done), {}, again); });
        ASSERT_TRUE(count);
        done += *count;
      }
      wrote += text;
      if (i % 3 == 2) {
        for (unsigned j = 0; j < 3; ++j) {
          const auto piece = whatever_comes([&](bool again) { return read(0, 4096, {}, true, false, again); });
          got += piece.value_or("?");
        }
      }
    }
    ASSERT_EQ(got, typed) << "killed at each call number " << at;
    ASSERT_EQ(ports.ports[0].output, wrote) << "killed at each call number " << at;
    deaths += died;
    if (died == 0) break;
  }
  EXPECT_GT(deaths, 100u);
}

}  // namespace
}  // namespace terminal::tests
