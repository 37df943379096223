// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <ranges>

#include "programs/service/places.hpp"
#include "tools/verifier/symbols.hpp"

namespace verifier::test {
namespace {

constexpr const char* names = R"(0000000000000000 A nothing
0000000040001000 T _start
0000000040001010 t (anonymous namespace)::help(std::span<int, 3ul>)
0000000040001040 W std::expected<int, (Error)2> store::Table<abi::Slot>::find(int) const
0000000040001060 T store::operator<(int, int)
0000000040002000 D store::table
)";

constexpr const char* lines = R"(debug_line[0x00000000]
include_directories[  0] = "/source/build/target"
include_directories[  1] = "/usr/lib/c++/v1"
include_directories[  2] = "/source"
include_directories[  3] = "generated"
file_names[  0]:
           name: "/source/servers/store/main.cpp"
      dir_index: 0
file_names[  1]:
           name: "span"
      dir_index: 1
file_names[  2]:
           name: "lib/table.hpp"
      dir_index: 2
file_names[  3]:
           name: "store.hpp"
      dir_index: 3
Address            Line   Column File   ISA Discriminator OpIndex Flags
------------------ ------ ------ ------ --- ------------- ------- -------------
0x0000000000000000     99      0      0   0             0       0  is_stmt
0x0000000040001000     12      0      0   0             0       0  is_stmt
0x0000000040001010     20      3      0   0             0       0  is_stmt
0x0000000040001014    300     11      1   0             0       0
0x0000000040001018     20      5      0   0             0       0
0x0000000040001020     21      5      3   0             0       0
0x0000000040001040      7      0      2   0             0       0  is_stmt
0x0000000040001050      0      0      2   0             0       0  is_stmt
0x0000000040001060      8      0      2   0             0       0  is_stmt
0x0000000040001070      8      0      2   0             0       0  is_stmt end_sequence
)";

const std::string& file() {
  static const std::string text = Symbols(names, lines, "/source").text();
  return text;
}

TEST(Symbols, AreShort) {
  EXPECT_EQ(file(), R"(s servers/store/main.cpp
s build/target/generated/store.hpp
s lib/table.hpp
f 1000 _start
l 1000 0 12
f 1010 (unnamed)::help
l 1010 0 20
l 1020 1 21
f 1040 store::Table::find
l 1040 2 7
f 1060 store::operator<
l 1060 2 8
e 1070
)");
}

// By the program that reads them in the guest.
service::Place find(std::string_view text, std::uint64_t address) {
  service::Query queries[] = {{"store", address, {}}};
  service::Places places(queries);
  places.take("c store");
  for (const auto line : std::views::split(text, '\n')) places.take(std::string_view(line));
  return queries[0].place;
}

TEST(Symbols, AreFound) {
  const auto expect = [](std::uint64_t address, std::string_view function, std::string_view path, unsigned line) {
    const service::Place place = find(file(), address);
    EXPECT_EQ(place.function, function);
    EXPECT_EQ(place.file, path);
    EXPECT_EQ(place.line, line);
  };
  expect(0x4000'1000, "_start", "servers/store/main.cpp", 12);
  expect(0x4000'100f, "_start", "servers/store/main.cpp", 12);
  expect(0x4000'1016, "(unnamed)::help", "servers/store/main.cpp", 20);  // inlined from the C++ library
  expect(0x4000'1020, "(unnamed)::help", "build/target/generated/store.hpp", 21);
  expect(0x4000'1055, "store::Table::find", "lib/table.hpp", 7);
  expect(0x4000'106f, "store::operator<", "lib/table.hpp", 8);
}

TEST(Symbols, OutsideIsNowhere) {
  for (const std::uint64_t address : {0x4000'0fffULL, 0x4000'1070ULL, 0x10ULL, ~0ULL})
    EXPECT_STREQ(find(file(), address).function, "") << address;
}

}  // namespace
}  // namespace verifier::test
