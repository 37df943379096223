// SPDX-License-Identifier: BSD-2-Clause
// Processes, rights, mounts, devices, /proc, locks and the boot archive.
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

TEST_F(System, TheFirstProcessHasTheConsole) {
  EXPECT_EQ(init.write(1, "hello\nworld\n"), 12);
  EXPECT_EQ(world.machine.lines, (std::vector<std::string>{"hello", "world"}));
  EXPECT_EQ(init.fstat(0).mode & mode::type_mask, mode::character_device);
  EXPECT_EQ(init.fcntl(3, control::get_descriptor_flags), error(Error::bad_descriptor));
  EXPECT_TRUE(world.processes.first(1)) << "told twice";
}

TEST_F(System, ForkSharesDescriptions) {
  init.make("/f", "abcdef");
  const i64 f = init.open("/f");
  Program child = init.fork(2);
  EXPECT_TRUE(world.processes.fork(1, 2, false, false)) << "told twice";
  EXPECT_EQ(child.read(f, 2), "ab");
  EXPECT_EQ(init.read(f, 2), "cd") << "one offset";
  EXPECT_EQ(child.close(f), 0);
  EXPECT_EQ(init.read(f, 2), "ef");
  EXPECT_EQ(child.chdir("/dev"), 0);
  EXPECT_EQ(init.getcwd(), "/");
  Program sharer = init.fork(3, true, true);
  EXPECT_EQ(sharer.close(f), 0);
  EXPECT_EQ(init.read_raw(f, Program::scratch, 1), error(Error::bad_descriptor)) << "one table";
  EXPECT_EQ(sharer.chdir("/dev"), 0);
  EXPECT_EQ(init.getcwd(), "/dev");
  EXPECT_FALSE(world.processes.fork(77, 78, false, false));
}

TEST_F(System, ExecClosesWhatIsMarked) {
  init.make("/f", "x");
  const i64 kept = init.open("/f"), marked = init.open("/f", flags::close_on_exec);
  EXPECT_EQ(init.fcntl(marked, control::get_descriptor_flags), 1);
  EXPECT_EQ(init.fcntl(kept, control::set_descriptor_flags, 1), 0);
  EXPECT_EQ(init.fcntl(kept, control::set_descriptor_flags, 0), 0);
  Program sharer = init.fork(2, true);
  EXPECT_TRUE(world.processes.exec(2));
  EXPECT_EQ(sharer.fstat(kept).size, 1);
  EXPECT_EQ(sharer.read_raw(marked, Program::scratch, 1), error(Error::bad_descriptor));
  EXPECT_EQ(init.read(marked, 1), "x") << "the other has a table of its own now";
}

TEST_F(System, ExitLeavesNothing) {
  const u32 descriptions = world.core.descriptions.used();
  const u32 frames = world.frames.taken();
  Program child = init.fork(2);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(child.open("/", flags::directory), i + 3);
  i32 ends[2];
  EXPECT_EQ(child.pipe(ends), 0);
  child.write(ends[1], "data");
  world.processes.exit(2);
  EXPECT_EQ(world.core.descriptions.used(), descriptions);
  EXPECT_LE(world.frames.taken(), frames + 8);
  EXPECT_EQ(child.open("/"), error(Error::no_process));
}

TEST_F(System, DescriptorsAreDuplicated) {
  init.make("/f", "abc");
  const i64 f = init.open("/f");
  EXPECT_EQ(init.dup2(f, 10), 10);
  EXPECT_EQ(init.dup2(f, f), f);
  EXPECT_EQ(init.dup2(99, 10), error(Error::bad_descriptor));
  EXPECT_EQ(init.dup2(f, -1), error(Error::bad_descriptor));
  EXPECT_EQ(init.dup2(f, 5000), error(Error::bad_descriptor));
  EXPECT_EQ(init.read(f, 1), "a");
  EXPECT_EQ(init.read(10, 1), "b");
  EXPECT_EQ(init.fcntl(f, control::duplicate, 7), 7);
  EXPECT_EQ(init.fcntl(f, control::duplicate, 7), 8);
  EXPECT_EQ(init.fcntl(f, control::duplicate_close_on_exec, 7), 9);
  EXPECT_EQ(init.fcntl(9, control::get_descriptor_flags), 1);
  EXPECT_EQ(init.fcntl(f, control::duplicate, 2000), error(Error::invalid));
  EXPECT_EQ(init.fcntl(f, 9999), error(Error::invalid));
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.duplicate_to(c, 3, 3, 0, false); }), error(Error::invalid));
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.close_range(c, 7, 9, 0); }), 0);
  EXPECT_EQ(init.fcntl(8, control::get_status_flags), error(Error::bad_descriptor));
  EXPECT_EQ(init.read(10, 1), "c");
  EXPECT_EQ(init.fcntl(10, control::get_status_flags), flags::large_file);
}

