// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/service.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "lib/contract/host/world.hpp"
#include "servers/ext4/tests/image.hpp"
#include "servers/ext4/tests/replies.hpp"
#include "servers/ext4/wire_format.hpp"

namespace ext4::testing {
namespace {

using contract::Lend;

class TestService final : public Service {
 public:
  TestService(MemoryDevice& device, TestStorage& storage) : Service(device, storage) {}
  std::vector<std::string> damages;
  std::vector<Error> unmountable;
  int expectations = 0;
  bool read_only = false;

 private:
  Result<FileSystem::Access> prepare() override {
    return read_only ? FileSystem::Access::read_only : FileSystem::Access::read_write;
  }
  void expect_changes() override { ++expectations; }
  void on_damage(const Damage& damage) override { damages.emplace_back(damage.what); }
  void on_unmountable(Error error) override { unmountable.push_back(error); }
};

/// The server and its client, as generated from the contract, with a kernel between them.
class ServiceTest : public ::testing::Test {
 protected:
  static constexpr unsigned slot = 9;
  static constexpr std::int64_t now = 1'700'000'000'123'456'789;

  explicit ServiceTest(SparseImage image = make_image(64)) : device{std::move(image)} {
    service.keep_replies_in(replies);
    service.add_importer(contract::host::World::client_slot, 4, 20);
    world.start(slot, service);
    world.bind(0, slot);
  }

  static Lend text(std::string_view name) { return Lend::reading(std::as_bytes(std::span(name))); }
  wire::Attributes create(std::uint32_t directory, std::string_view name, std::uint16_t mode) {
    const auto made = shadow.create(directory, 7, 8, 0, mode, true, ++handle, now, text(name));
    EXPECT_TRUE(made.is<wire::Attributes>()) << name;
    return made.is<wire::Attributes>() ? made.get<wire::Attributes>() : wire::Attributes{};
  }
  template <typename Outcome>
  static std::optional<wire::Reason> reason(const Outcome& outcome) {
    if (!outcome.template is<wire::Failed>()) return std::nullopt;
    return outcome.template get<wire::Failed>().reason;
  }

