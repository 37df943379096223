// SPDX-License-Identifier: BSD-2-Clause
// The store through its generated dispatcher: publishing, waiting, mounts, who is told, and what is left after it died.
#include "servers/store/store.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <memory>
#include <vector>

namespace {

std::vector<contract::ViolationReport> reports;

}  // namespace

namespace contract {
ThreadState& this_thread() {
  static ThreadState state;
  return state;
}
std::expected<Connection, LookupError> Directory::lookup(u8) { return std::unexpected(LookupError::absent); }
bool Directory::wait(u8, u64) { return false; }
u64 Directory::liveness_ns() { return 0; }
void report(const ViolationReport& report) { reports.push_back(report); }
void defect(std::string_view what) {
  ADD_FAILURE() << what;
  std::abort();
}
}  // namespace contract

namespace store {
namespace {

using abi::u64;
using namespace contract::store;

enum Slots : unsigned { reincarnation, store_slot, disk, volume, slot_count };

struct Replies final : contract::HostMachine {
  contract::Status call(abi::Endpoint, abi::Message&, u32) override { return contract::Status::dead; }
  contract::Status reply(abi::Endpoint to, const abi::Message& message) override {
    replies[to.bits] = message;
    return contract::Status::ok;
  }
  contract::Status notify(unsigned, u64) override { return contract::Status::ok; }
  contract::Status wake(abi::Endpoint) override { return contract::Status::ok; }
  contract::Copied copy_in(abi::Endpoint, unsigned, u64, void*, u64) override { return {contract::Status::refused, 0}; }
  contract::Copied copy_out(abi::Endpoint, unsigned, u64, const void*, u64) override {
    return {contract::Status::refused, 0};
  }
  std::map<u64, abi::Message> replies;
};

struct FakeWorld final : World {
  void raise(unsigned slot, u64 events) override { raised[slot] |= events; }
  u64 liveness() override { return now; }
  void wake_after(u64 nanoseconds) override { wake = nanoseconds; }
  std::map<unsigned, u64> raised;
  u64 now = 1000, wake = 0;
};

/// The system table of four components: volume imports from disk.
struct System {
  struct {
    abi::SystemTable table{};
    abi::ComponentRecord records[slot_count]{};
  } memory;

  System() {
    memory.table.component_count = slot_count;
    const char* names[] = {"reincarnation", "store", "disk", "volume"};
    for (unsigned slot = 0; slot < slot_count; ++slot) {
      memory.records[slot].slot = static_cast<u8>(slot);
      std::strcpy(memory.records[slot].name, names[slot]);
    }
    abi::ComponentRecord& importer = memory.records[volume];
    importer.restart_event = 9;
    importer.import_count = 1;
    std::strcpy(importer.imports[0].name, "/dev/disk0");
    importer.imports[0].exporter = disk;
    memory.records[disk].restart_event = 11;
  }
  component::Table table() const { return component::Table(memory.table); }
};

struct TestServer final : Server {
  using Server::Server;
};

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    contract::Transport::machine = &machine_;
    restart();
  }
  /// As after a death: only the vault is left.
  void restart() {
    server_.reset();
    vault_ = std::make_unique<component::Vault>(std::span(memory_));
    server_ = std::make_unique<TestServer>(world_, *vault_, system_.table());
    for (unsigned slot : {reincarnation, disk, volume}) server_->add_importer(slot, 2, 0);
  }
  /// A request; its reply where there is one at once.
  template <class Request>
  std::optional<abi::Message> ask(unsigned slot, const Request& request, u32 sequence = 1, u32 generation = 1) {
    abi::Message message;
    request.encode(message);
    message.tag = abi::Tag::of(Request::message_number, 0, Request::message_lends, sequence);
    const abi::Endpoint sender = abi::Endpoint::of(slot, generation, slot, sequence);
    if (server_->dispatch(sender, message) == contract::Disposition::later) return std::nullopt;
    EXPECT_EQ(check_reply(message), contract::Violation::none);
    return message;
  }
  std::optional<abi::Message> late_reply(unsigned slot, u32 sequence = 1, u32 generation = 1) {
    const auto found = machine_.replies.find(abi::Endpoint::of(slot, generation, slot, sequence).bits);
    if (found == machine_.replies.end()) return std::nullopt;
    return found->second;
  }
  template <class Out>
  static std::optional<Out> as(const std::optional<abi::Message>& message) {
    if (!message || contract::number_of(message->tag) != Out::message_number) return std::nullopt;
    return Out::decode(*message, {});
  }
  static std::optional<Reason> failure(const std::optional<abi::Message>& message) {
    const auto failed = as<Failed>(message);
    return failed ? std::optional(failed->reason) : std::nullopt;
  }
  bool publish(const char* name, u8 slot, u32 generation, unsigned by = reincarnation) {
    return as<Done>(ask(by, Publish{.name = name, .generation = generation, .slot = slot})).has_value();
  }

