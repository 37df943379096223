// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "servers/file/tests/world.hpp"

namespace file {
namespace {

class Names : public testing::Test {
 protected:
  World world;
  Program init{world, 1};
};

TEST_F(Names, RootIsADirectoryWithDevAndProcBelow) {
  EXPECT_EQ(init.stat("/").mode, mode::directory | 0755);
  EXPECT_EQ(init.list("/"), (std::vector<std::string>{".", "..", "dev", "proc"}));
  EXPECT_EQ(init.stat("/").inode, init.stat("/..").inode);
  EXPECT_NE(init.stat("/").device, init.stat("/dev").device);
  EXPECT_EQ(init.stat("/dev/..").inode, init.stat("/").inode);
}

TEST_F(Names, OpenSaysWhatLinuxSays) {
  EXPECT_EQ(init.open("/nothing"), error(Error::no_entry));
  EXPECT_EQ(init.open(""), error(Error::no_entry));
  EXPECT_EQ(init.open("/nothing/below", flags::create), error(Error::no_entry));
  init.make("/f", "text");
  EXPECT_EQ(init.open("/f/below"), error(Error::not_directory));
  EXPECT_EQ(init.open("/f/"), error(Error::not_directory));
  EXPECT_EQ(init.open("/f/."), error(Error::not_directory));
  EXPECT_EQ(init.open("/f/.."), error(Error::not_directory));
  EXPECT_EQ(init.open("/f", flags::directory), error(Error::not_directory));
  EXPECT_EQ(init.open("/f", flags::create | flags::exclusive), error(Error::exists));
  EXPECT_EQ(init.open("/", flags::write_only), error(Error::is_directory));
  EXPECT_EQ(init.open("/", flags::read_write), error(Error::is_directory));
  EXPECT_EQ(init.open("/", flags::create), error(Error::is_directory));
  EXPECT_EQ(init.open("/new/", flags::create), error(Error::is_directory));
  EXPECT_EQ(init.open("/.", flags::create), error(Error::is_directory));
  EXPECT_EQ(init.open("/f", flags::access_mode), error(Error::invalid));
  EXPECT_EQ(init.open("/f", flags::create | flags::directory), error(Error::invalid));
  EXPECT_EQ(init.open(std::string(256, 'a')), error(Error::name_too_long));
  EXPECT_EQ(init.open("/" + std::string(255, 'a'), flags::create), 3);
  EXPECT_EQ(init.open(std::string(5000, 'a')), error(Error::name_too_long));
  EXPECT_EQ(init.open("f", 0, 0, 99), error(Error::bad_descriptor));
  EXPECT_EQ(init.open("/f", 0, 0, 99), 4) << "an absolute path takes no notice of the directory";
  EXPECT_EQ(init.open("f", 0, 0, 4), error(Error::not_directory));
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.open(c, -100, 0, 0, 0); }), error(Error::bad_address));
}

TEST_F(Names, SlashesAndDots) {
  ASSERT_EQ(init.mkdir("/a"), 0);
  ASSERT_EQ(init.mkdir("/a/b/"), 0) << "a directory may be made with a slash behind it";
  init.make("/a/b/f", "x");
  EXPECT_EQ(init.contents("//a///b//f"), "x");
  EXPECT_EQ(init.contents("/a/./b/../b/./f"), "x");
  EXPECT_EQ(init.contents("/../../a/b/f"), "x");
  EXPECT_EQ(init.chdir("/a/b"), 0);
  EXPECT_EQ(init.contents("f"), "x");
  EXPECT_EQ(init.contents("../b/f"), "x");
  EXPECT_EQ(init.getcwd(), "/a/b");
  EXPECT_EQ(init.chdir("."), 0);
  EXPECT_EQ(init.chdir(".."), 0);
  EXPECT_EQ(init.getcwd(), "/a");
  EXPECT_EQ(init.chdir("b/f"), error(Error::not_directory));
  EXPECT_EQ(init.getcwd(2), "error 34");
  EXPECT_EQ(init.getcwd(3), "/a");
}

