// SPDX-License-Identifier: BSD-2-Clause
// Threads of the file server that meet in the names of a disk: what the second does comes after the ext4 server has
// answered the first and before that is read, or before the ext4 server is asked.
#include "servers/file/tests/disk_fixture.hpp"

namespace file {
namespace {

class DiskNamesOfTwo : public Disk, public testing::WithParamInterface<bool> {
 protected:
  /// While `Message` of the first is on its way, the second does what must wait, and does it afterwards.
  template <class Message>
  void meet(std::function<i64()> first, std::function<i64()> second) {
    const auto waits = [&] { EXPECT_EQ(second(), parked); };
    GetParam() ? d.after<Message>(true, waits) : d.during<Message>(true, waits);
    EXPECT_EQ(first(), 0);
    EXPECT_EQ(other.resume(), 0);
  }
  u64 parent_of(const std::string& path) { return p.stat(path + "/..").inode; }
  Program other = p.fork(2);
};
INSTANTIATE_TEST_SUITE_P(BeforeAndAfter, DiskNamesOfTwo, testing::Bool());

TEST_P(DiskNamesOfTwo, ARemovedNameIsTakenByAnotherFile) {
  p.make("/disk/f", "old");
  p.make("/disk/x", "new");
  meet<contract::ext4::Unlink>([&] { return p.unlink("/disk/f"); }, [&] { return other.rename("/disk/x", "/disk/f"); });
  EXPECT_EQ(p.contents("/disk/f"), "new");
}

TEST_P(DiskNamesOfTwo, ANewNameIsRenamed) {
  meet<contract::ext4::Create>([&] { return p.mkdir("/disk/f"); }, [&] { return other.rename("/disk/f", "/disk/g"); });
  EXPECT_EQ(p.contents("/disk/f"), "error 2");
  EXPECT_EQ(parent_of("/disk/g"), p.stat("/disk").inode);
  EXPECT_EQ(p.mkdir("/disk/f"), 0);
}

TEST_P(DiskNamesOfTwo, ANewFileIsRenamed) {
  meet<contract::ext4::Create>([&] { return p.make("/disk/f", "text"), 0; },
                               [&] { return other.rename("/disk/f", "/disk/g"); });
  EXPECT_EQ(p.contents("/disk/f"), "error 2");
  EXPECT_EQ(p.contents("/disk/g"), "text");
}

TEST_P(DiskNamesOfTwo, ALinkedNameStandsForAnother) {
  p.make("/disk/f", "old");
  p.make("/disk/x", "new");
  meet<contract::ext4::Link>([&] { return p.link("/disk/f", "/disk/g"); },
                             [&] { return other.rename("/disk/x", "/disk/g"); });
  EXPECT_EQ(p.contents("/disk/g"), "new");
  EXPECT_EQ(p.contents("/disk/f"), "old");
  EXPECT_EQ(p.stat("/disk/f").links, 1u);
}

TEST_P(DiskNamesOfTwo, ASymbolicLinkIsTakenAway) {
  meet<contract::ext4::Symlink>([&] { return p.symlink("target", "/disk/s"); },
                                [&] { return other.unlink("/disk/s"); });
  EXPECT_EQ(p.readlink("/disk/s"), "error 2");
}

TEST_P(DiskNamesOfTwo, ARenamedNameIsTakenByAnotherFile) {
  p.make("/disk/a", "first");
  p.make("/disk/b", "second");
  p.make("/disk/c", "third");
  meet<contract::ext4::Rename>([&] { return p.rename("/disk/a", "/disk/b"); },
                               [&] { return other.rename("/disk/c", "/disk/a"); });
  EXPECT_EQ(p.contents("/disk/a"), "third");
  EXPECT_EQ(p.contents("/disk/b"), "first");
}

TEST_P(DiskNamesOfTwo, TwoRenamesBetweenTwoDirectories) {
  EXPECT_EQ(p.mkdir("/disk/top"), 0);
  EXPECT_EQ(p.mkdir("/disk/top/d"), 0);
  EXPECT_EQ(p.mkdir("/disk/e"), 0);
  meet<contract::ext4::Rename>([&] { return p.rename("/disk/top/d", "/disk/d"); },
                               [&] { return other.rename("/disk/d", "/disk/top/f"); });
  EXPECT_EQ(parent_of("/disk/top/f"), p.stat("/disk/top").inode);
  EXPECT_EQ(p.stat("/disk/top").links, 3u);
  EXPECT_EQ(p.rename("/disk/top", "/disk/top/f/top"), error(Error::invalid));
  EXPECT_EQ(p.rmdir("/disk/top/f"), 0);
}

TEST_P(DiskNamesOfTwo, NothingGetsANameInADirectoryThatGoes) {
  for (const char* name : {"/disk/d", "/disk/e", "/disk/f"}) EXPECT_EQ(p.mkdir(name), 0);
  const auto waits = [&] { EXPECT_EQ(other.mkdir("/disk/d/x"), parked); };
  GetParam() ? d.after<contract::ext4::Unlink>(true, waits) : d.during<contract::ext4::Unlink>(true, waits);
  EXPECT_EQ(p.rmdir("/disk/d"), 0);
  EXPECT_EQ(other.resume(), error(Error::no_entry));
  meet<contract::ext4::Rename>([&] { return p.rename("/disk/e", "/disk/f"); },
                               [&] { return other.mkdir("/disk/f/x"); });
  EXPECT_EQ(p.rmdir("/disk/f"), error(Error::not_empty));
}

TEST_P(DiskNamesOfTwo, WhoOnlyLooksGoesOn) {
  p.make("/disk/f", "text");
  p.make("/disk/g", "more");
  const auto looks = [&] {
    EXPECT_EQ(other.contents("/disk/g"), "more");
    EXPECT_EQ(other.stat("/disk").links, 3u);
    EXPECT_EQ(other.mkdir("/elsewhere"), 0);
  };
  GetParam() ? d.after<contract::ext4::Unlink>(true, looks) : d.during<contract::ext4::Unlink>(true, looks);
  EXPECT_EQ(p.unlink("/disk/f"), 0);
}

class DiskNodesOfTwo : public Disk {
 protected:
  /// What is known to be absent is forgotten for what was wanted later.
  void forget_absent() {
    for (int i = 0; i < 1100; ++i) EXPECT_EQ(other.open("/disk/nothing" + std::to_string(i)), error(Error::no_entry));
  }
  Program other = p.fork(2);
};

TEST_F(DiskNodesOfTwo, ANewFileIsWrittenByTheOtherFirst) {
  for (const bool forgotten : {false, true}) {
    const std::string name = forgotten ? "/disk/g" : "/disk/f";
    d.after<contract::ext4::Create>(true, [&] {
      forget_absent();
      other.make(name, "written");
      if (forgotten) d.forget();
    });
    const i64 f = p.open(name, flags::create | flags::read_write);
    EXPECT_EQ(p.read(f, 100), "written");
    d.forget();
    EXPECT_EQ(p.contents(name), "written");
  }
}

TEST_F(DiskNodesOfTwo, AFileIsWrittenAndForgottenWhileItIsLookedUp) {
  p.make("/disk/f", "old");
  d.forget();
  d.after<contract::ext4::Lookup>(true, [&] {
    const i64 f = other.open("/disk/f", flags::write_only | flags::append);
    EXPECT_EQ(other.write(f, " and new"), 8);
    other.close(f);
    d.forget();
  });
  EXPECT_EQ(p.contents("/disk/f"), "old and new");
}

TEST_F(DiskNodesOfTwo, AFileIsRemovedWhileItIsLookedUp) {
  p.make("/disk/f", "old");
  d.forget();
  d.after<contract::ext4::Lookup>(true, [&] {
    EXPECT_EQ(other.unlink("/disk/f"), 0);
    d.world.core.tree.bury();
  });
  EXPECT_EQ(p.contents("/disk/f"), "error 2");
}

TEST_F(DiskNodesOfTwo, NothingIsFoundInADirectoryThatIsGone) {
  EXPECT_EQ(p.mkdir("/disk/d"), 0);
  const i64 d1 = p.open("/disk/d", flags::directory);
  EXPECT_EQ(p.rmdir("/disk/d"), 0);
  const u64 name = p.put("x");
  const auto in_it = [&](auto what) { return p.call([&](Caller& c) { return what(c, static_cast<i32>(d1)); }); };
  EXPECT_EQ(in_it([&](Caller& c, i32 f) { return d.world.calls.make_directory(c, f, name, 0755); }),
            error(Error::no_entry));
  EXPECT_EQ(in_it([&](Caller& c, i32 f) { return d.world.calls.remove(c, f, name, 0); }), error(Error::no_entry));
  EXPECT_EQ(in_it([&](Caller& c, i32 f) { return d.world.calls.open(c, f, name, flags::create, 0644); }),
            error(Error::no_entry));
  p.close(d1);
}

TEST_F(DiskNodesOfTwo, TheLastOfTwoNamesIsGoneBeforeTheFirst) {
  EXPECT_EQ(p.mkdir("/disk/d"), 0);
  d.forget();
  const u64 before = d.free_blocks();
  p.make("/disk/f", noise(30 * page));
  EXPECT_EQ(p.link("/disk/f", "/disk/d/g"), 0);
  d.after<contract::ext4::Unlink>(true, [&] { EXPECT_EQ(other.unlink("/disk/d/g"), 0); });
  EXPECT_EQ(p.unlink("/disk/f"), 0);
  EXPECT_EQ(d.free_blocks(), before) << "what has no name is freed";
}

TEST_F(DiskNodesOfTwo, NamesAreCountedInWhateverOrderTheAnswersAreRead) {
  EXPECT_EQ(p.mkdir("/disk/d"), 0);
  p.make("/disk/f", "text");
  d.forget();
  EXPECT_EQ(p.stat("/disk/f").links, 1u);
  d.after<contract::ext4::Link>(true, [&] { EXPECT_EQ(other.unlink("/disk/f"), 0); });
  EXPECT_EQ(p.link("/disk/f", "/disk/d/g"), 0);
  EXPECT_EQ(p.stat("/disk/d/g").links, 1u);
}

TEST_F(Disk, AProcessThatEndsInACallIsThereUntilTheHandlerIsDone) {
  Program other = p.fork(2);
  d.during<contract::ext4::Create>(true, [&] {
    d.world.processes.exit(2);
    EXPECT_EQ(d.world.core.find_process(2), nullptr);
    EXPECT_FALSE(d.world.processes.fork(1, 2 + max_processes, false, false)) << "its place is not free yet";
  });
  EXPECT_GE(other.call([&](Caller& c) {
    return d.world.calls.open(c, flags::at_working_directory, other.put("/disk/f"), flags::create, 0644);
  }),
            0);
  EXPECT_EQ(d.world.core.processes.find(2)->pid, 0u);
  EXPECT_TRUE(d.world.processes.fork(1, 2 + max_processes, false, false));
  EXPECT_EQ(p.unlink("/disk/f"), 0);
}

}  // namespace
}  // namespace file
