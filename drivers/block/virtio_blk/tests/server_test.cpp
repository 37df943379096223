// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/block/virtio_blk/server.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "drivers/block/virtio_blk/tests/fake_disk.hpp"
#include "lib/driver/tests/contract_host.hpp"

namespace {

using namespace virtio_blk;
using contract::Endpoint;
using contract::Message;
using contract::Tag;
using virtio_blk::tests::FakeDisk;

std::vector<std::string> said;

class ServerTest : public ::testing::Test, public contract::HostMachine {
 protected:
  ServerTest() {
    contract::Transport::machine = this;
    said.clear();
    server.add_importer(client_slot, 64, 20);
    server.add_importer(client_slot + 1, 64, 20);
  }
  ~ServerTest() { contract::Transport::machine = nullptr; }
  void SetUp() override {
    for (std::size_t i = 0; i < fake.medium.size(); ++i) fake.medium[i] = static_cast<u8>(i / 4096 * 7 + i % 251);
    ASSERT_TRUE(disk.place(region));
  }
  void TearDown() override {
    EXPECT_EQ(fake.complaints, std::vector<std::string>{});
    EXPECT_EQ(fake.wrong_unpins, 0u);
    EXPECT_EQ(server.waiting(), 0u);
  }

  // ---- the contract's side: requests as messages, replies as they come ----
  static constexpr unsigned client_slot = 6;
  struct Asked {
    std::vector<std::byte> data;
    std::optional<Message> reply;
  };
  std::map<u64, Asked> asked;

  /// Sends a request; its reply is in `asked` at once or later. Returns the caller's endpoint.
  template <class Request>
  u64 send(Request request, unsigned lane, u32 generation = 1, unsigned slot = client_slot, std::size_t bytes = 0,
           int fill = 0) {
    const Endpoint caller = Endpoint::of(slot, generation, slot * 64 + lane, ++sequence_);
    Asked& mine = asked[caller.bits];
    mine.data.resize(bytes);
    std::ranges::fill(mine.data, static_cast<std::byte>(fill));
    if (bytes != 0) fake.lend(caller, mine.data);
    Message message;
    request.encode(message);
    message.tag = Tag::of(Request::message_number, static_cast<u16>(lane), Request::message_lends, sequence_);
    if (server.dispatch(caller, message) == contract::Disposition::reply) mine.reply = message;
    return caller.bits;
  }
  u64 read(u64 block, u32 count, unsigned lane = 0, u32 generation = 1, unsigned slot = client_slot) {
    answer::Read request{block, count, contract::Lend::writing(room(count * 4096ul))};
    return send(request, lane, generation, slot, count * 4096ul);
  }
  u64 write(u64 block, u32 count, int fill, unsigned lane = 0, u32 generation = 1, unsigned slot = client_slot) {
    answer::Write request{block, count, contract::Lend::reading(room(count * 4096ul))};
    return send(request, lane, generation, slot, count * 4096ul, fill);
  }
  u64 flush(unsigned lane = 0) { return send(answer::Flush{}, lane); }

  bool answered(u64 caller) { return asked.at(caller).reply.has_value(); }
  bool done(u64 caller) {
    return answered(caller) && contract::number_of(asked[caller].reply->tag) == answer::Done::message_number;
  }
  std::optional<answer::Reason> reason(u64 caller) {
    if (!answered(caller) || contract::number_of(asked[caller].reply->tag) != answer::Failed::message_number)
      return std::nullopt;
    return answer::Failed::decode(*asked[caller].reply, {}).reason;
  }
  bool right(u64 caller, u64 block) {
    const auto& data = asked.at(caller).data;
    return std::memcmp(data.data(), &fake.medium[block * 4096], data.size()) == 0;
  }
  void attach() { server.attach(disk, driver::virtio::Device{FakeDisk::structures()}); }
  void finish() {
    while (fake.waiting() != 0) {
      fake.work();
      server.on_completion();
    }
  }

