// SPDX-License-Identifier: BSD-2-Clause
// The line discipline against what Linux did with the same characters (tests/record.py).
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "servers/terminal/line.hpp"

namespace {

using namespace terminal;

std::string bytes_of(const std::string& hexadecimal) {
  std::string result;
  if (hexadecimal == "-") return result;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2)
    result += static_cast<char>(std::stoi(hexadecimal.substr(i, 2), nullptr, 16));
  return result;
}
std::string hexadecimal_of(const std::string& bytes) {
  std::string result;
  for (const char byte : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    result += digits[static_cast<u8>(byte) >> 4];
    result += digits[byte & 15];
  }
  return result.empty() ? "-" : result;
}

struct Nobody final : Signals {
  void raise(u32, u32) override {}
};

class Player {
 public:
  explicit Player(const std::string& name) : name_(name) { line_.open(Use::pair, Attributes{}); }

  void play(const std::string& step) {
    std::istringstream words{step};
    std::string verb, argument;
    words >> verb;
    if (verb == "set") {
      Attributes attributes = line_.attributes();
      unsigned minimum, end_of_line;
      words >> attributes.input >> attributes.output >> attributes.local >> minimum >> end_of_line;
      attributes.characters[static_cast<u8>(Special::minimum)] = static_cast<u8>(minimum);
      attributes.characters[static_cast<u8>(Special::end_of_line)] = static_cast<u8>(end_of_line);
      line_.set_attributes(attributes);
    } else if (verb == "type") {
      words >> argument;
      const std::string bytes = bytes_of(argument);
      // In pieces, as a device gives them: what is shown leaves meanwhile.
      for (std::size_t at = 0; at < bytes.size(); at += 16) {
        const auto piece = std::as_bytes(std::span{bytes}).subspan(at, std::min<std::size_t>(16, bytes.size() - at));
        EXPECT_EQ(line_.receive(piece, nobody_), piece.size()) << where(step);
        collect();
      }
    } else if (verb == "write") {
      words >> argument;
      const std::string bytes = bytes_of(argument);
      EXPECT_EQ(line_.write(std::as_bytes(std::span{bytes})), bytes.size()) << where(step);
      collect();
    } else if (verb == "shown") {
      words >> argument;
      EXPECT_EQ(hexadecimal_of(shown_), argument) << where(step);
      shown_.clear();
    } else if (verb == "read") {
      std::size_t most;
      words >> most >> argument;
      std::vector<u8> into(most);
      const ReadResult result = line_.read(into, {.blocking = false});
      const std::string got =
          result.blocks ? "blocks" : hexadecimal_of({reinterpret_cast<char*>(into.data()), result.count});
      EXPECT_EQ(got, argument) << where(step);
      if (!result.blocks) line_.took(result.count);
    }
    steps_ += step.substr(0, 100) + "\n";
  }

 private:
  void collect() {
    for (auto part = line_.output(); !part.empty(); part = line_.output()) {
      shown_.append(reinterpret_cast<const char*>(part.data()), part.size());
      line_.shown(part.size());
    }
  }
  std::string where(const std::string& step) const { return name_ + ":\n" + steps_ + "-> " + step.substr(0, 100); }

  std::unique_ptr<LineState> state_ = std::make_unique<LineState>();
  Line line_{*state_};
  Nobody nobody_;
  std::string name_, shown_, steps_;
};

TEST(Recorded, AsLinuxDoes) {
  std::ifstream file{"servers/terminal/tests/linux.txt"};
  ASSERT_TRUE(file) << "to be run in the root of the repository";
  std::unique_ptr<Player> player;
  unsigned cases = 0;
  for (std::string step; std::getline(file, step);) {
    if (step.starts_with("case")) {
      player = std::make_unique<Player>(step);
      ++cases;
    } else if (player) {
      player->play(step);
    }
  }
  EXPECT_GT(cases, 400u);
}

}  // namespace
