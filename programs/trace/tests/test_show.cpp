// SPDX-License-Identifier: BSD-2-Clause
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <string>
#include <vector>

#include "lib/contract/call_trace.hpp"
#include "programs/trace/show.hpp"

namespace trace {
namespace {

constexpr std::uint16_t call_read = 0, call_mmap = 9, call_wait4 = 61, call_openat = 257, call_exempt_write = 505;

struct Lines : testing::Test {
  /// What is shown of a record with these pieces.
  std::string line(Record record, std::vector<std::pair<unsigned, std::string>> pieces = {}, bool whole = true) {
    std::vector<std::byte> bytes(sizeof record);
    for (const auto& [argument, text] : pieces) {
      const Piece piece{static_cast<std::uint8_t>(argument), whole, static_cast<std::uint16_t>(text.size())};
      const auto head = std::as_bytes(std::span(&piece, 1)), body = std::as_bytes(std::span(text));
      bytes.insert(bytes.end(), head.begin(), head.end());
      bytes.insert(bytes.end(), body.begin(), body.end());
      ++record.pieces;
    }
    record.length = static_cast<std::uint16_t>(bytes.size());
    std::memcpy(bytes.data(), &record, sizeof record);
    bool sound = false;
    const auto read = read_record(bytes, sound);
    EXPECT_TRUE(read.has_value());
    Text text;
    if (read) show.add(text, *read);
    return std::string(text.view());
  }
  Show show;
};

Record call(std::uint16_t number, std::array<std::uint64_t, 6> arguments, std::int64_t result,
            std::uint32_t thread = 9) {
  return {.thread = thread, .number = number, .result = result, .arguments = arguments};
}

TEST_F(Lines, CallHasNamesForWhatHasThem) {
  const auto directory = static_cast<std::uint64_t>(AT_FDCWD);
  EXPECT_EQ(line(call(call_openat, {directory, 0x1000, O_WRONLY | O_CREAT | O_TRUNC, 0644}, 3), {{1, "a\nb"}}),
            "openat(AT_FDCWD, \"a\\nb\", O_WRONLY|O_CREAT|O_TRUNC, 0644) = 3\n");
  EXPECT_EQ(line(call(call_mmap, {0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0xffff'ffff, 0}, 0x7000'0000'0000)),
            "mmap(0, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x700000000000\n");
}

TEST_F(Lines, ErrorIsNamed) {
  EXPECT_EQ(line(call(call_read, {7, 0x1000, 5}, -9)),
            "read(7, 0x1000, 5)                      = -1 EBADF (Bad file descriptor)\n");
}

TEST_F(Lines, WhatIsLongIsMarked) {
  EXPECT_EQ(line(call(call_read, {0, 0x1000, 5000}, 5000), {{1, "abc"}}, false),
            "read(0, \"abc\"..., 5000)                 = 5000\n");
}

TEST_F(Lines, BytesAreReadableAgain) {
  Text text;
  text.quoted(
      std::string_view("\0"
                       "7\x1b[\"\\\xff",
                       7));
  EXPECT_EQ(text.view(), R"("\0007\33[\"\\\377")");
}

TEST_F(Lines, VariantsHaveTheNameThatProgramsUse) {
  EXPECT_EQ(line(call(call_exempt_write, {1, 0x1000, 2}, 2), {{1, "ok"}}),
            "write(1, \"ok\", 2)                       = 2\n");
}

TEST_F(Lines, WaitIsJoinedToItsEnd) {
  Record begun = call(call_wait4, {~std::uint64_t{0}, 0x10'0000, 0, 0}, 0);
  begun.kind = Kind::begun;
  EXPECT_EQ(line(begun), "wait4(-1, 0x100000, 0, NULL <unfinished ...>\n");
  EXPECT_EQ(line({.kind = Kind::exited, .thread = 10, .result = 3}), "[pid 10] +++ exited with 3 +++\n");
  EXPECT_EQ(line({.kind = Kind::ended, .thread = 9, .result = 10}),
            "[pid 9] <... wait4 resumed>)                    = 10\n");
  Record read = call(call_read, {0, 0x1000, 5}, 0);
  read.kind = Kind::begun;
  EXPECT_EQ(line(read), "[pid 9] read(0, 0x1000, 5 <unfinished ...>\n");
  EXPECT_EQ(line(call(call_read, {0, 0x1000, 5}, 1), {{1, "x"}}),
            "[pid 9] <... read resumed> read(0, \"x\", 5)      = 1\n");
}

TEST_F(Lines, EventsAreTold) {
  EXPECT_EQ(line({.kind = Kind::started, .thread = 9}, {{0, "/bin/true"}}), "execve(\"/bin/true\", ...) = 0\n");
  EXPECT_EQ(line({.kind = Kind::signal, .thread = 9, .number = 2}), "--- SIGINT ---\n");
  EXPECT_EQ(line({.kind = Kind::killed, .thread = 9, .number = 9}), "+++ killed by SIGKILL +++\n");
  EXPECT_EQ(line({.kind = Kind::lost, .thread = 9, .result = 4}), "--- 4 records were lost: no room for them ---\n");
}

TEST(Records, WhatIsNoneIsNotTaken) {
  Record record;
  bool sound = false;
  const auto bytes = std::as_bytes(std::span(&record, 1));
  EXPECT_TRUE(read_record(bytes, sound));
  EXPECT_FALSE(read_record(bytes.first(10), sound));
  EXPECT_TRUE(sound);  // there may be more to come
  record.length = 10;
  EXPECT_FALSE(read_record(bytes, sound));
  EXPECT_FALSE(sound);
  record.length = sizeof record;
  record.pieces = 1;
  EXPECT_FALSE(read_record(bytes, sound));
  EXPECT_FALSE(sound);
}

}  // namespace
}  // namespace trace