TEST_F(System, TheDescriptorLimit) {
  EXPECT_TRUE(world.processes.set_limits(1, 8, ~u64{0}));
  for (i64 i = 3; i < 8; ++i) EXPECT_EQ(init.open("/"), i);
  EXPECT_EQ(init.open("/"), error(Error::too_many_files));
  i32 ends[2];
  EXPECT_EQ(init.pipe(ends), error(Error::too_many_files));
  EXPECT_EQ(init.close(5), 0);
  EXPECT_EQ(init.pipe(ends), error(Error::too_many_files)) << "one is not enough";
  EXPECT_EQ(init.open("/"), 5);
}

TEST_F(System, RightsOfUsers) {
  init.make("/secret", "s", 0600);
  init.make("/group", "g", 0640);
  init.chown("/group", 0, 50);
  init.make("/all", "a", 0644);
  ASSERT_EQ(init.mkdir("/closed", 0700), 0);
  ASSERT_EQ(init.mkdir("/open", 0777), 0);
  init.chmod("/open", 0777);
  Program user = init.fork(2);
  user.become(1000, 1000, {50});
  EXPECT_EQ(user.open("/secret"), error(Error::access));
  EXPECT_EQ(user.contents("/group"), "g");
  EXPECT_EQ(user.open("/group", flags::write_only), error(Error::access));
  EXPECT_EQ(user.open("/all", flags::read_write), error(Error::access));
  EXPECT_EQ(user.open("/all", flags::truncate), error(Error::access));
  EXPECT_EQ(user.open("/closed/x"), error(Error::access));
  EXPECT_EQ(user.chdir("/closed"), error(Error::access));
  EXPECT_EQ(user.open("/new", flags::create), error(Error::access));
  EXPECT_EQ(user.unlink("/all"), error(Error::access));
  EXPECT_EQ(user.mkdir("/d"), error(Error::access));
  user.make("/open/mine", "m");
  EXPECT_EQ(user.stat("/open/mine").user, 1000u);
  EXPECT_EQ(user.chmod("/all", 0777), error(Error::not_permitted));
  EXPECT_EQ(user.chmod("/open/mine", 02777), 0);
  EXPECT_EQ(user.chown("/open/mine", 0, 0), error(Error::not_permitted));
  EXPECT_EQ(user.chown("/open/mine", 1000, 50), 0) << "a group of one's own";
  EXPECT_EQ(user.stat("/open/mine").mode & 07777, 0777u) << "the set-id bits go with the owner";
  EXPECT_EQ(user.chown("/open/mine", 1000, 51), error(Error::not_permitted));
  EXPECT_EQ(user.access("/secret", may_read), error(Error::access));
  EXPECT_EQ(user.access("/secret", 0), 0);
  EXPECT_EQ(user.access("/all", may_read | may_execute), error(Error::access));
  EXPECT_EQ(init.access("/all", may_execute), error(Error::access)) << "not even root executes what nobody may";
  EXPECT_EQ(init.access("/all", may_read | may_write), 0);
  EXPECT_EQ(init.access("/all", 8), error(Error::invalid));
  // The sticky bit: in a shared directory everybody removes his own only.
  init.chmod("/open", 01777);
  init.make("/open/roots", "r", 0666);
  EXPECT_EQ(user.unlink("/open/roots"), error(Error::not_permitted));
  EXPECT_EQ(user.rename("/open/roots", "/open/x"), error(Error::not_permitted));
  EXPECT_EQ(user.unlink("/open/mine"), 0);
  // The group's bits decide for its members, even where the others have more.
  init.chmod("/group", 0604);
  EXPECT_EQ(user.open("/group"), error(Error::access));
}

TEST_F(System, MasksAndGroupDirectories) {
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.set_mask(c, 077); }), 022);
  init.make("/f", "", 0666);
  EXPECT_EQ(init.stat("/f").mode, mode::regular | 0600);
  EXPECT_EQ(init.mkdir("/d", 07777), 0);
  EXPECT_EQ(init.stat("/d").mode, mode::directory | 01700);
  init.chown("/d", 0, 7);
  init.chmod("/d", 02770);
  init.make("/d/f");
  EXPECT_EQ(init.stat("/d/f").group, 7u);
  EXPECT_EQ(init.mkdir("/d/e"), 0);
  EXPECT_EQ(init.stat("/d/e").mode & mode::set_group, mode::set_group);
}

TEST_F(System, WritingTakesSetIdBits) {
  init.make("/f", "x", 0777);
  init.chmod("/f", 06777);
  Program user = init.fork(2);
  user.become(1000, 1000);
  const i64 f = user.open("/f", flags::write_only);
  EXPECT_EQ(user.write(f, "y"), 1);
  EXPECT_EQ(user.stat("/f").mode & 07000, 0u);
}

