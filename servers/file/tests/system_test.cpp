// SPDX-License-Identifier: BSD-2-Clause
// Mounts, devices and the boot archive.
#include <gtest/gtest.h>

#include "servers/file/systems/archive.hpp"
#include "servers/file/tests/world.hpp"

namespace file {
namespace {

class System : public testing::Test {
 protected:
  World world;
  Program init{world, 1};
};

TEST_F(System, MountsCoverAndEnd) {
  ASSERT_EQ(init.mkdir("/mnt"), 0);
  init.make("/mnt/below", "covered");
  EXPECT_EQ(init.mount("none", "/mnt", "tmpfs"), 0);
  EXPECT_EQ(init.stat_result("/mnt/below"), error(Error::no_entry));
  init.make("/mnt/f", "inside");
  EXPECT_EQ(init.chdir("/mnt"), 0);
  EXPECT_EQ(init.getcwd(), "/mnt");
  EXPECT_EQ(init.stat("..").inode, init.stat("/").inode);
  EXPECT_EQ(init.umount("/mnt"), error(Error::busy));
  EXPECT_EQ(init.chdir("/"), 0);
  EXPECT_EQ(init.mount("none", "/mnt", "tmpfs", mount_flags::remount | mount_flags::read_only), 0);
  EXPECT_EQ(init.open("/mnt/g", flags::create), error(Error::read_only));
  EXPECT_EQ(init.open("/mnt/f", flags::write_only), error(Error::read_only));
  EXPECT_EQ(init.chmod("/mnt/f", 0), error(Error::read_only));
  EXPECT_EQ(init.unlink("/mnt/f"), error(Error::read_only));
  EXPECT_EQ(init.contents("/mnt/f"), "inside");
  EXPECT_EQ(init.umount("/mnt"), 0);
  EXPECT_EQ(init.contents("/mnt/below"), "covered");
  EXPECT_EQ(init.umount("/mnt"), error(Error::invalid));
  EXPECT_EQ(init.mount("none", "/mnt", "nonsense"), error(Error::no_device));
  EXPECT_EQ(init.mount("none", "/none", "tmpfs"), error(Error::no_entry));
  EXPECT_EQ(init.mount("none", "/dev", "devtmpfs"), error(Error::busy)) << "it is there already";
  EXPECT_EQ(init.mount("/dev", "/mnt", "", mount_flags::bind), 0);
  EXPECT_EQ(init.stat("/mnt/null").special_device, linux_abi::make_device(1, 3));
  EXPECT_EQ(init.umount("/mnt"), 0);
  Program user = init.fork(2);
  user.become(1000, 1000);
  EXPECT_EQ(user.mount("none", "/mnt", "tmpfs"), error(Error::not_permitted));
  EXPECT_EQ(world.core.tree.cache.pages(), 1u) << "only what lies in /mnt/below";
}

TEST_F(System, Devices) {
  const i64 null = init.open("/dev/null", flags::read_write), zero = init.open("/dev/zero", flags::read_write),
            full = init.open("/dev/full", flags::read_write), random = init.open("/dev/urandom");
  EXPECT_EQ(init.write(null, "gone"), 4);
  EXPECT_EQ(init.read(null, 10), "");
  EXPECT_EQ(init.read(zero, 9000), std::string(9000, '\0'));
  EXPECT_EQ(init.write(full, "x"), error(Error::no_space));
  EXPECT_EQ(init.read(full, 3), std::string(3, '\0'));
  EXPECT_EQ(init.read(random, 1000).size(), 1000u);
  EXPECT_NE(init.read(random, 100), init.read(random, 100));
  EXPECT_EQ(init.seek(null, 5), 0);
  EXPECT_EQ(init.stat("/dev/null").mode, mode::character_device | 0666);
  const u64 path = init.put("/mine");
  EXPECT_EQ(init.call([&](Caller& c) {
    return world.calls.make_node(c, -100, path, mode::character_device | 0600, linux_abi::make_device(1, 5));
  }),
            0);
  EXPECT_EQ(init.read(init.open("/mine"), 4), std::string(4, '\0'));
}

/// A cpio archive as the verifier makes it.
class Archive {
 public:
  void add(std::string name, u32 mode, std::string contents = "", u32 inode = 0, u32 links = 1, u32 device = 0) {
    char header[111];
    std::snprintf(header, sizeof header, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", inode, mode,
                  0u, 0u, links, 5u, contents.size(), 0u, 0u, device >> 8, device & 255, name.size() + 1, 0u);
    text += header;
    text += name;
    pad(1);
    text += contents;
    pad(0);
  }
  std::span<const std::byte> end() {
    add("TRAILER!!!", 0);
    return std::as_bytes(std::span(text));
  }
  std::string text;