TEST_F(Names, LinksAreFollowed) {
  ASSERT_EQ(init.mkdir("/d"), 0);
  init.make("/d/f", "contents");
  EXPECT_EQ(init.symlink("/d/f", "/absolute"), 0);
  EXPECT_EQ(init.symlink("f", "/d/relative"), 0);
  EXPECT_EQ(init.symlink("d", "/directory"), 0);
  EXPECT_EQ(init.symlink("../d/../directory/relative", "/d/long"), 0);
  EXPECT_EQ(init.symlink("nowhere", "/dangling"), 0);
  EXPECT_EQ(init.symlink("circle", "/circle"), 0);
  EXPECT_EQ(init.symlink("x", "/d"), error(Error::exists));
  EXPECT_EQ(init.symlink("", "/empty"), error(Error::no_entry));
  EXPECT_EQ(init.symlink("x", "/e/"), error(Error::no_entry));
  for (const char* path : {"/absolute", "/d/relative", "/directory/f", "/d/long", "/directory/long", "/directory//f"})
    EXPECT_EQ(init.contents(path), "contents") << path;
  EXPECT_EQ(init.readlink("/absolute"), "/d/f");
  EXPECT_EQ(init.readlink("/d/f"), "error 22");
  EXPECT_EQ(init.readlink("/directory/"), "error 22") << "with a slash it is the directory";
  EXPECT_EQ(init.open("/circle"), error(Error::loop));
  EXPECT_EQ(init.stat_result("/circle"), error(Error::loop));
  EXPECT_EQ(init.stat("/circle", flags::at_no_follow).mode, mode::link | 0777);
  EXPECT_EQ(init.stat("/absolute", flags::at_no_follow).size, 4);
  EXPECT_EQ(init.open("/absolute", flags::no_follow), error(Error::loop));
  EXPECT_EQ(init.open("/absolute", flags::no_follow | flags::path), 3);
  EXPECT_EQ(init.open("/directory/", flags::no_follow), 4) << "a slash follows the link before";
  EXPECT_EQ(init.open("/dangling"), error(Error::no_entry));
  EXPECT_EQ(init.open("/dangling", flags::create | flags::exclusive), error(Error::exists));
  EXPECT_EQ(init.open("/dangling", flags::create | flags::no_follow), error(Error::loop));
  EXPECT_EQ(init.open("/dangling", flags::create), 5);
  EXPECT_EQ(init.stat("/nowhere").size, 0) << "creating through a link makes its target";
  EXPECT_EQ(init.stat("/directory", flags::at_no_follow).mode & mode::type_mask, mode::link);
  EXPECT_EQ(init.stat("/directory/", flags::at_no_follow).mode & mode::type_mask, mode::directory);
  EXPECT_EQ(init.mkdir("/dangling"), error(Error::exists));
}

TEST_F(Names, FortyLinksAndNoMore) {
  init.make("/end", "e");
  std::string previous = "/end";
  for (int i = 1; i <= 41; ++i) {
    const std::string name = "/link" + std::to_string(i);
    ASSERT_EQ(init.symlink(previous, name), 0);
    previous = name;
  }
  EXPECT_EQ(init.contents("/link40"), "e");
  EXPECT_EQ(init.open("/link41"), error(Error::loop));
}

TEST_F(Names, LongTargetsAndNames) {
  const std::string long_name(255, 'n');
  ASSERT_EQ(init.mkdir("/" + long_name), 0);
  init.make("/" + long_name + "/" + long_name, "deep");
  std::string target = "/";
  for (int i = 0; i < 1000; ++i) target += "./";
  target += long_name + "/" + long_name;
  EXPECT_EQ(init.symlink(target, "/long"), 0);
  EXPECT_EQ(init.contents("/long"), "deep");
  EXPECT_EQ(init.readlink("/long"), target);
  EXPECT_EQ(init.list("/" + long_name), (std::vector<std::string>{".", "..", long_name}));
  EXPECT_EQ(init.mkdir("/" + long_name + "x"), error(Error::name_too_long));
}