  contract::host::World world;
  MemoryDevice device;
  std::unique_ptr<TestStorage> storage = std::make_unique<TestStorage>();
  TestService service{device, *storage};
  Replies replies;
  wire::Shadow shadow{contract::Import{0, 0}};
  std::uint64_t handle = 0;
};

TEST_F(ServiceTest, OpensAndSaysWhatThereIs) {
  const auto opened = shadow.open(now);
  ASSERT_TRUE(opened.is<wire::Opened>());
  EXPECT_EQ(opened.get<wire::Opened>().blocks, 16384u);
  EXPECT_TRUE(opened.get<wire::Opened>().clean);
  EXPECT_FALSE(opened.get<wire::Opened>().read_only);
  EXPECT_NE(opened.get<wire::Opened>().identity, 0u);
  const auto used = shadow.usage();
  ASSERT_TRUE(used.is<wire::Used>());
  EXPECT_GT(used.get<wire::Used>().free, 10'000u);
  EXPECT_LT(used.get<wire::Used>().available, used.get<wire::Used>().free);
}

TEST_F(ServiceTest, MakesFindsReadsAndRemovesNames) {
  const wire::Attributes directory = create(wire::root, "d", 040755);
  EXPECT_EQ(directory.mode, 040755);
  EXPECT_EQ(directory.links, 2);
  const wire::Attributes file = create(directory.inode, "file", 0100640);
  EXPECT_EQ(file.user, 7u);
  EXPECT_EQ(file.group, 8u);
  EXPECT_EQ(file.modification, now);
  const auto device_made =
      shadow.create(directory.inode, 0, 0, pack_device({8, 1}), 060600, false, 99, now, text("sda1"));
  EXPECT_EQ(device_made.get<wire::Attributes>().size, 0x801u);
  ASSERT_TRUE(
      shadow.symlink(directory.inode, 1, 2, 4, false, 100, now, text("linktarget/of/link")).is<wire::Attributes>());
  const auto found = shadow.lookup(directory.inode, text("link"));
  EXPECT_EQ(found.get<wire::Attributes>().mode, 0120777);
  std::array<char, 100> target{};
  const auto read =
      shadow.read_link(found.get<wire::Attributes>().inode, Lend::writing(std::as_writable_bytes(std::span(target))));
  EXPECT_EQ(read.get<wire::Target>().length, 14u);
  EXPECT_STREQ(target.data(), "target/of/link");
  EXPECT_EQ(shadow.link(file.inode, wire::root, true, now, text("hard")).get<wire::Attributes>().links, 2);
  EXPECT_EQ(reason(shadow.lookup(directory.inode, text("none"))), wire::Reason::not_found);
  EXPECT_EQ(reason(shadow.unlink(wire::root, false, false, now, text("d"))), wire::Reason::is_directory);
  EXPECT_EQ(reason(shadow.unlink(wire::root, true, false, now, text("d"))), wire::Reason::not_empty);
  EXPECT_EQ(shadow.unlink(wire::root, false, true, now, text("hard")).get<wire::Removed>().links, 1u);
  const auto moved =
      shadow.rename(directory.inode, wire::root, 4, wire::Existing::refused, true, true, now, text("filemoved"));
  EXPECT_EQ(moved.get<wire::Removed>().inode, 0u);
  EXPECT_TRUE(shadow.lookup(wire::root, text("moved")).is<wire::Attributes>());
  ASSERT_TRUE(
      shadow.rename(wire::root, directory.inode, 5, wire::Existing::exchanged, false, true, now, text("movedsda1"))
          .is<wire::Removed>());
  EXPECT_EQ(shadow.lookup(wire::root, text("moved")).get<wire::Attributes>().mode, 060600);
  EXPECT_EQ(shadow.lookup(directory.inode, text("sda1")).get<wire::Attributes>().inode, file.inode);
  ASSERT_TRUE(shadow.sync(now, true).is<wire::Done>());
  EXPECT_EQ(e2fsck(device).status, 0);
  EXPECT_TRUE(shadow.lookup(wire::root, text("moved")).is<wire::Attributes>());  // mounts again
  EXPECT_TRUE(world.reports.empty());
}

TEST_F(ServiceTest, ListsDirectories) {
  const std::uint32_t directory = create(wire::root, "d", 040755).inode;
  std::map<std::string, std::uint32_t> expected;
  for (int i = 0; i < 500; ++i) {
    const std::string name = std::string(static_cast<std::size_t>(i % 200), 'n') + std::to_string(i);
    expected[name] = create(directory, name, 0100600).inode;
  }
  for (const std::size_t room : {272u, 1000u, 4096u, 30'000u}) {
    std::map<std::string, std::uint32_t> seen;
    std::vector<std::byte> memory(room);
    std::uint64_t cookie = 0;
    for (bool complete = false; !complete;) {
      const auto answer = shadow.read_directory(directory, cookie, Lend::writing(memory));
      ASSERT_TRUE(answer.is<wire::Entries>());
      complete = answer.get<wire::Entries>().complete;
      for (std::size_t at = 0; at < answer.get<wire::Entries>().bytes;) {
        wire::Entry entry;
        std::memcpy(&entry, memory.data() + at, sizeof(entry));
        const std::string name(reinterpret_cast<const char*>(memory.data() + at + sizeof(entry)), entry.name_length);
        EXPECT_TRUE(seen.emplace(name, entry.inode).second) << name;
        EXPECT_EQ(entry.kind, name == "." || name == ".." ? 4 : 8);
        EXPECT_LT(entry.next, std::uint64_t{1} << 63);
        cookie = entry.next;
        at += entry.length;
      }
    }
    EXPECT_EQ(seen.size(), 502u);
    for (const auto& [name, inode] : expected) EXPECT_EQ(seen[name], inode);
  }
}

TEST_F(ServiceTest, MapsReservesAndLinksBlocks) {
  const std::uint32_t file = create(wire::root, "f", 0100600).inode;
  const auto hole = shadow.map(file, 0, 100);
  ASSERT_TRUE(hole.is<wire::Mapped>());
  ASSERT_EQ(hole.get<wire::Mapped>().extents.length(), 1u);
  EXPECT_EQ(hole.get<wire::Mapped>().extents[0].content, wire::Content::hole);
  const auto reserved = shadow.reserve(file, 4, 20, true, now);
  ASSERT_EQ(reserved.get<wire::Mapped>().extents.length(), 1u);
  const wire::Extent extent = reserved.get<wire::Mapped>().extents[0];
  EXPECT_EQ(extent.content, wire::Content::reserved);
  EXPECT_EQ(extent.length, 20u);
  std::ranges::fill(device.block(PhysicalBlock{extent.physical}), std::byte{'x'});
  ASSERT_TRUE(shadow.link_blocks(file, 4, 10, extent.physical, 14 * 4096 - 5, now).is<wire::Done>());
  ASSERT_TRUE(shadow.cancel(file, 0, 100).is<wire::Done>());
  const auto mapped = shadow.map(file, 0, 24).get<wire::Mapped>().extents;
  ASSERT_EQ(mapped.length(), 3u);
  EXPECT_EQ(mapped[1].content, wire::Content::written);
  EXPECT_EQ(mapped[1].physical, extent.physical);
  EXPECT_EQ(mapped[1].length, 10u);
  EXPECT_EQ(mapped[2].content, wire::Content::hole);
  EXPECT_EQ(shadow.stat(file).get<wire::Attributes>().size, 14u * 4096 - 5);
  EXPECT_EQ(shadow.set_size(file, 3, now).get<wire::Attributes>().sectors, 0u);
  EXPECT_EQ(reason(shadow.link_blocks(file, 4, 10, extent.physical, 0, now)), wire::Reason::invalid);
  const auto set = shadow.set_attributes(file, 5, 6, 0777, 1 | 4 | 16, 0, -1, now);
  EXPECT_EQ(set.get<wire::Attributes>().mode, 0100777);
  EXPECT_EQ(set.get<wire::Attributes>().user, 7u);
  EXPECT_EQ(set.get<wire::Attributes>().group, 6u);
  EXPECT_EQ(set.get<wire::Attributes>().modification, -1);
  EXPECT_EQ(shadow.details(file).get<wire::Detailed>().creation, now);
  EXPECT_TRUE(shadow.release(file, now).is<wire::Done>());
  ASSERT_TRUE(shadow.sync(now, false).is<wire::Done>());
  EXPECT_EQ(e2fsck(device).status, 0);
}

TEST_F(ServiceTest, WritesBackWhenItIsTold) {
  create(wire::root, "f", 0100600);
  EXPECT_GE(service.expectations, 1);
  EXPECT_TRUE(service.has_unwritten_changes());
  const std::uint64_t writes = device.writes;
  service.write_back();
  EXPECT_FALSE(service.has_unwritten_changes());
  EXPECT_GT(device.writes, writes);
}

TEST_F(ServiceTest, ReissuedRequestsAreDoneOnce) {
  // The server is struck after it did the work and before the client has the answer; the new one has the same disk.
  create(wire::root, "before", 0100600);
  ASSERT_TRUE(shadow.sync(now, false).is<wire::Done>());
  int strikes = 0;
  world.strike = [&](contract::host::World::Moment moment, const contract::Message&) {
    return moment == contract::host::World::Moment::after_request && strikes++ == 0;
  };
  world.on_wait = [&] {
    if (!world.alive(slot)) world.start(slot, service);
  };
  const auto made = shadow.create(wire::root, 0, 0, 0, 0100600, true, 555, now, text("twice"));
  EXPECT_TRUE(made.is<wire::Attributes>()) << "asked again with the same handle";
  strikes = 0;
  EXPECT_TRUE(shadow.unlink(wire::root, false, false, now, text("before")).is<wire::Removed>());
  EXPECT_EQ(reason(shadow.lookup(wire::root, text("before"))), wire::Reason::not_found);
}

TEST_F(ServiceTest, SaysDamageOnce) {
  const std::uint32_t directory = create(wire::root, "d", 040755).inode;
  ASSERT_TRUE(shadow.sync(now, true).is<wire::Done>());
  for (const PhysicalBlock block : device.content().used())
    if (std::memcmp(device.block(block).data() + 8, ".\0\0\0", 4) == 0 && block.value > 100)
      device.block(block)[2000] ^= std::byte{1};
  EXPECT_EQ(reason(shadow.lookup(directory, text("x"))), wire::Reason::damaged);
  EXPECT_EQ(reason(shadow.lookup(directory, text("x"))), wire::Reason::damaged);
  EXPECT_EQ(service.damages.size(), 1u);
}

TEST_F(ServiceTest, OnlyReadsWhatTakesNoWrites) {
  service.read_only = true;
  EXPECT_TRUE(shadow.open(now).get<wire::Opened>().read_only);
  EXPECT_EQ(reason(shadow.create(wire::root, 0, 0, 0, 0100600, true, 1, now, text("f"))), wire::Reason::read_only);
  EXPECT_TRUE(shadow.lookup(wire::root, text("lost+found")).is<wire::Attributes>());
}

class EmptyDisk : public ServiceTest {
 protected:
  EmptyDisk() : ServiceTest(SparseImage(1000)) {}
};

TEST_F(EmptyDisk, CannotBeMounted) {
  EXPECT_EQ(reason(shadow.open(now)), wire::Reason::unsupported);
  EXPECT_EQ(reason(shadow.lookup(wire::root, text("x"))), wire::Reason::unsupported);
  EXPECT_EQ(service.unmountable.at(0), Error::not_ext4);
}

TEST(WireFormat, TimesGoThereAndBack) {
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'700'000'000'999'999'999},
                                  std::int64_t{-2'000'000'000'000'000'001}}) {
    EXPECT_EQ(to_nanoseconds(from_nanoseconds(time)), time);
    EXPECT_LT(from_nanoseconds(time).nanoseconds, 1'000'000'000u);
  }
  EXPECT_GT(to_nanoseconds({.seconds = 15'000'000'000}), std::int64_t{9'000'000'000'000'000'000});
  EXPECT_EQ(pack_device(unpack_device(0xFFFFFFFF)), 0xFFFFFFFF);
}

}  // namespace
}  // namespace ext4::testing
