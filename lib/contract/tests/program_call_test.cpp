// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/program_call.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "generated/contract/linux.hpp"
#include "lib/contract/host/world.hpp"

namespace contract {
namespace {

const Endpoint program = Endpoint::of(0, 3, 200, 9, true);

Message call_of(unsigned number, std::initializer_list<u64> arguments, bool redelivered = false) {
  Message message{Tag::of(static_cast<u16>(abi::label_program | number)), {}};
  std::ranges::copy(arguments, message.words);
  message.words[6] = 0x700000042;
  if (redelivered) message.tag.bits |= abi::tag_redelivered;
  return message;
}

struct Memory : testing::Test {
  Memory() { world.program_memory.resize(3 * 4096); }
  void put(u64 address, const char* text) {
    std::memcpy(world.program_memory.data() + (address - world.program_base), text, std::strlen(text) + 1);
  }
  host::World world;
};

TEST_F(Memory, SaysWhoAndWhat) {
  const ProgramCall call(program, call_of(1, {3, 4, 5}, true));
  EXPECT_EQ(call.number(), 1u);
  EXPECT_EQ(call.argument(2), 5u);
  EXPECT_EQ(call.owner_tag().process(), 0x42u);
  EXPECT_EQ(call.owner_tag().thread(), 7u);
  EXPECT_FALSE(call.owner_tag().traced());
  EXPECT_EQ(OwnerTag::of(0x42, 7, true).bits, 0x8000000700000042u);
  EXPECT_TRUE(call.redelivered());
  EXPECT_EQ(call.endpoint(), program);
}

TEST_F(Memory, CopiesInSteps) {
  world.copy_limit = 1000;
  const ProgramCall call(program, call_of(0, {}));
  const std::vector<std::byte> bytes(5000, std::byte{7});
  ASSERT_TRUE(call.copy_out({0x10010}, bytes));
  EXPECT_EQ(world.program_memory[0x10], std::byte{7});
  EXPECT_EQ(world.program_memory[0x10 + 4999], std::byte{7});
  EXPECT_EQ(world.program_memory[0x10 + 5000], std::byte{0});
  ASSERT_TRUE(call.put<u32>({0x10000}, 99));
  EXPECT_EQ(call.get<u32>({0x10000}), 99u);
}

TEST_F(Memory, PartIsKeptWhereTheRestIsBad) {
  const ProgramCall call(program, call_of(0, {}));
  std::vector<std::byte> bytes(100);
  const ProgramCopy copy = call.copy_in_part({0x13000 - 60}, bytes);
  EXPECT_EQ(copy.bytes, 60u);
  EXPECT_EQ(copy.error(), CopyError::bad_address);
  EXPECT_EQ(call.copy_in({0x13000 - 60}, bytes).error(), CopyError::bad_address);
  EXPECT_EQ(call.copy_in({~u64{0} - 10}, bytes).error(), CopyError::bad_address);
}

TEST_F(Memory, StringsEndBeforeTheNextPage) {
  const ProgramCall call(program, call_of(0, {}));
  char text[64];
  put(0x13000 - 4, "abc");
  EXPECT_EQ(call.copy_string({0x13000 - 4}, text), 3u);
  put(0x11000 - 2, "over the edge");
  ASSERT_EQ(call.copy_string({0x11000 - 2}, text), 13u);
  EXPECT_STREQ(text, "over the edge");
  EXPECT_EQ(call.copy_string({0x11000 - 2}, std::span(text, 13)).error(), CopyError::out_of_range);
  EXPECT_EQ(call.copy_string({0x11000 - 2}, std::span(text, 14)), 13u);
  EXPECT_EQ(call.copy_string({0x500}, text).error(), CopyError::bad_address);
}

TEST_F(Memory, LendsPartsOfTheProgram) {
  const ProgramCall call(program, call_of(0, {}));
  const abi::Lend words = call.lend_writable({0x10100}, 64).words();
  EXPECT_TRUE(words.derived());
  EXPECT_EQ(words.parent_index(), abi::lend_program_memory);
  EXPECT_EQ(words.address(), 0x10100u);
}

TEST(CallResult, IsWhatTheKernelKnows) {
  Message message;
  CallResult::error(22).encode(message);
  EXPECT_EQ(message.tag.label(), abi::reply_value);
  EXPECT_EQ(static_cast<i64>(message.words[0]), -22);
  CallResult::stop(5, 0x20d).encode(message);
  EXPECT_EQ(message.tag.label(), abi::reply_stop);
  EXPECT_EQ(message.words[0], 5u);
  EXPECT_EQ(message.words[1], 0x20du);
  EXPECT_EQ(CallResult::of(CopyError::faulted), CallResult::park());
  EXPECT_EQ(CallResult::of(CopyError::bad_address), CallResult::error(14));
  EXPECT_EQ(CallResult::again(3).reply(), abi::reply_again);
  EXPECT_EQ(CallResult::retry().reply(), abi::reply_retry);
}

struct Memories final : linux::memory::Calls {
  using Result = linux::Result;
  Result mmap(ProgramCall&, u64, u64, i32, i32, i32 fd, u64) override { return Result::value(fd); }
  Result mprotect(ProgramCall&, u64, u64, i32) override { return Result::park(); }
  Result munmap(ProgramCall&, u64, u64) override { return Result::value(0); }
  Result brk(ProgramCall&, u64 address) override { return Result::value(static_cast<i64>(address)); }
  Result mremap(ProgramCall&, u64, u64, u64, i32, u64) override { return Result::value(0); }
  Result msync(ProgramCall&, u64, u64, i32) override { return Result::value(0); }
  Result madvise(ProgramCall&, u64, u64, i32) override { return Result::value(0); }
  void unknown_call(unsigned number, std::string_view name) override { unknown.emplace_back(number, name); }
  void trace(const ProgramCall& call, const Result& result) override { traced.emplace_back(call.number(), result); }
  std::vector<std::pair<unsigned, std::string>> unknown;
  std::vector<std::pair<unsigned, Result>> traced;
};

i64 result_of(linux::memory::Calls& calls, const Message& message) {
  ProgramCall call(program, message);
  calls.dispatch(call);
  Message reply;
  EXPECT_TRUE(call.take_reply(reply));
  return static_cast<i64>(reply.words[0]);
}

TEST(Calls, ArgumentsAreCutToTheirTypes) {
  Memories calls;
  EXPECT_EQ(result_of(calls, call_of(9, {0, 0, 0, 0, 0xffff'ffff, 0})), -1);
  EXPECT_EQ(result_of(calls, call_of(12, {77})), 77);
}

TEST(Calls, UnknownOnesAreToldOnceByName) {
  Memories calls;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(result_of(calls, call_of(101, {})), -38);
    EXPECT_EQ(result_of(calls, call_of(400, {})), -38);
    EXPECT_EQ(result_of(calls, call_of(2000, {})), -38);
    EXPECT_EQ(result_of(calls, call_of(3000, {})), -38);
  }
  ASSERT_EQ(calls.unknown.size(), 3u);
  EXPECT_EQ(calls.unknown[0], (std::pair<unsigned, std::string>{101, "ptrace"}));
  EXPECT_EQ(calls.unknown[1].first, 400u);
  EXPECT_EQ(calls.unknown[2].first, 2000u);
}

TEST(Calls, ThoseOfTracedThreadsAreToldOf) {
  Memories calls;
  Message message = call_of(12, {77});
  EXPECT_EQ(result_of(calls, message), 77);
  EXPECT_TRUE(calls.traced.empty());
  message.words[6] = OwnerTag::of(0x42, 7, true).bits;
  EXPECT_EQ(result_of(calls, message), 77);
  ASSERT_EQ(calls.traced.size(), 1u);
  EXPECT_EQ(calls.traced[0], (std::pair<unsigned, linux::Result>{12, linux::Result::value(77)}));
}

TEST(Calls, TableSaysWhoTakesThem) {
  linux::Server server{};
  EXPECT_TRUE(linux::server_of(0, server));
  EXPECT_EQ(server, linux::Server::file);
  EXPECT_TRUE(linux::server_of(59, server));
  EXPECT_EQ(server, linux::Server::process);
  EXPECT_FALSE(linux::server_of(101, server));
  EXPECT_EQ(linux::name_of(334), "rseq");
  EXPECT_EQ(linux::fault_server, linux::Server::memory);
}

}  // namespace
}  // namespace contract
