// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <random>
#include <ranges>
#include <string>

#include "programs/service/places.hpp"

namespace service {
namespace {

constexpr std::string_view table =
    "c a\ns a.cpp\nf 1000 first\nl 1000 0 5\nl 1008 0 6\nf 1010 second\ne 1020\n"
    "c b\ns b.cpp\ns c.cpp\nf 1000 third\nl 1004 1 9\ne 2000\n";

void look_up(std::string_view text, std::span<Query> queries) {
  Places places(queries);
  for (const auto line : std::views::split(text, '\n')) places.take(std::string_view(line));
}

TEST(Places, OfSeveralComponentsInOnePass) {
  Query queries[] = {{"b", 0x4000'1006, {}},
                     {"a", 0x4000'1009, {}},
                     {"a", 0x4000'1010, {}},
                     {"c", 0x4000'1000, {}},
                     {"a", 0x4000'1020, {}}};
  look_up(table, queries);
  EXPECT_STREQ(queries[0].place.function, "third");
  EXPECT_STREQ(queries[0].place.file, "c.cpp");
  EXPECT_EQ(queries[0].place.line, 9u);
  EXPECT_STREQ(queries[1].place.function, "first");
  EXPECT_EQ(queries[1].place.line, 6u);
  EXPECT_STREQ(queries[2].place.function, "second");  // it has no line, and not the one before
  EXPECT_STREQ(queries[2].place.file, "");
  EXPECT_STREQ(queries[3].place.function, "");  // nothing is known of that component
  EXPECT_STREQ(queries[4].place.function, "");  // behind its text
}

TEST(Places, OfThisBuildOnly) {
  EXPECT_TRUE(Places::is_of("symbols 1 00ff", "00ff"));
  EXPECT_FALSE(Places::is_of("symbols 1 00ff", "00fe"));
  EXPECT_FALSE(Places::is_of("symbols 1 00ff0", "00ff"));
  EXPECT_FALSE(Places::is_of("symbols 2 00ff", "00ff"));
  EXPECT_FALSE(Places::is_of("symbols 1 ", ""));
}

TEST(Places, WhatIsTooLongIsCut) {
  Query queries[] = {{"a", 0x4000'0000, {}}};
  const std::string name(1000, 'x');
  look_up("c a\ns " + name + "\nf 0 " + name + "\nl 0 0 1\n", queries);
  EXPECT_EQ(std::string(queries[0].place.function).size(), sizeof(Place::function) - 1);
  EXPECT_EQ(std::string(queries[0].place.file).size(), sizeof(Place::file) - 1);
}

TEST(Places, MalformedLinesSayNothing) {
  Query queries[] = {{"a", 0x4000'1000, {}}};
  look_up("c a\n\nf\nf \nf g\nf -1 x\nl 1000 0 1\nl 1000\nl 1000 99999999999999999999 1\nl 1000 0\nx 1 y\nc", queries);
  EXPECT_STREQ(queries[0].place.function, "");
  EXPECT_EQ(queries[0].place.line, 0u);
}

// Under the address sanitizer: a damaged table overruns nothing.
TEST(Places, DamagedTablesDoNoHarm) {
  std::mt19937 random(1);
  for (unsigned turn = 0; turn < 20'000; ++turn) {
    std::string damaged(table);
    for (unsigned change = random() % 8; change != 0; --change) {
      const std::size_t at = random() % damaged.size();
      switch (random() % 4) {
        case 0:
          damaged[at] = static_cast<char>(random());
          break;
        case 1:
          damaged.erase(at, random() % 9);
          break;
        case 2:
          damaged.insert(at, damaged.substr(random() % damaged.size(), random() % 40));
          break;
        default:
          damaged.insert(at, random() % 3000, 's');
      }
      if (damaged.empty()) damaged = "\n";
    }
    Query queries[] = {{"a", 0x4000'1009, {}}, {"b", 0x4000'1006, {}}};
    look_up(damaged, queries);
    for (const Query& query : queries)
      EXPECT_LT(std::string_view(query.place.function).size(), sizeof(Place::function));
  }
}

// More files than there is room for: the first are known, the others are not.
TEST(Places, ManyFilesAreBounded) {
  std::string text = "c a\n";
  for (unsigned i = 0; i < 2000; ++i) text += "s folder/file_" + std::to_string(i) + ".cpp\n";
  Query queries[] = {{"a", 0x4000'0004, {}}, {"a", 0x4000'0014, {}}};
  look_up(text + "f 0 x\nl 0 3 1\nl 10 1999 2\n", queries);
  EXPECT_STREQ(queries[0].place.file, "folder/file_3.cpp");
  EXPECT_STREQ(queries[1].place.file, "folder/file_3.cpp");
}

}  // namespace
}  // namespace service
