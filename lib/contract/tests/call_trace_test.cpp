// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/call_trace.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "generated/contract/linux.hpp"
#include "lib/contract/host/world.hpp"

namespace contract::trace {
namespace {

constexpr unsigned call_read = 0, call_write = 1, call_open = 2, call_rename = 82;

struct Traced : testing::Test {
  Traced() { world.program_memory.resize(2 * 4096); }
  void put(u64 address, std::string_view text) {
    std::memcpy(world.program_memory.data() + (address - world.program_base), text.data(), text.size());
  }
  void write(unsigned number, std::initializer_list<u64> arguments, const CallResult& result) {
    Message message{Tag::of(static_cast<u16>(abi::label_program | number)), {}};
    std::ranges::copy(arguments, message.words);
    message.words[6] = OwnerTag::of(40, 41, true).bits;
    const ProgramCall call(Endpoint::of(0, 3, 200, 9, true), message);
    read(write_call(call, result, linux::shapes_of(number), buffer));
  }
  void read(std::span<const std::byte> bytes) {
    pieces.clear();
    written = bytes.size();
    if (bytes.empty()) return;
    std::memcpy(&record, bytes.data(), sizeof record);
    ASSERT_EQ(record.length, bytes.size());
    std::size_t at = sizeof record;
    for (unsigned i = 0; i < record.pieces; ++i) {
      Piece piece;
      ASSERT_LE(at + sizeof piece, bytes.size());
      std::memcpy(&piece, bytes.data() + at, sizeof piece);
      at += sizeof piece;
      ASSERT_LE(at + piece.length, bytes.size());
      pieces.emplace_back(piece, std::string(reinterpret_cast<const char*>(bytes.data() + at), piece.length));
      at += piece.length;
    }
    EXPECT_EQ(at, bytes.size());
  }

  host::World world;
  Buffer buffer;
  Record record;
  std::vector<std::pair<Piece, std::string>> pieces;
  std::size_t written = 0;
};

TEST_F(Traced, CallIsWhatItWasAndWhatItReturned) {
  put(0x10100, std::string_view("/etc/passwd", 12));
  write(call_open, {0x10100, 0x241, 0644}, CallResult::error(2));
  EXPECT_EQ(record.kind, Kind::call);
  EXPECT_EQ(record.thread, 41u);
  EXPECT_EQ(record.number, call_open);
  EXPECT_EQ(record.arguments[1], 0x241u);
  EXPECT_EQ(record.result, -2);
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].second, "/etc/passwd");
  EXPECT_EQ(pieces[0].first.argument, 0);
  EXPECT_EQ(pieces[0].first.whole, 1);
}

TEST_F(Traced, BuffersAreShownAsFarAsTheyWereUsed) {
  put(0x10000, "what was written");
  write(call_write, {1, 0x10000, 4}, CallResult::value(2));
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].second, "what");
  write(call_read, {0, 0x10000, 4000}, CallResult::value(8));
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].second, "what was");
  EXPECT_EQ(pieces[0].first.whole, 1);
  write(call_read, {0, 0x10000, 4000}, CallResult::error(9));
  EXPECT_TRUE(pieces.empty());
  write(call_read, {0, 0x10000, 4000}, CallResult::value(piece_bytes + 1));
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].first.length, piece_bytes);
  EXPECT_EQ(pieces[0].first.whole, 0);
}

TEST_F(Traced, LongStringsAreCut) {
  put(0x10000, std::string(piece_bytes, 'a'));
  put(0x10000 + piece_bytes, std::string_view("", 1));
  put(0x11000, std::string_view("b", 2));
  write(call_rename, {0x10000, 0x11000}, CallResult::value(0));
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[0].first.whole, 0);
  EXPECT_EQ(pieces[0].second, std::string(piece_bytes, 'a'));
  EXPECT_EQ(pieces[1].second, "b");
  EXPECT_EQ(pieces[1].first.argument, 1);
}

TEST_F(Traced, MemoryThatCannotBeReadIsLeftOut) {
  write(call_open, {0x5000, 0, 0}, CallResult::error(14));
  EXPECT_TRUE(pieces.empty());
  EXPECT_EQ(record.arguments[0], 0x5000u);
}

TEST_F(Traced, WaitingIsToldWithoutLookingAtMemory) {
  put(0x10000, "text");
  write(call_write, {1, 0x10000, 4}, CallResult::park());
  EXPECT_EQ(record.kind, Kind::begun);
  EXPECT_TRUE(pieces.empty());
}

TEST_F(Traced, WhatIsMadeAnewIsNotTold) {
  write(call_read, {0, 0x10000, 4}, CallResult::retry());
  EXPECT_EQ(written, 0u);
  write(call_read, {0, 0x10000, 4}, CallResult::again(7));
  EXPECT_EQ(written, 0u);
  write(call_read, {0, 0x10000, 4}, CallResult::stop(-4, 7));
  EXPECT_EQ(record.result, -4);
}

TEST_F(Traced, EventHasItsText) {
  read(write_event({.kind = Kind::started, .thread = 5}, "/bin/true", buffer));
  EXPECT_EQ(record.kind, Kind::started);
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].second, "/bin/true");
  read(write_event({.kind = Kind::started}, std::string(4000, 'x'), buffer));
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].first.whole, 0);
}

}  // namespace
}  // namespace contract::trace
