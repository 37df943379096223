// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "abi/status.hpp"
#include "lib/driver/tests/contract_host.hpp"
#include "servers/information/server.hpp"

namespace {

using namespace information;

class FakeSources final : public Sources {
 public:
  FakeSources() {
    for (const auto& [name, slot] : {std::pair{"store", 3}, {"virtio-blk", 5}}) {
      abi::ComponentRecord component{};
      std::strcpy(component.name, name);
      component.slot = static_cast<u8>(slot);
      table.push_back(component);
      Service service{};
      service.name = name;
      service.slot = static_cast<u8>(slot);
      service.state = reincarnation::State::running;
      service.generation = 7;
      service.spare = service.stands_in_for = 255;
      list.push_back(service);
    }
    std::strcpy(table[1].imports[0].name, "/service/store");
    std::strcpy(table[1].loses, "what it holds");
    table[1].sync_first = 1;
    table[1].imports[0].exporter = 3;
    table[1].import_count = 1;
    page.memory_bytes = 64 << 20;
    page.kernel_size = 1 << 20;
    page.processors = 2;
    page.memory_free = 8 << 20;
    const u64 times[2][3] = {{1'000'000'000, 250'000'000, 1'000'000'000}, {500'000'000, 0, 2'000'000'000}};
    std::ranges::copy(times[0], page.processor_time[0]);
    std::ranges::copy(times[1], page.processor_time[1]);
  }
  std::optional<u32> services(std::span<Service> into) override {
    if (away) return std::nullopt;
    std::copy(list.begin(), list.end(), into.begin());
    return static_cast<u32>(list.size());
  }
  std::expected<Crash, reincarnation::Reason> crash(u32 number) override {
    const auto found = crashes.lower_bound(number);
    if (found == crashes.end()) return std::unexpected(reincarnation::Reason::absent);
    return found->second;
  }
  std::expected<Crash, reincarnation::Reason> last_crash(u8 slot) override {
    for (auto at = crashes.rbegin(); at != crashes.rend(); ++at)
      if (at->second.slot == slot) return at->second;
    return std::unexpected(reincarnation::Reason::absent);
  }
  std::expected<void, reincarnation::Reason> order(const char* what, u8 slot) {
    orders.push_back(what + std::to_string(slot));
    if (slot == 3) return std::unexpected(reincarnation::Reason::not_permitted);
    return {};
  }
  std::expected<void, reincarnation::Reason> restart(u8 slot, u32 generation) override {
    EXPECT_EQ(generation, 7u) << "the one that it has";
    return order("restart ", slot);
  }
  std::expected<void, reincarnation::Reason> stop(u8 slot) override { return order("stop ", slot); }
  std::expected<void, reincarnation::Reason> start(u8 slot) override { return order("start ", slot); }
  std::expected<u32, reincarnation::Reason> inject(u8 slot, reincarnation::Injection kind, bool busy) override {
    orders.push_back("inject " + std::to_string(slot) + std::string(word(kind)) + (busy ? " busy" : " now"));
    return 12;
  }
  std::expected<reincarnation::InjectionIs, reincarnation::Reason> last_injection() override {
    if (!struck) return std::unexpected(reincarnation::Reason::absent);
    return reincarnation::InjectionIs{12, reincarnation::Progress::struck, 0x1234, 0x99, 4};
  }
  LogPart log(u64 position, std::span<std::byte> into) override {
    position = std::clamp<u64>(position, oldest, oldest + text.size());
    const std::size_t count = std::min<std::size_t>(into.size(), oldest + text.size() - position);
    if (count != 0) std::memcpy(into.data(), text.data() + (position - oldest), count);
    return {count, position + count};
  }
  std::span<const abi::ComponentRecord> components() override { return table; }
  std::span<const u64, 2> build() override { return build_id; }
  const abi::InfoPage& info() override { return page; }
  u64 now() override { return 12'345'000'000; }

  std::vector<abi::ComponentRecord> table;
  std::vector<Service> list;
  std::map<u32, Crash> crashes;
  std::vector<std::string> orders;
  std::string text;
  u64 build_id[2] = {0xfedc, 0x123};
  u64 oldest = 0;
  bool away = false;
  bool struck = true;
  abi::InfoPage page{};
};

class InformationTest : public ::testing::Test, public contract::HostMachine {
 protected:
  InformationTest() {
    contract::Transport::machine = this;
    server.add_importer(4, 2, 20);
  }
  ~InformationTest() { contract::Transport::machine = nullptr; }

  template <class Out, class Request>
  std::optional<Out> ask(const Request& request) {
    contract::Message message;
    request.encode(message);
    message.tag = contract::Tag::of(Request::message_number, 0, Request::message_lends, ++sequence);
    EXPECT_EQ(server.dispatch(contract::Endpoint::of(4, 1, 9, sequence), message), contract::Disposition::reply);
    reason.reset();
    if (contract::number_of(message.tag) == Out::message_number) return Out::decode(message, {});
    if (contract::number_of(message.tag) == answer::Failed::message_number)
      reason = answer::Failed::decode(message, {}).reason;
    return std::nullopt;
  }
  /// Node of a path; nothing for `reason`.
  std::optional<answer::Found> find(std::string_view path) {
    answer::Found found{0, answer::Kind::folder, 0};
    while (!path.empty()) {
      const std::size_t end = std::min(path.find('/'), path.size());
      const auto next = ask<answer::Found>(answer::Lookup{found.node, path.substr(0, end)});
      if (!next) return std::nullopt;
      found = *next;
      path.remove_prefix(std::min(end + 1, path.size()));
    }
    return found;
  }
  std::optional<std::string> read(std::string_view path, std::size_t piece = 100'000) {
    const auto found = find(path);
    if (!found) return std::nullopt;
    std::string all;
    for (;;) {
      lent.assign(piece, '\0');
      const auto got = ask<answer::Transferred>(
          answer::Read{found->node, all.size(), contract::Lend::writing(std::as_writable_bytes(std::span{lent}))});
      if (!got) return std::nullopt;
      if (got->count == 0) return all;
      all += lent.substr(0, got->count);
    }
  }
  bool command(std::string_view text) {
    lent = text;
    const auto node = find("service/control")->node;
    return ask<answer::Transferred>(answer::Write{node, contract::Lend::reading(std::as_bytes(std::span{lent}))})
        .has_value();
  }

  contract::Status call(contract::Endpoint, contract::Message&, u32) override { return contract::Status::refused; }
  contract::Status reply(contract::Endpoint, const contract::Message&) override { return contract::Status::ok; }
  contract::Status notify(unsigned, u64) override { return contract::Status::ok; }
  contract::Status wake(contract::Endpoint) override { return contract::Status::ok; }
  contract::Copied copy_in(contract::Endpoint, unsigned, u64 offset, void* to, u64 length) override {
    std::memcpy(to, lent.data() + offset, length);
    return {contract::Status::ok, length};
  }
  contract::Copied copy_out(contract::Endpoint, unsigned, u64 offset, const void* from, u64 length) override {
    std::memcpy(lent.data() + offset, from, length);
    return {contract::Status::ok, length};
  }

  struct Instance final : Server {
    using Server::Server;
  };
  FakeSources sources;
  Instance server{sources};
  std::string lent;
  std::optional<Reason> reason;
  u32 sequence = 0;
};

TEST_F(InformationTest, ListsServices) {
  const auto list = read("service/list");
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->starts_with("name\tslot\trank\tstate\tgeneration"));
  EXPECT_NE(list->find("\nvirtio-blk\t5\t0\trunning\t7\t"), std::string::npos);
  EXPECT_TRUE(list->ends_with("\twhat it holds\tyes\n"));
  EXPECT_NE(read("service/virtio-blk/status")->find("\nloses\twhat it holds\nsync_first\tyes\n"), std::string::npos);
  EXPECT_NE(read("service/store/status")->find("\nloses\t\nsync_first\tno\n"), std::string::npos);
}

TEST_F(InformationTest, IsTheSameInPiecesOfAnySize) {
  sources.crashes[3].number = 3;
  for (const char* path :
       {"service/list", "service/tree", "service/crashes", "service/store/status", "meminfo", "stat"})
    for (const std::size_t piece : {1ul, 7ul, 2048ul, 2049ul})
      EXPECT_EQ(read(path, piece), read(path)) << path << piece;
}

TEST_F(InformationTest, HasAFolderForEachService) {
  EXPECT_EQ(find("service/virtio-blk")->kind, answer::Kind::folder);
  EXPECT_NE(read("service/virtio-blk/status")->find("state\trunning\n"), std::string::npos);
  EXPECT_EQ(read("service/virtio-blk/why"), "") << "it never failed";
  Crash crash{};
  crash.number = 2, crash.slot = 5, crash.cause = abi::cause_exception + 14, crash.fault_address = 0x10;
  crash.name = "virtio-blk";
  crash.backtrace.push(0x40001000);
  crash.backtrace.push(0x40002000);
  sources.crashes[2] = crash;
  const auto why = read("service/virtio-blk/why");
  EXPECT_NE(why->find("address\t0x10\nplace\tnull\n"), std::string::npos);
  EXPECT_NE(why->find("cause\tpage fault\n"), std::string::npos);
  EXPECT_NE(why->find("backtrace\t0x40001000,0x40002000\n"), std::string::npos);
  EXPECT_NE(read("service/crashes")->find("\n2\tvirtio-blk\t0\tpage fault\t"), std::string::npos);
  EXPECT_TRUE(read("service/crashes")->ends_with("\t0x40001000,0x40002000\n"));
  EXPECT_EQ(read("service/build"), "0000000000000123000000000000fedc\n");
  EXPECT_NE(read("service/tree")->find("\nvirtio-blk\t0\t\tstore:/service/store\n"), std::string::npos);
}

TEST_F(InformationTest, EnumeratesWhatCanBeFound) {
  std::vector<std::string> names;
  for (u32 position = 0;;) {
    lent.assign(128, '\0');
    const auto listed = ask<answer::Listed>(answer::List{
        static_cast<u32>(Node::service), position, contract::Lend::writing(std::as_writable_bytes(std::span{lent}))});
    ASSERT_TRUE(listed);
    if (listed->count == 0) break;
    for (u32 i = 0; i < listed->count; ++i) {
      answer::Entry entry;
      std::memcpy(static_cast<void*>(&entry), lent.data() + i * sizeof entry, sizeof entry);
      names.emplace_back(entry.name.view());
      EXPECT_EQ(find("service/" + names.back())->node, entry.node);
    }
    position = listed->next;
  }
  EXPECT_EQ(names.size(), 9u + 2u);
}

TEST_F(InformationTest, SaysWhatIsNotThere) {
  EXPECT_FALSE(find("nothing"));
  EXPECT_EQ(reason, Reason::absent);
  EXPECT_FALSE(find("meminfo/x"));
  EXPECT_EQ(reason, Reason::not_folder);
  EXPECT_FALSE(find("service/nobody"));
  EXPECT_FALSE(read("service"));
  EXPECT_EQ(reason, Reason::is_folder);
  for (const u32 node : {5u, 99u, 4096u + 64 * 16, 4096u + 16 * 20, 4096u + 3 * 16 + 9, ~0u}) {
    lent.assign(64, '\0');
    EXPECT_FALSE(ask<answer::Transferred>(
        answer::Read{node, 0, contract::Lend::writing(std::as_writable_bytes(std::span{lent}))}))
        << node;
  }
  sources.away = true;
  EXPECT_FALSE(read("service/list"));
  EXPECT_EQ(reason, Reason::unavailable);
}

TEST_F(InformationTest, TakesCommands) {
  EXPECT_TRUE(command("restart virtio-blk\n"));
  EXPECT_TRUE(command("stop virtio-blk"));
  EXPECT_TRUE(command("inject virtio-blk hang busy\n"));
  EXPECT_EQ(sources.orders, (std::vector<std::string>{"restart 5", "stop 5", "inject 5hang busy"}));
  EXPECT_NE(read("service/injected")->find("\n12\tactivated\t0x1234\t0x99\t4\n"), std::string::npos);
  sources.orders.clear();
  EXPECT_TRUE(command("restart virtio-blk 7\n"));
  EXPECT_TRUE(command("inject virtio-blk exit now 7"));
  EXPECT_TRUE(command("inject virtio-blk exit now 6")) << "its order came again, from the generation before";
  EXPECT_EQ(sources.orders, (std::vector<std::string>{"restart 5", "inject 5exit now"}));
  sources.struck = false;
  EXPECT_EQ(read("service/injected"), "number\tprogress\trequest\tsender\tcrash\n");
  EXPECT_FALSE(command("stop store"));
  EXPECT_EQ(reason, Reason::not_permitted);
  EXPECT_FALSE(command("restart nobody"));
  EXPECT_EQ(reason, Reason::absent);
  for (const char* text :
       {"", "\n", "fly virtio-blk", "inject virtio-blk", "inject virtio-blk fire busy", "inject virtio-blk exit later",
        "restart virtio-blk seven", "restart virtio-blk 7 7", "inject virtio-blk exit now 7x"}) {
    EXPECT_FALSE(command(text)) << text;
    EXPECT_EQ(reason, Reason::invalid);
  }
  EXPECT_FALSE(command(std::string(129, ' ')));
}

TEST_F(InformationTest, IsWrittenOnlyWhereItMay) {
  lent = "x";
  EXPECT_FALSE(ask<answer::Transferred>(
      answer::Write{find("meminfo")->node, contract::Lend::reading(std::as_bytes(std::span{lent}))}));
  EXPECT_EQ(reason, Reason::not_permitted);
  EXPECT_EQ(find("service/control")->mode, 0600);
  EXPECT_EQ(find("meminfo")->mode, 0444);
}

TEST_F(InformationTest, ShowsTheLog) {
  sources.oldest = 1000;
  sources.text = "pci: one\nstore: two\nstorex: no\npci: three\nhalf";
  EXPECT_EQ(read("service/log"), sources.text);
  EXPECT_EQ(read("service/log_range"), "1000 " + std::to_string(1000 + sources.text.size()) + "\n");
  EXPECT_EQ(read("service/store/log"), "store: two\n");
  EXPECT_EQ(read("service/log", 3), sources.text);
}

TEST_F(InformationTest, KnowsTheMachine) {
  std::strcpy(sources.page.command_line, "exec quiet");
  EXPECT_EQ(read("cmdline"), "exec quiet\n");
  EXPECT_NE(read("meminfo")->find("MemTotal:"), std::string::npos);
  EXPECT_NE(read("meminfo")->find(" 65536 kB\n"), std::string::npos);
  EXPECT_EQ(read("stat")->find("btime"), std::string::npos) << "nobody has told it yet";
  EXPECT_TRUE(ask<answer::Known>(answer::Know{1'700'000'000'500'000'000, 256, 64}));
  EXPECT_NE(read("stat")->find("\nbtime 1700000000\n"), std::string::npos);
  EXPECT_NE(read("meminfo")->find("MemFree:            8192 kB\nMemAvailable:       8448 kB\n"), std::string::npos);
  EXPECT_NE(read("meminfo")->find("\nCached:             1024 kB\n"), std::string::npos);
  EXPECT_TRUE(
      read("stat")->starts_with("cpu  150 0 25 300 0 0 0 0 0 0\ncpu0 100 0 25 100 0 0 0 0 0 0\ncpu1 50 0 0 200 "));
  EXPECT_EQ(read("uptime"), "12.34 3.00\n");
  EXPECT_NE(read("cpuinfo")->find("processor\t: 1\n"), std::string::npos);
  const auto boot = read("sys/kernel/random/boot_id");
  ASSERT_EQ(boot->size(), 37u);
  EXPECT_EQ((*boot)[14], '4');
}

}  // namespace