TEST_F(System, WhatRunsIsNotWritten) {
  init.make("/program", "elf", 0755);
  Process& process = *world.core.find_process(1);
  const NodeId node = *world.core.tree.lookup(world.root.root(), "program");
  EXPECT_TRUE(world.processes.set_image(process, 0, Spot(world.core.mounts, {node, MountId{0}})));
  EXPECT_EQ(init.open("/program", flags::write_only), error(Error::text_busy));
  EXPECT_EQ(init.truncate("/program", 0), error(Error::text_busy));
  EXPECT_TRUE(world.processes.exec(1));
  EXPECT_EQ(init.open("/program", flags::write_only), error(Error::text_busy));
  EXPECT_EQ(init.readlink("/proc/self/exe"), "/program");
  Program child = init.fork(2);
  world.processes.exit(1);
  EXPECT_EQ(child.open("/program", flags::write_only), error(Error::text_busy));
}

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

TEST_F(System, RecordLocks) {
  init.make("/f", std::string(100, 'x'));
  const i64 f = init.open("/f", flags::read_write);
  Program other = init.fork(2);
  const auto lock = [&](Program& program, u32 command, u16 type, i64 start, i64 length) {
    const u64 address = program.put_value(linux_abi::Lock{type, 0, 0, start, length, 0, 0});
    const i64 result = program.fcntl(f, command, address);
    return std::pair{result, program.get<linux_abi::Lock>(address)};
  };
  constexpr u16 read = linux_abi::lock_read, write = linux_abi::lock_write, none = linux_abi::lock_none;
  EXPECT_EQ(lock(init, control::set_lock, write, 10, 10).first, 0);
  EXPECT_EQ(lock(other, control::set_lock, read, 15, 1).first, error(Error::again));
  EXPECT_EQ(lock(other, control::set_lock, write, 20, 5).first, 0);
  const auto [result, found] = lock(other, control::get_lock, read, 0, 0);
  EXPECT_EQ(result, 0);
  EXPECT_EQ(found.type, write);
  EXPECT_EQ(found.start, 10);
  EXPECT_EQ(found.length, 10);
  EXPECT_EQ(found.process, 1);
  EXPECT_EQ(lock(init, control::set_lock, none, 12, 2).first, 0) << "a hole in the middle";
  EXPECT_EQ(lock(other, control::set_lock, write, 12, 2).first, 0);
  EXPECT_EQ(lock(other, control::set_lock, write, 14, 1).first, error(Error::again));
  EXPECT_EQ(lock(other, control::set_lock_wait, write, 10, 2).first, parked);
  EXPECT_EQ(lock(init, control::set_lock, none, 0, 0).first, 0);
  EXPECT_EQ(other.resume(), 0);
  EXPECT_EQ(lock(init, control::set_lock, read, 10, 1).first, error(Error::again));
  const i64 second = other.open("/f");
  EXPECT_EQ(other.close(second), 0);
  EXPECT_EQ(lock(init, control::set_lock, read, 10, 1).first, 0) << "closing any descriptor ends them all";
  EXPECT_EQ(lock(other, control::set_lock, read, 10, 1).first, 0);
  EXPECT_EQ(lock(other, control::set_lock, write, 10, 1).first, error(Error::again));
  world.processes.exit(2);
  EXPECT_EQ(lock(init, control::set_lock, write, 0, 0).first, 0);
  EXPECT_EQ(lock(init, control::set_lock, 7, 0, 0).first, error(Error::invalid));
}

TEST_F(System, FileLocks) {
  init.make("/f", "x");
  const i64 f = init.open("/f");
  Program other = init.fork(2);
  const i64 g = other.open("/f");
  const auto flock = [&](Program& program, i64 descriptor, u32 operation) {
    return program.call(
        [=, this](Caller& c) { return world.calls.lock_file(c, static_cast<i32>(descriptor), operation); });
  };
  EXPECT_EQ(flock(init, f, 2), 0);
  EXPECT_EQ(flock(other, f, 2 | 4), 0) << "the same description";
  EXPECT_EQ(flock(other, g, 2 | 4), error(Error::again));
  EXPECT_EQ(flock(other, g, 1), parked);
  EXPECT_EQ(flock(init, f, 8), 0);
  EXPECT_EQ(other.resume(), 0);
  EXPECT_EQ(flock(init, f, 2 | 4), error(Error::again));
  EXPECT_EQ(other.close(g), 0);
  EXPECT_EQ(flock(init, f, 2 | 4), 0);
  EXPECT_EQ(flock(init, f, 3), error(Error::invalid));
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