  contract::Status call(Endpoint, Message&, u32) override { return contract::Status::refused; }
  contract::Status reply(Endpoint to, const Message& message) override {
    EXPECT_FALSE(answered(to.bits));
    asked[to.bits].reply = message;
    return contract::Status::ok;
  }
  contract::Status notify(unsigned, u64) override { return contract::Status::ok; }
  contract::Status wake(Endpoint) override { return contract::Status::ok; }
  contract::Copied copy_in(Endpoint, unsigned, u64, void*, u64) override { return {contract::Status::refused, 0}; }
  contract::Copied copy_out(Endpoint, unsigned, u64, const void*, u64) override {
    return {contract::Status::refused, 0};
  }

  FakeDisk fake;
  driver::DmaRegion region{FakeDisk::dma_bytes};
  Disk disk;
  Server server{[](std::string_view line) { said.emplace_back(line); }};

 private:
  std::span<std::byte> room(std::size_t bytes) {
    room_.resize(std::max(room_.size(), bytes));
    return std::span{room_}.first(bytes);
  }
  std::vector<std::byte> room_;
  u32 sequence_ = 0;
};

TEST_F(ServerTest, AnswersWhenTheDeviceHasDone) {
  attach();
  const u64 first = read(5, 3);
  EXPECT_FALSE(answered(first));
  finish();
  EXPECT_TRUE(done(first));
  EXPECT_TRUE(right(first, 5));
  const u64 second = write(9, 2, 0x77);
  finish();
  EXPECT_TRUE(done(second));
  EXPECT_EQ(fake.medium[9 * 4096 + 5000], 0x77);
  const u64 third = flush();
  finish();
  EXPECT_TRUE(done(third));
  EXPECT_EQ(fake.flushes, 1u);
  EXPECT_EQ(fake.pinned(), 0u);
}

TEST_F(ServerTest, TellsItsSize) {
  attach();
  const u64 caller = send(answer::Open{}, 0);
  const auto opened = answer::Opened::decode(*asked[caller].reply, {});
  EXPECT_EQ(opened.blocks, 256u);
  EXPECT_FALSE(opened.read_only);
}

TEST_F(ServerTest, HasMoreRequestsThanTheDeviceTakes) {
  attach();
  std::vector<u64> callers;
  for (unsigned lane = 0; lane < 64; ++lane) callers.push_back(read(lane, 1, lane));
  for (unsigned lane = 0; lane < 64; ++lane) callers.push_back(read(lane, 1, lane, 1, client_slot + 1));
  EXPECT_EQ(server.in_flight(), 32u);
  EXPECT_EQ(server.waiting(), 96u);
  finish();
  for (unsigned i = 0; i < callers.size(); ++i) {
    EXPECT_TRUE(done(callers[i])) << i;
    EXPECT_TRUE(right(callers[i], i % 64)) << i;
  }
  EXPECT_EQ(fake.pinned(), 0u);
}

TEST_F(ServerTest, RefusesWhatLiesOutside) {
  attach();
  EXPECT_EQ(reason(read(256, 1)), answer::Reason::out_of_range);
  EXPECT_EQ(reason(read(255, 2)), answer::Reason::out_of_range);
  EXPECT_EQ(reason(write(~u64{0}, 2, 0)), answer::Reason::out_of_range);
  EXPECT_EQ(reason(read(u64{1} << 52, 1)), answer::Reason::out_of_range);
  EXPECT_EQ(fake.waiting(), 0u);
}

TEST_F(ServerTest, ClosesTheChannelOfWhoBreaksTheContract) {
  attach();
  const u64 caller = read(0, 65);
  EXPECT_EQ(contract::number_of(asked[caller].reply->tag), contract::refused_number);
}

TEST_F(ServerTest, RefusesToWriteWhatIsReadOnly) {
  fake.features |= 1ull << 5;
  attach();
  EXPECT_EQ(reason(write(0, 1, 0)), answer::Reason::read_only);
}

TEST_F(ServerTest, FlushesNothingWhereThereIsNoCache) {
  fake.features &= ~(1ull << 9);
  attach();
  EXPECT_TRUE(done(flush()));
  EXPECT_EQ(fake.waiting(), 0u);
}

TEST_F(ServerTest, SaysWhereThereIsNoDiskOrNoneThatSuits) {
  server.give_up(answer::Reason::absent);
  EXPECT_EQ(reason(read(0, 1)), answer::Reason::absent);
  EXPECT_EQ(reason(send(answer::Open{}, 0)), answer::Reason::absent);
  EXPECT_EQ(reason(flush()), answer::Reason::absent);
  fake.capacity = 2047;
  attach();
  EXPECT_EQ(reason(read(0, 1)), answer::Reason::unsuitable);
  EXPECT_EQ(said.back(), "its size is no multiple of 4096 bytes");
  EXPECT_FALSE(fake.running());
  fake.capacity = 2048;
  fake.features = 0;
  attach();
  EXPECT_EQ(reason(read(0, 1)), answer::Reason::unsuitable);
}

TEST_F(ServerTest, PassesErrorsOn) {
  attach();
  fake.bad_sector = 16;
  const u64 bad = read(2, 1), good = read(3, 1, 1);
  finish();
  EXPECT_EQ(reason(bad), answer::Reason::medium);
  EXPECT_TRUE(done(good));
  fake.pin_error = driver::Error::gone;
  EXPECT_EQ(reason(read(3, 1)), answer::Reason::memory);
  EXPECT_EQ(server.in_flight(), 0u);
}

TEST_F(ServerTest, LetsNoNewGenerationOvertakeTheOld) {
  attach();
  const u64 old = write(7, 1, 0x11, 0, 1);
  const u64 other = write(8, 1, 0x33, 0, 1, client_slot + 1);
  EXPECT_EQ(fake.waiting(), 2u);
  const u64 young = write(7, 1, 0x22, 0, 2);
  EXPECT_EQ(server.waiting(), 1u);
  EXPECT_EQ(fake.waiting(), 2u) << "the new generation's request is kept back";
  fake.work(~0u, true);
  server.on_completion();
  EXPECT_TRUE(done(old) && done(other));
  EXPECT_FALSE(answered(young));
  finish();
  EXPECT_TRUE(done(young));
  EXPECT_EQ(fake.medium[7 * 4096], 0x22);
}

// ---- a device that breaks the specification ----

TEST_F(ServerTest, GivesEverythingOnceMoreToADeviceThatWasReset) {
  attach();
  std::vector<u64> callers;
  for (unsigned lane = 0; lane < 8; ++lane) callers.push_back(read(lane * 3, 2, lane));
  fake.wrong_head = 77;
  fake.work(1);
  fake.wrong_head.reset();
  server.on_completion();
  EXPECT_EQ(fake.resets, 2u);
  EXPECT_EQ(fake.waiting(), 8u);
  finish();
  for (unsigned i = 0; i < 8; ++i) {
    EXPECT_TRUE(done(callers[i]));
    EXPECT_TRUE(right(callers[i], i * 3));
  }
  EXPECT_EQ(fake.pinned(), 0u);
  EXPECT_EQ(said.size(), 2u);
}

TEST_F(ServerTest, FailsARequestThatTheDeviceBreaksOverTwice) {
  attach();
  const u64 poor = read(0, 1);
  fake.wrong_status = 9;
  finish();
  EXPECT_EQ(fake.resets, 3u);
  EXPECT_EQ(reason(poor), answer::Reason::medium);
  fake.wrong_status.reset();
  const u64 next = read(1, 1);
  finish();
  EXPECT_TRUE(done(next));
  EXPECT_EQ(fake.pinned(), 0u);
}

TEST_F(ServerTest, GivesUpADeviceThatStaysBroken) {
  attach();
  const u64 poor = read(0, 1), waiting = read(0, 1, 1, 2);
  fake.wrong_status = 9;
  fake.never_resets = true;
  finish();
  EXPECT_EQ(reason(poor), answer::Reason::medium);
  EXPECT_EQ(reason(waiting), answer::Reason::medium);
  EXPECT_EQ(reason(read(0, 1, 0, 2)), answer::Reason::medium);
  server.on_completion();
  EXPECT_EQ(fake.pinned(), 1u) << "what such a device may still write to stays pinned until it has been made quiet";
}

TEST_F(ServerTest, ResetsADeviceThatSaysItNeedsTo) {
  attach();
  const u64 caller = read(4, 1);
  fake.needs_reset = true;
  server.on_completion();
  EXPECT_EQ(fake.resets, 2u);
  finish();
  EXPECT_TRUE(done(caller));
}

}  // namespace
