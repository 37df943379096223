// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <fstream>
#include <iomanip>
#include <sstream>

#include "servers/ext4/tests/image.hpp"

namespace ext4::testing {
namespace {

TEST(Create, WhatEveryKindIsLikeDebugfsSays) {
  Mounted disk(make_image(16));
  const auto create = [&](const char* name, NewInode what) {
    const auto made = disk->create(root_inode, name, what, Handle::none, {.now = {1'700'000'000, 111'222'333}});
    EXPECT_TRUE(made) << name;
    return made.value();
  };
  create("file", {.kind = FileKind::regular, .permissions = 04751, .uid = 0x12345, .gid = 0xABCDE});
  create("directory", {.kind = FileKind::directory, .permissions = 01777});
  create("fifo", {.kind = FileKind::fifo, .permissions = 0600});
  create("socket", {.kind = FileKind::socket, .permissions = 0600});
  create("small", {.kind = FileKind::block_device, .permissions = 0660, .device_major = 8, .device_minor = 17});
  const Attributes large = create(
      "large", {.kind = FileKind::character_device, .permissions = 0620, .device_major = 300, .device_minor = 70000});
  EXPECT_EQ(large.device_major, 300u);
  EXPECT_EQ(large.device_minor, 70000u);
  ASSERT_EQ(disk.check(), "");

  const auto stat = [&](const std::string& name) { return debugfs(disk.device, "stat /" + name); };
  EXPECT_NE(stat("file").find("Type: regular    Mode:  04751"), std::string::npos);
  EXPECT_NE(stat("file").find("User: 74565   Group: 703710"), std::string::npos) << stat("file");
  EXPECT_NE(stat("file").find("ctime: 0x6553f100:1a8478f4"), std::string::npos) << stat("file");
  EXPECT_NE(stat("file").find("crtime: 0x6553f100:1a8478f4"), std::string::npos);
  EXPECT_NE(stat("directory").find("Type: directory    Mode:  01777"), std::string::npos);
  EXPECT_NE(stat("directory").find("Links: 2"), std::string::npos);
  EXPECT_NE(stat("fifo").find("Type: FIFO"), std::string::npos);
  EXPECT_NE(stat("socket").find("Type: socket"), std::string::npos);
  EXPECT_NE(stat("small").find("Device major/minor number: 08:17"), std::string::npos) << stat("small");
  EXPECT_NE(stat("large").find("Device major/minor number: 300:70000"), std::string::npos) << stat("large");
}

TEST(Create, DoesNothingTwice) {
  Mounted disk(make_image(16));
  const NewInode what{.kind = FileKind::regular, .permissions = 0644};
  const auto first = disk->create(root_inode, "x", what, Handle{77}, disk.caller());
  const auto again = disk->create(root_inode, "x", what, Handle{77}, disk.caller());
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->inode, again->inode);
  EXPECT_EQ(disk->create(root_inode, "x", what, Handle{78}, disk.caller()).error(), Error::already_exists);
  EXPECT_EQ(disk->create(root_inode, "x", what, Handle::none, disk.caller()).error(), Error::already_exists);
  EXPECT_EQ(disk.check(), "");
}

TEST(Names, ThatCannotBeAreRefused) {
  Mounted disk(make_image(16));
  EXPECT_EQ(disk.create(root_inode, "").error(), Error::bad_name);
  EXPECT_EQ(disk.create(root_inode, "a/b").error(), Error::bad_name);
  EXPECT_EQ(disk.create(root_inode, std::string_view("a\0b", 3)).error(), Error::bad_name);
  EXPECT_EQ(disk.create(root_inode, std::string(256, 'x')).error(), Error::name_too_long);
  EXPECT_TRUE(disk.create(root_inode, std::string(255, 'x')));
  EXPECT_EQ(disk.create(root_inode, ".").error(), Error::already_exists);
  EXPECT_EQ(disk.create(root_inode, "..").error(), Error::already_exists);
  EXPECT_EQ(disk->unlink(root_inode, "..", LastName::free_now, disk.caller()).error(), Error::bad_argument);
  EXPECT_EQ(disk->lookup(root_inode, "nothing").error(), Error::not_found);
  EXPECT_EQ(disk->lookup(InodeNumber{12}, "x").error(), Error::not_a_directory);
  for (const std::uint32_t reserved : {0u, 1u, 3u, 7u, 8u, 10u, 99'999'999u})
    EXPECT_EQ(disk->attributes(InodeNumber{reserved}).error(), Error::stale) << reserved;
  EXPECT_EQ(disk->attributes(InodeNumber{5000}).error(), Error::stale);
  EXPECT_EQ(disk->create(root_inode, "x", {.kind = FileKind::symbolic_link}, Handle::none, disk.caller()).error(),
            Error::bad_argument);
}

TEST(Links, OfEveryLengthAreReadBack) {
  Mounted disk(make_image(16));
  for (const std::size_t length : {1u, 10u, 58u, 59u, 60u, 61u, 255u, 4094u, 4095u}) {
    const std::string target(length, 't');
    const std::string name = "link" + std::to_string(length);
    const auto made = disk->make_link(root_inode, name, target, {.permissions = 0777}, Handle::none, disk.caller());
    ASSERT_TRUE(made) << length;
    EXPECT_EQ(made->size, length);
    EXPECT_EQ(made->sectors, length < 60 ? 0u : 8u);
    std::string read(5000, '\0');
    EXPECT_EQ(disk->read_link(made->inode, read).value(), length);
    EXPECT_TRUE(read.substr(0, length) == target);
    std::string part(3, '\0');
    EXPECT_EQ(disk->read_link(made->inode, part).value(), length);
    EXPECT_EQ(part,
              std::string(std::min<std::size_t>(length, 3), 't') + std::string(length < 3 ? 3 - length : 0, '\0'));
    if (length < 1000) {
      EXPECT_NE(debugfs(disk.device, "stat /" + name).find(""), std::string::npos);
    }
  }
  const auto make = [&](std::size_t length) {
    return disk->make_link(root_inode, "no", std::string(length, 't'), {}, Handle::none, disk.caller());
  };
  EXPECT_EQ(make(4096).error(), Error::name_too_long);
  EXPECT_EQ(make(0).error(), Error::bad_name);
  EXPECT_EQ(disk.check(), "");
  EXPECT_NE(debugfs(disk.device, "stat /link59").find("Fast link dest: \"" + std::string(59, 't')), std::string::npos);
}

TEST(Links, CountAndGo) {
  Mounted disk(make_image(16));
  const InodeNumber file = disk.create(root_inode, "a").value().inode;
  ASSERT_TRUE(disk.write(file, 0, "content"));
  EXPECT_EQ(disk->link(file, root_inode, "b", disk.caller())->links, 2u);
  EXPECT_EQ(disk->link(file, root_inode, "b", disk.caller()).error(), Error::already_exists);
  EXPECT_EQ(disk->link(root_inode, root_inode, "c", disk.caller()).error(), Error::is_a_directory);
  auto removed = disk->unlink(root_inode, "a", LastName::keep_inode, disk.caller());
  EXPECT_EQ(removed->links, 1u);
  EXPECT_EQ(disk.check(), "");
  removed = disk->unlink(root_inode, "b", LastName::keep_inode, disk.caller());
  EXPECT_EQ(removed->links, 0u);
  EXPECT_EQ(removed->inode, file);
  EXPECT_EQ(disk.read(file).value(), "content");
  EXPECT_TRUE(disk.write(file, 7, " and more"));
  EXPECT_EQ(disk.read(file).value(), "content and more");
  EXPECT_EQ(disk->link(file, root_inode, "again", disk.caller()).error(), Error::stale);
  EXPECT_TRUE(disk->release(file, disk.caller()));
  EXPECT_EQ(disk->attributes(file).error(), Error::stale);
  EXPECT_TRUE(disk->release(file, disk.caller()));  // asked again
  EXPECT_EQ(disk.check(), "");
}

TEST(Rename, ReplacesWhatIsOpen) {
  Mounted disk(make_image(16));
  const InodeNumber old = disk.create(root_inode, "target").value().inode;
  ASSERT_TRUE(disk.write(old, 0, "old"));
  const InodeNumber fresh = disk.create(root_inode, "fresh").value().inode;
  const auto rename = [&](const char* from, const char* to, Replace replace = Replace::allowed) {
    return disk->rename(root_inode, from, root_inode, to, replace, LastName::keep_inode, disk.caller());
  };
  EXPECT_EQ(rename("fresh", "target", Replace::forbidden).error(), Error::already_exists);
  const auto removed = rename("fresh", "target");
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->inode, old);
  EXPECT_EQ(removed->links, 0u);
  EXPECT_EQ(disk->lookup(root_inode, "target")->inode, fresh);
  EXPECT_EQ(disk->lookup(root_inode, "fresh").error(), Error::not_found);
  EXPECT_EQ(disk.read(old).value(), "old");
  EXPECT_TRUE(disk->release(old, disk.caller()));
  EXPECT_EQ(rename("none", "x").error(), Error::not_found);
  EXPECT_EQ(rename("target", "target")->inode, no_inode);
  EXPECT_EQ(rename(".", "x").error(), Error::bad_argument);
  EXPECT_EQ(rename("target", "..").error(), Error::bad_argument);
  EXPECT_EQ(disk.check(), "");
}

TEST(Rename, OfADirectoryMovesItsParent) {
  Mounted disk(make_image(16));
  const InodeNumber a = disk.create(root_inode, "a", FileKind::directory)->inode;
  const InodeNumber b = disk.create(root_inode, "b", FileKind::directory)->inode;
  const InodeNumber c = disk.create(a, "c", FileKind::directory)->inode;
  const auto rename = [&](InodeNumber from, const char* name, InodeNumber to, const char* as) {
    return disk->rename(from, name, to, as, Replace::allowed, LastName::free_now, disk.caller());
  };
  EXPECT_EQ(rename(root_inode, "a", c, "x").error(), Error::bad_argument);
  EXPECT_EQ(rename(root_inode, "a", a, "x").error(), Error::bad_argument);
  ASSERT_TRUE(rename(a, "c", b, "moved"));
  EXPECT_EQ(disk->lookup(c, "..")->inode, b);
  EXPECT_EQ(disk->attributes(a)->links, 2u);
  EXPECT_EQ(disk->attributes(b)->links, 3u);
  ASSERT_TRUE(disk.create(c, "file"));
  EXPECT_EQ(rename(root_inode, "a", b, "moved").error(), Error::directory_not_empty);
  ASSERT_TRUE(disk->unlink(c, "file", LastName::free_now, disk.caller()));
  const auto removed = rename(root_inode, "a", b, "moved");
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->inode, c);
  EXPECT_EQ(disk->lookup(b, "moved")->inode, a);
  EXPECT_EQ(disk.check(), "");
}

TEST(Orphans, AreFinishedByTheNextMount) {
  Mounted disk(make_image(16));
  const std::uint64_t free = disk->usage().free;
  std::vector<InodeNumber> files;
  for (int i = 0; i < 5; ++i) {
    files.push_back(disk.create(root_inode, "f" + std::to_string(i))->inode);
    ASSERT_TRUE(disk.write(files.back(), 0, std::string(50'000, 'x')));
  }
  ASSERT_TRUE(disk.create(root_inode, "d", FileKind::directory));
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(disk->unlink(root_inode, "f" + std::to_string(i), LastName::keep_inode, disk.caller()));
  ASSERT_TRUE(disk->remove_directory(root_inode, "d", LastName::keep_inode, disk.caller()));
  // From the middle, the end and the start of the list.
  ASSERT_TRUE(disk->release(files[2], disk.caller()));
  ASSERT_TRUE(disk->release(files[0], disk.caller()));
  ASSERT_TRUE(disk->sync(disk.now()));
  EXPECT_NE(e2fsck(disk.device).status, 0);  // orphans are not a clean state; so e2fsck sees the others as well

  Mounted by_linux_tools(repaired(disk.device, "-p"));
  EXPECT_EQ(e2fsck(by_linux_tools.device).status, 0);
  ASSERT_TRUE(disk.crash());
  EXPECT_EQ(disk->usage().free, free);
  EXPECT_EQ(disk->attributes(files[1]).error(), Error::stale);
  EXPECT_EQ(disk.check(), "");
}

TEST(Removal, AtTheBeginningOfTimeIsNoBrokenListOfOrphans) {
  Mounted disk(make_image(16));
  const auto inodes = static_cast<std::int64_t>(disk->usage().inodes);
  const std::int64_t times[] = {0, 1, 12, inodes, 1'700'000'000};
  const auto name = [](std::int64_t time) { return "file" + std::to_string(time); };
  std::vector<InodeNumber> removed;
  for (const std::int64_t time : times) {
    const auto made = disk.create(root_inode, name(time));
    ASSERT_TRUE(made);
    ASSERT_TRUE(disk.write(made->inode, 0, "content"));
    removed.push_back(made->inode);
  }
  for (const std::int64_t time : times)
    ASSERT_TRUE(disk->unlink(root_inode, name(time), LastName::free_now, {.now = {.seconds = time}}));
  ASSERT_EQ(disk.check(), "");
  for (std::size_t index = 0; index < std::size(times); ++index) {
    const std::string shown = debugfs(disk.device, "stat <" + std::to_string(removed[index].value) + ">");
    std::ostringstream expected;
    expected << "dtime: 0x" << std::hex << std::setw(8) << std::setfill('0') << std::max(times[index], inodes + 1)
             << ":";
    EXPECT_NE(shown.find(expected.str()), std::string::npos) << times[index] << ": " << shown;
  }
}

TEST(FromTheHost, AFolderIsReadAndChanged) {
  const Folder folder;
  const std::filesystem::path root = folder.path() / "tree";
  std::filesystem::create_directories(root / "etc/deep/er");
  for (int i = 0; i < 700; ++i)
    std::ofstream(root / "etc" / ("file" + std::to_string(i))) << "content of " << i << "\n";
  std::ofstream(root / "big") << std::string(3'000'000, 'b');
  std::filesystem::create_symlink("etc/file7", root / "short");
  std::filesystem::create_symlink(std::string(200, 'l'), root / "long");
  std::filesystem::create_hard_link(root / "big", root / "hard");
  Mounted disk(make_image_from(root, 64));
  ASSERT_TRUE(disk.state);
  for (int i = 0; i < 700; ++i)
    ASSERT_EQ(disk.read(disk.resolve("etc/file" + std::to_string(i)).value()).value(),
              "content of " + std::to_string(i) + "\n");
  EXPECT_TRUE(disk.read(disk.resolve("hard").value()).value() == std::string(3'000'000, 'b'));
  EXPECT_EQ(disk->lookup(root_inode, "big")->links, 2u);
  std::string target(200, '\0');
  EXPECT_EQ(disk->read_link(disk.resolve("long").value(), target).value(), 200u);
  EXPECT_EQ(target, std::string(200, 'l'));
  EXPECT_EQ(disk->read_link(disk.resolve("short").value(), target).value(), 9u);

  const InodeNumber etc = disk.resolve("etc").value();
  for (int i = 0; i < 700; i += 2)
    ASSERT_TRUE(disk->unlink(etc, "file" + std::to_string(i), LastName::free_now, disk.caller()));
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(disk.create(etc, "more" + std::to_string(i)));
  ASSERT_TRUE(disk->rename(root_inode, "big", etc, "moved", Replace::allowed, LastName::free_now, disk.caller()));
  EXPECT_EQ(disk.check(), "");
}

TEST(Attributes, AreSetAndKept) {
  Mounted disk(make_image(16));
  const InodeNumber file = disk.create(root_inode, "x")->inode;
  const Timestamp early{.seconds = -2'000'000'000, .nanoseconds = 999'999'999};
  const Timestamp late{.seconds = 15'000'000'000, .nanoseconds = 1};
  ASSERT_TRUE(disk->set_attributes(
      file, {.permissions = 07777, .uid = 0xFFFFFFFE, .gid = 70'000, .access = early, .modification = late},
      {.now = {5, 6}}));
  ASSERT_TRUE(disk.remount());
  const Attributes attributes = disk->attributes(file).value();
  EXPECT_EQ(attributes.permissions, 07777);
  EXPECT_EQ(attributes.uid, 0xFFFFFFFE);
  EXPECT_EQ(attributes.gid, 70'000u);
  EXPECT_EQ(attributes.access, early);
  EXPECT_EQ(attributes.modification, late);
  EXPECT_EQ(attributes.change, (Timestamp{5, 6}));
  EXPECT_EQ(attributes.kind, FileKind::regular);
  EXPECT_EQ(disk.check(), "");
}

}  // namespace
}  // namespace ext4::testing