TEST_F(Names, MakingAndRemoving) {
  EXPECT_EQ(init.mkdir("/d"), 0);
  EXPECT_EQ(init.mkdir("/d"), error(Error::exists));
  EXPECT_EQ(init.mkdir("/"), error(Error::exists));
  EXPECT_EQ(init.mkdir("/d/."), error(Error::exists));
  EXPECT_EQ(init.mkdir("/d/.."), error(Error::exists));
  EXPECT_EQ(init.mkdir("/none/x"), error(Error::no_entry));
  init.make("/d/f");
  EXPECT_EQ(init.stat("/d").links, 2u);
  EXPECT_EQ(init.mkdir("/d/e"), 0);
  EXPECT_EQ(init.stat("/d").links, 3u);
  EXPECT_EQ(init.rmdir("/d"), error(Error::not_empty));
  EXPECT_EQ(init.unlink("/d"), error(Error::is_directory));
  EXPECT_EQ(init.rmdir("/d/f"), error(Error::not_directory));
  EXPECT_EQ(init.unlink("/d/f/"), error(Error::not_directory));
  EXPECT_EQ(init.unlink("/d/e/"), error(Error::is_directory));
  EXPECT_EQ(init.rmdir("/d/."), error(Error::invalid));
  EXPECT_EQ(init.rmdir("/d/.."), error(Error::not_empty));
  EXPECT_EQ(init.rmdir("/"), error(Error::busy));
  EXPECT_EQ(init.rmdir("/dev"), error(Error::busy)) << "something is mounted there";
  EXPECT_EQ(init.unlink("/none"), error(Error::no_entry));
  EXPECT_EQ(init.rmdir("/d/e/"), 0);
  EXPECT_EQ(init.unlink("/d/f"), 0);
  EXPECT_EQ(init.rmdir("/d"), 0);
  EXPECT_EQ(init.stat_result("/d"), error(Error::no_entry));
}

TEST_F(Names, ARemovedDirectoryStaysForThoseInIt) {
  ASSERT_EQ(init.mkdir("/a"), 0);
  ASSERT_EQ(init.mkdir("/a/b"), 0);
  ASSERT_EQ(init.chdir("/a/b"), 0);
  ASSERT_EQ(init.rmdir("/a/b"), 0);
  ASSERT_EQ(init.rmdir("/a"), 0);
  EXPECT_EQ(init.getcwd(), "error 2");
  EXPECT_EQ(init.open("x", flags::create), error(Error::no_entry));
  EXPECT_EQ(init.mkdir("x"), error(Error::no_entry));
  EXPECT_EQ(init.list("."), (std::vector<std::string>{"error 2"}));
  EXPECT_EQ(init.chdir(".."), 0);
  EXPECT_EQ(init.chdir(".."), 0);
  EXPECT_EQ(init.getcwd(), "/");
}

TEST_F(Names, HardLinks) {
  init.make("/f", "shared");
  EXPECT_EQ(init.link("/f", "/g"), 0);
  EXPECT_EQ(init.stat("/f").inode, init.stat("/g").inode);
  EXPECT_EQ(init.stat("/g").links, 2u);
  EXPECT_EQ(init.link("/f", "/g"), error(Error::exists));
  EXPECT_EQ(init.link("/dev", "/h"), error(Error::cross_device));
  ASSERT_EQ(init.mkdir("/d"), 0);
  EXPECT_EQ(init.link("/d", "/e"), error(Error::not_permitted));
  EXPECT_EQ(init.link("/f", "/dev/f"), error(Error::cross_device));
  EXPECT_EQ(init.link("/none", "/h"), error(Error::no_entry));
  ASSERT_EQ(init.symlink("f", "/s"), 0);
  EXPECT_EQ(init.link("/s", "/s2"), 0);
  EXPECT_EQ(init.stat("/s2", flags::at_no_follow).mode & mode::type_mask, mode::link);
  EXPECT_EQ(init.link("/s", "/s3", flags::at_follow), 0);
  EXPECT_EQ(init.stat("/s3", flags::at_no_follow).links, 3u);
  EXPECT_EQ(init.unlink("/f"), 0);
  EXPECT_EQ(init.contents("/g"), "shared");
  EXPECT_EQ(init.stat("/g").links, 2u);
}