 private:
  void pad(int least) {
    do {
      if (least > 0 || text.size() % 4 != 0) text += '\0';
      --least;
    } while (text.size() % 4 != 0);
  }
};

TEST_F(System, TheBootArchiveBecomesTheRoot) {
  Archive archive;
  archive.add(".", mode::directory | 0755);
  archive.add("bin", mode::directory | 0711);
  archive.add("bin/busybox", mode::regular | 0755, std::string(9000, 'b'), 77, 1);
  archive.add("bin/sh", mode::link | 0777, "busybox");
  archive.add("deep/folders/made", mode::regular | 0600, "contents");
  archive.add("one", mode::regular | 0644, "", 5, 2);
  archive.add("two", mode::regular | 0644, "linked", 5, 2);
  archive.add("null", mode::character_device | 0666, "", 0, 1, 1 << 8 | 3);
  const auto bytes = archive.end();
  RamFs root(world.core.tree, 100, bytes);
  const SystemId id = *world.core.tree.add_system(root);
  SingleMount kind("archive", id, *root.start(id, 0755, 0));
  world.systems.add(kind);
  EXPECT_EQ(unpack(world.core.tree, root, bytes), ArchiveError::none);
  ASSERT_EQ(init.mkdir("/a"), 0);
  ASSERT_EQ(init.mount("none", "/a", "archive"), 0);
  const u32 frames = world.core.tree.cache.pages();
  EXPECT_EQ(init.stat("/a/bin").mode, mode::directory | 0711);
  EXPECT_EQ(init.stat("/a/bin/busybox").size, 9000);
  EXPECT_EQ(init.stat("/a/bin/busybox").modify_seconds, 5);
  EXPECT_EQ(world.core.tree.cache.pages(), frames) << "nothing is copied before it is read";
  EXPECT_EQ(init.contents("/a/bin/sh"), std::string(9000, 'b'));
  EXPECT_EQ(init.contents("/a/deep/folders/made"), "contents");
  EXPECT_EQ(init.contents("/a/one"), "linked");
  EXPECT_EQ(init.stat("/a/one").inode, init.stat("/a/two").inode);
  EXPECT_EQ(init.stat("/a/null").special_device, linux_abi::make_device(1, 3));
  EXPECT_GT(world.core.tree.cache.shrink(100), 2u) << "what is in the archive can be read again";
  const i64 f = init.open("/a/bin/busybox", flags::read_write);
  EXPECT_EQ(init.seek(f, 5000), 5000);
  EXPECT_EQ(init.write(f, "NEW"), 3);
  world.core.tree.cache.shrink(100);
  std::string expected(9000, 'b');
  expected.replace(5000, 3, "NEW");
  EXPECT_EQ(init.contents("/a/bin/busybox"), expected) << "what was written is kept";
  EXPECT_EQ(init.ftruncate(f, 100), 0);
  EXPECT_EQ(init.ftruncate(f, 9000), 0);
  EXPECT_EQ(init.contents("/a/bin/busybox"), std::string(100, 'b') + std::string(8900, '\0'));
}

TEST_F(System, DamagedArchivesAreRefused) {
  Archive archive;
  archive.add("file", mode::regular | 0644, "contents");
  const std::string whole = archive.text;
  for (std::size_t length = 0; length < whole.size(); length += 3) {
    RamFs root(world.core.tree, 100);
    const SystemId id = *world.core.tree.add_system(root);
    ASSERT_TRUE(root.start(id, 0755, 0));
    const std::string cut = whole.substr(0, length);
    EXPECT_NE(unpack(world.core.tree, root, std::as_bytes(std::span(cut))), ArchiveError::none);
    root.remove_all();
    world.core.tree.remove_system(id);
  }
}

}  // namespace
}  // namespace file