  System system_;
  FakeWorld world_;
  Replies machine_;
  std::vector<std::byte> memory_ = std::vector<std::byte>(16384);
  std::unique_ptr<component::Vault> vault_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(StoreTest, PublishesAndFinds) {
  EXPECT_EQ(failure(ask(volume, Lookup{"/dev/disk0"})), Reason::absent);
  EXPECT_TRUE(publish("/dev/disk0", disk, 1));
  const auto found = as<Found>(ask(volume, Lookup{"/dev/disk0"}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->slot, disk);
  EXPECT_EQ(found->generation, 1u);
  EXPECT_EQ(found->matched, 10u);
  EXPECT_TRUE(publish("/dev/disk0", disk, 2));
  EXPECT_EQ(as<Found>(ask(volume, Lookup{"/dev/disk0"}))->generation, 2u);
}

TEST_F(StoreTest, OnlyReincarnationPublishes) {
  EXPECT_EQ(failure(ask(volume, Publish{.name = "/dev/disk0", .generation = 1, .slot = volume})),
            Reason::not_permitted);
  EXPECT_TRUE(publish("/dev/disk0", disk, 1));
  EXPECT_EQ(failure(ask(volume, GiveUp{"/dev/disk0"})), Reason::not_permitted);
  EXPECT_TRUE(as<Found>(ask(volume, Lookup{"/dev/disk0"})));
}

TEST_F(StoreTest, RefusesWhatIsNoName) {
  for (const char* name : {"", "/", "dev", "/dev/", "/dev//disk", "//"})
    EXPECT_EQ(failure(ask(reincarnation, Publish{.name = name, .generation = 1, .slot = disk})), Reason::invalid)
        << name;
}

TEST_F(StoreTest, ImportersAreToldOfChangesOnly) {
  EXPECT_TRUE(publish("/dev/disk0", disk, 1));
  EXPECT_EQ(world_.raised, (std::map<unsigned, u64>{{volume, 1u << 9}}));
  world_.raised.clear();
  EXPECT_TRUE(publish("/dev/disk0", disk, 1));
  EXPECT_TRUE(world_.raised.empty());
  EXPECT_TRUE(as<Done>(ask(reincarnation, GiveUp{"/dev/disk0"})));
  EXPECT_EQ(world_.raised, (std::map<unsigned, u64>{{volume, 1u << 9}}));
}

TEST_F(StoreTest, SubscribersAreToldOfWhatBeginsSo) {
  EXPECT_TRUE(as<Done>(ask(disk, Subscribe{"/fs/"})));
  EXPECT_TRUE(as<Done>(ask(disk, Subscribe{"/fs/"})));
  EXPECT_TRUE(publish("/dev/x", volume, 1));
  EXPECT_TRUE(world_.raised.empty());
  restart();
  EXPECT_TRUE(publish("/fs/root", volume, 1));
  EXPECT_EQ(world_.raised, (std::map<unsigned, u64>{{disk, 1u << 11}}));
}

TEST_F(StoreTest, WaitsForAName) {
  EXPECT_FALSE(ask(volume, WaitFor{.name = "/dev/disk0", .seen = 0, .until = 5000}));
  EXPECT_NE(world_.wake, 0u);
  EXPECT_TRUE(publish("/dev/other", disk, 1));
  EXPECT_FALSE(late_reply(volume));
  EXPECT_TRUE(publish("/dev/disk0", disk, 1));
  EXPECT_EQ(as<Found>(late_reply(volume))->generation, 1u);
}

TEST_F(StoreTest, WaitsForAnotherGeneration) {
  EXPECT_TRUE(publish("/dev/disk0", disk, 4));
  EXPECT_TRUE(as<Found>(ask(volume, WaitFor{.name = "/dev/disk0", .seen = 3, .until = 5000})));
  EXPECT_FALSE(ask(volume, WaitFor{.name = "/dev/disk0", .seen = 4, .until = 5000}, 2));
  EXPECT_TRUE(publish("/dev/disk0", disk, 4));
  EXPECT_FALSE(late_reply(volume, 2));
  EXPECT_TRUE(publish("/dev/disk0", disk, 5));
  EXPECT_EQ(as<Found>(late_reply(volume, 2))->generation, 5u);
}

TEST_F(StoreTest, WhoeverWaitsForWhatIsGivenUpIsTold) {
  EXPECT_TRUE(publish("/dev/disk0", disk, 4));
  EXPECT_FALSE(ask(volume, WaitFor{.name = "/dev/disk0", .seen = 4, .until = 5000}));
  EXPECT_TRUE(as<Done>(ask(reincarnation, GiveUp{"/dev/disk0"})));
  EXPECT_EQ(failure(late_reply(volume)), Reason::given_up);
  EXPECT_EQ(failure(ask(volume, Lookup{"/dev/disk0"})), Reason::given_up);
  EXPECT_EQ(failure(ask(volume, WaitFor{.name = "/dev/disk0", .seen = 4, .until = 5000})), Reason::given_up);
  EXPECT_TRUE(publish("/dev/disk0", disk, 5));
  EXPECT_TRUE(as<Found>(ask(volume, Lookup{"/dev/disk0"})));
}

TEST_F(StoreTest, WaitingEndsInTime) {
  EXPECT_EQ(failure(ask(volume, WaitFor{.name = "/dev/disk0", .seen = 0, .until = 1000})), Reason::absent);
  EXPECT_FALSE(ask(volume, WaitFor{.name = "/dev/disk0", .seen = 0, .until = 5000}, 2));
  EXPECT_FALSE(ask(disk, WaitFor{.name = "/dev/disk0", .seen = 0, .until = 9000}, 3));
  world_.now = 5000;
  world_.wake = 0;
  server_->tick();
  EXPECT_EQ(failure(late_reply(volume, 2)), Reason::absent);
  EXPECT_FALSE(late_reply(disk, 3));
  EXPECT_NE(world_.wake, 0u);
  world_.now = 9000;
  world_.wake = 0;
  server_->tick();
  EXPECT_EQ(failure(late_reply(disk, 3)), Reason::absent);
  EXPECT_EQ(world_.wake, 0u);
}

TEST_F(StoreTest, RoomForWaitersEndsAndComesBack) {
  for (u32 i = 0; i < Waiters::capacity; ++i)
    EXPECT_FALSE(ask(volume, WaitFor{.name = "/x", .seen = 0, .until = 5000}, i + 1));
  EXPECT_EQ(failure(ask(volume, WaitFor{.name = "/x", .seen = 0, .until = 5000}, 1000)), Reason::full);
  // The client dies; its next generation finds room again, and nobody is answered in vain.
  EXPECT_FALSE(ask(volume, WaitFor{.name = "/x", .seen = 0, .until = 5000}, 1, 2));
  EXPECT_TRUE(publish("/x", disk, 1));
  EXPECT_TRUE(late_reply(volume, 1, 2));
  EXPECT_EQ(machine_.replies.size(), 1u);
}

TEST_F(StoreTest, MountsAnswerForWhatIsBelow) {
  EXPECT_TRUE(publish("/fs", volume, 3));
  EXPECT_EQ(failure(ask(volume, Lookup{"/fs/a"})), Reason::absent);
  EXPECT_EQ(failure(ask(disk, Mount{"/fs"})), Reason::not_permitted);
  EXPECT_EQ(failure(ask(disk, Mount{"/none"})), Reason::absent);
  EXPECT_TRUE(as<Done>(ask(volume, Mount{"/fs"})));
  const auto found = as<Found>(ask(disk, Lookup{"/fs/a/b"}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->slot, volume);
  EXPECT_EQ(found->matched, 3u);
  EXPECT_EQ(found->kind, Kind::mount);
  EXPECT_EQ(failure(ask(disk, Lookup{"/fsx"})), Reason::absent);
  // A nearer one wins, and the node stays a mount over a restart of its server.
  EXPECT_TRUE(publish("/fs/a", disk, 1));
  EXPECT_TRUE(as<Done>(ask(disk, Mount{"/fs/a"})));
  EXPECT_EQ(as<Found>(ask(volume, Lookup{"/fs/a/b"}))->slot, disk);
  EXPECT_TRUE(publish("/fs", volume, 4));
  EXPECT_EQ(as<Found>(ask(disk, Lookup{"/fs/b"}))->generation, 4u);
}

TEST_F(StoreTest, RemembersOverItsOwnDeath) {
  EXPECT_TRUE(publish("/dev/disk0", disk, 4));
  EXPECT_TRUE(publish("/fs", volume, 2));
  EXPECT_TRUE(as<Done>(ask(volume, Mount{"/fs"})));
  restart();
  EXPECT_EQ(as<Found>(ask(volume, Lookup{"/dev/disk0"}))->generation, 4u);
  EXPECT_EQ(as<Found>(ask(disk, Lookup{"/fs/x"}))->slot, volume);
}

TEST_F(StoreTest, ListsAllNames) {
  EXPECT_TRUE(publish("/a", disk, 1));
  EXPECT_TRUE(publish("/b", volume, 2));
  std::vector<std::string> names;
  u32 position = 0;
  while (const auto entry = as<Entry>(ask(volume, List{position}))) {
    names.emplace_back(entry->name.view());
    position = entry->next;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"/a", "/b"}));
}

TEST_F(StoreTest, FillsUpWithAnError) {
  for (unsigned i = 0; i < max_names; ++i) ASSERT_TRUE(publish(("/n" + std::to_string(i)).c_str(), disk, 1));
  EXPECT_EQ(failure(ask(reincarnation, Publish{.name = "/more", .generation = 1, .slot = disk})), Reason::full);
  EXPECT_TRUE(publish("/n7", disk, 2));
}

}  // namespace
}  // namespace store