TEST_F(Names, RenamesFiles) {
  init.make("/f", "f");
  init.make("/g", "g");
  EXPECT_EQ(init.rename("/none", "/x"), error(Error::no_entry));
  EXPECT_EQ(init.rename("/f", "/h"), 0);
  EXPECT_EQ(init.contents("/h"), "f");
  EXPECT_EQ(init.stat_result("/f"), error(Error::no_entry));
  EXPECT_EQ(init.rename("/h", "/g"), 0) << "replaces";
  EXPECT_EQ(init.contents("/g"), "f");
  EXPECT_EQ(init.rename("/g", "/g"), 0);
  ASSERT_EQ(init.link("/g", "/same"), 0);
  EXPECT_EQ(init.rename("/g", "/same"), 0) << "two names of one file: nothing happens";
  EXPECT_EQ(init.contents("/g"), "f");
  EXPECT_EQ(init.rename("/g", "/same", flags::rename_no_replace), error(Error::exists));
  EXPECT_EQ(init.rename("/g", "/other", flags::rename_no_replace), 0);
  EXPECT_EQ(init.rename("/other", "/dev/other"), error(Error::cross_device));
  EXPECT_EQ(init.rename("/.", "/x"), error(Error::busy));
  EXPECT_EQ(init.rename("/other", "/."), error(Error::busy));
  EXPECT_EQ(init.rename("/other", "/x/"), error(Error::not_directory));
  EXPECT_EQ(init.rename("/other/", "/x"), error(Error::not_directory));
  EXPECT_EQ(init.rename("/other", "/x", 8), error(Error::invalid));
}

TEST_F(Names, RenamesDirectories) {
  ASSERT_EQ(init.mkdir("/a"), 0);
  ASSERT_EQ(init.mkdir("/a/b"), 0);
  ASSERT_EQ(init.mkdir("/c"), 0);
  init.make("/f");
  EXPECT_EQ(init.rename("/a", "/a/b/x"), error(Error::invalid));
  EXPECT_EQ(init.rename("/a", "/a"), 0);
  EXPECT_EQ(init.rename("/a/b", "/a"), error(Error::not_empty));
  EXPECT_EQ(init.rename("/a", "/f"), error(Error::not_directory));
  EXPECT_EQ(init.rename("/f", "/a"), error(Error::is_directory));
  EXPECT_EQ(init.rename("/c", "/a"), error(Error::not_empty));
  EXPECT_EQ(init.stat("/").links, 6u);
  EXPECT_EQ(init.rename("/a", "/c"), 0) << "an empty directory may be replaced";
  EXPECT_EQ(init.stat("/").links, 5u);
  EXPECT_EQ(init.chdir("/c/b"), 0);
  EXPECT_EQ(init.getcwd(), "/c/b");
  EXPECT_EQ(init.mkdir("/e"), 0);
  EXPECT_EQ(init.rename("/c/b", "/e/moved/"), 0);
  EXPECT_EQ(init.getcwd(), "/e/moved");
  EXPECT_EQ(init.stat("/c").links, 2u);
  EXPECT_EQ(init.stat("/e").links, 3u);
  EXPECT_EQ(init.chdir(".."), 0);
  EXPECT_EQ(init.getcwd(), "/e");
  EXPECT_EQ(init.rename("/dev", "/x"), error(Error::busy));
}

TEST_F(Names, RenameExchanges) {
  ASSERT_EQ(init.mkdir("/a"), 0);
  ASSERT_EQ(init.mkdir("/a/d"), 0);
  ASSERT_EQ(init.mkdir("/b"), 0);
  init.make("/b/f", "file");
  EXPECT_EQ(init.rename("/a/d", "/b/f", flags::rename_exchange), 0);
  EXPECT_EQ(init.contents("/a/d"), "file");
  EXPECT_EQ(init.stat("/b/f").mode & mode::type_mask, mode::directory);
  EXPECT_EQ(init.stat("/a").links, 2u);
  EXPECT_EQ(init.stat("/b").links, 3u);
  EXPECT_EQ(init.chdir("/b/f"), 0);
  EXPECT_EQ(init.getcwd(), "/b/f");
  EXPECT_EQ(init.rename("/a/d", "/none", flags::rename_exchange), error(Error::no_entry));
}

TEST_F(Names, ListsGoOnWhileEntriesVanish) {
  ASSERT_EQ(init.mkdir("/many"), 0);
  for (int i = 0; i < 500; ++i) init.make("/many/file-" + std::to_string(i));
  EXPECT_EQ(init.list("/many").size(), 502u);
  EXPECT_EQ(init.list("/many", 280).size(), 502u) << "small buffers give the same";
  EXPECT_EQ(init.list("/many", 20), (std::vector<std::string>{"error 22"}));
  // As rm -r does: what was listed is removed before the list goes on.
  const i64 directory = init.open("/many", flags::directory);
  int removed = 0;
  for (;;) {
    const i64 got =
        init.call([&](Caller& c) { return world.calls.list(c, static_cast<i32>(directory), Program::scratch, 1024); });
    ASSERT_GE(got, 0);
    if (got == 0) break;
    std::vector<std::string> names;
    for (i64 at = 0; at < got;) {
      const auto head = init.get<linux_abi::DirectoryEntry>(Program::scratch + at);
      names.emplace_back(reinterpret_cast<const char*>(init.at(Program::scratch + at + sizeof head)));
      at += head.length;
    }
    for (const std::string& name : names) {
      if (name == "." || name == "..") continue;
      EXPECT_EQ(init.unlink("/many/" + name), 0);
      ++removed;
    }
  }
  EXPECT_EQ(removed, 500);
  EXPECT_EQ(init.rmdir("/many"), 0);
}

TEST_F(Names, ChangeRootConfines) {
  ASSERT_EQ(init.mkdir("/jail"), 0);
  ASSERT_EQ(init.mkdir("/jail/home"), 0);
  init.make("/secret", "s");
  ASSERT_EQ(init.symlink("/home", "/jail/link"), 0);
  Program child = init.fork(2);
  const u64 path = child.put("/jail");
  EXPECT_EQ(child.call([&](Caller& c) { return world.calls.change_root(c, path); }), 0);
  EXPECT_EQ(child.getcwd(), "(unreachable)/");
  EXPECT_EQ(child.chdir("/"), 0);
  EXPECT_EQ(child.getcwd(), "/");
  EXPECT_EQ(child.open("/../secret"), error(Error::no_entry));
  EXPECT_EQ(child.chdir("/link"), 0);
  EXPECT_EQ(child.getcwd(), "/home");
  EXPECT_EQ(init.contents("/secret"), "s");
  child.become(1000, 1000);
  EXPECT_EQ(child.call([&](Caller& c) { return world.calls.change_root(c, child.put("/home")); }),
            error(Error::not_permitted));
}

TEST_F(Names, NothingIsLeftBehind) {
  const u32 nodes = world.core.tree.nodes.used();
  const u32 frames = world.frames.taken();
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(init.mkdir("/t"), 0);
    for (int i = 0; i < 50; ++i) init.make("/t/" + std::to_string(i), std::string(10000, 'x'));
    ASSERT_EQ(init.symlink(std::string(300, 't'), "/t/link"), 0);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(init.unlink("/t/" + std::to_string(i)), 0);
    EXPECT_EQ(init.unlink("/t/link"), 0);
    EXPECT_EQ(init.rmdir("/t"), 0);
    EXPECT_EQ(world.core.tree.nodes.used(), nodes);
  }
  EXPECT_EQ(world.core.tree.cache.pages(), 0u);
  // Tables keep the pages that they have grown to.
  EXPECT_LT(world.frames.taken(), frames + 32);
  linux_abi::StatFs status = *world.root.statistics();
  EXPECT_EQ(status.blocks, status.blocks_free);
}

}  // namespace
}  // namespace file
