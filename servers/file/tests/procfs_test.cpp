// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/tests/world.hpp"

namespace file {
namespace {

/// A folder `service` with a file that can be read and one that takes commands.
class FakeInformation final : public Information {
 public:
  Result<InformationNode> lookup(u32 folder, std::string_view name) override {
    if (away) return fail(Error::io);
    for (const Entry& each : entries)
      if (each.folder == folder && each.name == name) return each.node;
    return fail(Error::no_entry);
  }
  Result<> list(u32 folder, u32 position, InformationListing& listing) override {
    u32 at = 0;
    for (const Entry& each : entries)
      if (each.folder == folder && at++ >= position && !listing.add(each.name, each.node, at)) break;
    return {};
  }
  Result<u32> read(u32 node, u64 offset, std::span<std::byte> to) override {
    if (away) return fail(Error::io);
    if (node != 17) return fail(Error::is_directory);
    const u32 count = static_cast<u32>(offset < text.size() ? std::min<u64>(text.size() - offset, to.size()) : 0);
    std::memcpy(to.data(), text.data() + offset, count);
    if (after_read) after_read();
    return count;
  }
  void know(i64 clock_offset, u32 cached, u32 reclaimable) override {
    told_offset = clock_offset;
    told_pages = {cached, reclaimable};
  }
  Result<u32> write(u32 node, std::span<const std::byte> from) override {
    if (node != 18) return fail(Error::access);
    commands.emplace_back(reinterpret_cast<const char*>(from.data()), from.size());
    if (commands.back() == "nonsense") return fail(Error::invalid);
    return static_cast<u32>(from.size());
  }

  struct Entry {
    u32 folder;
    std::string_view name;
    InformationNode node;
  };
  std::vector<Entry> entries{{0, "service", {1, true, 0555}},
                             {0, "version", {17, false, 0444}},
                             {1, "list", {17, false, 0444}},
                             {1, "control", {18, false, 0600}}};
  std::string text = std::string(5000, 'i') + "end";
  std::vector<std::string> commands;
  std::function<void()> after_read;
  bool away = false;
  i64 told_offset = 0;
  std::pair<u32, u32> told_pages;
};

class Proc : public ::testing::Test {
 protected:
  Proc() { world.proc.set_information(information); }
  FakeInformation information;
  World world;
  Program init{world, 1};
};

TEST_F(Proc, SelfIsWhoAsks) {
  EXPECT_EQ(init.readlink("/proc/self"), "1");
  Program child = init.fork(2);
  EXPECT_EQ(child.readlink("/proc/self"), "2");
  EXPECT_TRUE(child.contents("/proc/self/stat").starts_with("2 ("));
  EXPECT_TRUE(init.contents("/proc/self/stat").starts_with("1 ("));
}

TEST_F(Proc, Mounts) {
  EXPECT_EQ(init.contents("/proc/mounts"),
            "rootfs / rootfs rw,relatime 0 0\ndevtmpfs /dev devtmpfs rw,relatime 0 0\n"
            "proc /proc proc rw,relatime 0 0\n");
  EXPECT_EQ(init.contents("/proc/1/mounts"), init.contents("/proc/self/mounts"));
  ASSERT_EQ(init.mkdir("/a b"), 0);
  EXPECT_EQ(init.mount("none", "/a b", "tmpfs", mount_flags::read_only | mount_flags::no_device), 0);
  EXPECT_NE(init.contents("/proc/mounts").find("none /a\\040b tmpfs ro,nodev,relatime 0 0\n"), std::string::npos);
  EXPECT_EQ(init.contents("/proc/filesystems"), "nodev\trootfs\nnodev\tdevtmpfs\nnodev\tproc\nnodev\ttmpfs\n");
}

TEST_F(Proc, ManyMountsAreAllShown) {
  for (int i = 0; i < 8; ++i) {
    const std::string where = "/" + std::string(200, static_cast<char>('a' + i));
    ASSERT_EQ(init.mkdir(where), 0);
    ASSERT_EQ(init.mount("none", where, "tmpfs"), 0);
    for (int deep = 0; deep < 1; ++deep) {
      std::string inner = where;
      for (int level = 0; level < 2; ++level) ASSERT_EQ(init.mkdir(inner += "/" + std::string(240, 'x')), 0);
      ASSERT_EQ(init.mount("/dev", inner, "", mount_flags::bind), 0);
    }
  }
  const std::string mounts = init.contents("/proc/mounts");
  EXPECT_GT(mounts.size(), 4096u) << "longer than any one buffer";
  EXPECT_EQ(std::ranges::count(mounts, '\n'), 3 + 16);
}

TEST_F(Proc, LinksLeadToPlaces) {
  ASSERT_EQ(init.chdir("/dev"), 0);
  EXPECT_EQ(init.readlink("/proc/self/cwd"), "/dev");
  EXPECT_EQ(init.readlink("/proc/1/root"), "/");
  EXPECT_EQ(init.stat("/proc/self/cwd/null").special_device, linux_abi::make_device(1, 3));
  EXPECT_EQ(init.readlink("/proc/self/exe"), "error 2") << "nothing was executed yet";
}

TEST_F(Proc, OpenFiles) {
  init.make("/file", "through proc");
  const i64 f = init.open("/file");
  ASSERT_EQ(f, 3);
  EXPECT_EQ(init.readlink("/proc/self/fd/3"), "/file");
  EXPECT_EQ(init.contents("/proc/self/fd/3"), "through proc");
  EXPECT_EQ(init.contents("/dev/fd/3"), "through proc");
  EXPECT_EQ(init.readlink("/proc/self/fd/9"), "error 2");
  EXPECT_EQ(init.readlink("/proc/self/fd/03"), "error 2");
  EXPECT_EQ(init.readlink("/proc/self/fd/4294967299"), "error 2");
  const i64 again = init.open("/dev/fd/3", flags::write_only | flags::create | flags::truncate);
  EXPECT_EQ(init.write(again, "anew"), 4);
  EXPECT_EQ(init.contents("/file"), "anew");
  EXPECT_EQ(init.open("/dev/fd/3", flags::create | flags::exclusive), error(Error::exists));
  EXPECT_EQ(init.open("/dev/fd/3/", flags::write_only | flags::create), error(Error::is_directory));
  EXPECT_EQ(init.unlink("/file"), 0);
  EXPECT_EQ(init.readlink("/proc/self/fd/3"), "/ (deleted)");
  EXPECT_EQ(init.contents("/proc/self/fd/3"), "anew");
}

TEST_F(Proc, WhatThreadsDo) {
  Program child = init.fork(2);
  const auto fields = [&] { return init.contents("/proc/2/stat"); };
  world.machine.uses[2] = {.threads = 3, .user_ms = 1239, .system_ms = 20};
  EXPECT_TRUE(fields().starts_with("2 () S 1 1 1 ")) << fields();
  EXPECT_NE(fields().find(" 123 2 0 0 20 0 3 0 "), std::string::npos) << fields();
  world.machine.uses[2].stopped = true;
  EXPECT_TRUE(fields().starts_with("2 () T ")) << fields();
  EXPECT_NE(init.contents("/proc/2/status").find("State:\tT (stopped)\n"), std::string::npos);
  world.machine.uses[2].runs = true;
  EXPECT_TRUE(fields().starts_with("2 () R ")) << fields();
  EXPECT_TRUE(world.processes.set_name(2, "other"));
  EXPECT_EQ(init.contents("/proc/2/comm"), "other\n");
  EXPECT_EQ(init.contents("/proc/1/comm"), "\n") << "its parent keeps its own";
  EXPECT_FALSE(world.processes.set_name(3, "nobody"));
}

TEST_F(Proc, MemoryIsAskedForWhatAProcessUses) {
  Program child = init.fork(2);
  world.processes.set_command(2, "child", {});
  world.machine.memory[2] = {.pages = 100, .resident = 7, .minor_faults = 12, .major_faults = 3};
  const std::string stat = init.contents("/proc/2/stat");
  EXPECT_TRUE(stat.starts_with("2 (child) S 1 1 1 0 -1 0 12 0 3 0 ")) << stat;
  EXPECT_NE(stat.find(" 409600 7 18446744073709551615 "), std::string::npos) << stat;
  EXPECT_EQ(init.contents("/proc/2/statm"), "100 7 0 0 0 0 0\n");
  EXPECT_NE(init.contents("/proc/2/status").find("\nVmSize:\t400 kB\nVmRSS:\t28 kB\n"), std::string::npos);
  world.machine.memory[2].resident = 8;
  EXPECT_EQ(child.contents("/proc/self/statm"), "100 8 0 0 0 0 0\n") << "it is asked each time";
}

TEST_F(Proc, WhoReadsDoesNotWaitForEverForMemory) {
  init.fork(2);
  world.machine.memory_answers = false;
  const i64 f = init.open("/proc/2/statm");
  EXPECT_EQ(init.read_raw(f, Program::scratch, 100), parked);
  EXPECT_TRUE(world.machine.use_wanted);
  world.machine.now = world.core.waits.next_deadline();
  world.core.waits.expire(world.machine.now);
  EXPECT_GT(init.resume(), 0);
}

TEST_F(Proc, WhoReadsOfAProcessThatEndsMeanwhileIsToldOfIt) {
  init.fork(2);
  world.machine.memory_answers = false;
  const i64 f = init.open("/proc/2/statm");
  EXPECT_EQ(init.read_raw(f, Program::scratch, 100), parked);
  world.processes.exit(2);
  EXPECT_EQ(init.resume(), error(Error::no_process));
}

TEST_F(Proc, ZombiesAreShown) {
  Program child = init.fork(2);
  child.become(1000, 100);
  world.processes.set_command(2, "child", "child of init");
  world.machine.memory[2] = {.pages = 100, .resident = 7};
  world.processes.exit(2);
  EXPECT_EQ(init.open("/proc/2"), error(Error::no_entry)) << "nobody knows yet whether it stays";
  world.processes.linger(2, true);
  EXPECT_TRUE(init.contents("/proc/2/stat").starts_with("2 (child) Z 1 1 1 0 -1 0 0 0 0 0 "));
  EXPECT_NE(init.contents("/proc/2/stat").find(" 0 0 18446744073709551615 "), std::string::npos);
  const std::string status = init.contents("/proc/2/status");
  EXPECT_TRUE(status.starts_with("Name:\tchild\nState:\tZ (zombie)\nTgid:\t2\nPid:\t2\nPPid:\t1\n")) << status;
  EXPECT_NE(status.find("\nUid:\t1000\t1000\t1000\t1000\nGid:\t100\t100\t100\t100\nThreads:\t1\n"), std::string::npos);
  EXPECT_EQ(init.contents("/proc/2/cmdline"), "");
  EXPECT_EQ(init.contents("/proc/2/comm"), "child\n");
  EXPECT_EQ(init.contents("/proc/2/statm"), "0 0 0 0 0 0 0\n");
  EXPECT_EQ(init.stat("/proc/2").user, 1000u);
  EXPECT_EQ(init.open("/proc/2/fd"), error(Error::no_entry));
  EXPECT_EQ(init.readlink("/proc/2/exe"), "error 2");
  EXPECT_EQ(init.list("/proc/2"), (std::vector<std::string>{".", "..", "comm", "cmdline", "stat", "status", "statm"}));
  EXPECT_TRUE(std::ranges::contains(init.list("/proc"), "2"));
  world.processes.linger(2, false);
  EXPECT_EQ(init.open("/proc/2"), error(Error::no_entry));
  EXPECT_FALSE(std::ranges::contains(init.list("/proc"), "2"));
  world.processes.linger(2, false);  // told again
}

TEST_F(Proc, AZombieIsNotTheProcessThatCameAfterIt) {
  Program child = init.fork(2), grandchild = child.fork(3);
  world.processes.exit(3);
  world.processes.linger(3, true);
  world.processes.exit(2);
  EXPECT_TRUE(init.contents("/proc/3/stat").starts_with("3 () Z 1 ")) << "it is an orphan";
  init.fork(3 + max_processes);
  EXPECT_EQ(init.open("/proc/3"), error(Error::no_entry));
  world.processes.linger(3, true);  // older than that
  EXPECT_EQ(init.open("/proc/3"), error(Error::no_entry));
  EXPECT_TRUE(init.contents("/proc/" + std::to_string(3 + max_processes) + "/stat").find(") S 1 ") !=
              std::string::npos);
}

TEST_F(Proc, TellsTheInformationServerWhatOnlyItKnows) {
  init.make("/file", std::string(5 * 4096, 'x'));
  EXPECT_FALSE(init.contents("/proc/version").empty());
  EXPECT_EQ(information.told_offset / 1'000'000, world.machine.start / 1'000'000);
  EXPECT_EQ(information.told_pages.first, world.core.tree.cache.pages());
  EXPECT_GE(information.told_pages.first, 5u);
  EXPECT_EQ(information.told_pages.second, world.core.tree.cache.reclaimable());
}

TEST_F(Proc, OpenPipes) {
  i32 ends[2];
  ASSERT_EQ(init.pipe(ends), 0);
  EXPECT_EQ(init.readlink("/proc/self/fd/" + std::to_string(ends[0])), "pipe:[1]");
  EXPECT_EQ(init.dup2(ends[0], 0), 0);
  EXPECT_EQ(init.dup2(ends[1], 1), 1);
  const i64 out = init.open("/dev/stdout", flags::write_only | flags::create | flags::truncate);
  EXPECT_EQ(init.write(out, "piped"), 5);
  EXPECT_EQ(init.read(init.open("/dev/stdin"), 10), "piped");
  EXPECT_EQ(init.stat("/dev/stdin").mode, mode::fifo | 0600);
  EXPECT_EQ(init.stat("/dev/stdin").inode, init.fstat(0).inode);
  EXPECT_EQ(init.stat("/dev/stdin", flags::at_no_follow).mode & mode::type_mask, mode::link);
  EXPECT_EQ(init.access("/dev/stdin", may_read), 0);
  EXPECT_EQ(init.chdir("/dev/stdin"), error(Error::access));
  EXPECT_EQ(init.open("/dev/stdin", flags::directory), error(Error::not_directory));
  EXPECT_EQ(init.stat_result("/dev/stdin/x"), error(Error::not_directory));
  EXPECT_EQ(init.truncate("/dev/stdin", 0), error(Error::access));
  // An end whose other is closed is opened all the same, as it is no named pipe.
  for (const i64 end : {i64{ends[1]}, i64{1}, out}) EXPECT_EQ(init.close(end), 0);
  EXPECT_EQ(init.read(init.open("/dev/stdin"), 10), "");
}

TEST_F(Proc, Listings) {
  const i64 f = init.open("/dev/null");
  EXPECT_EQ(f, 3);
  Program child = init.fork(2);
  const std::vector<std::string> root = {".", "..", "self", "mounts", "filesystems", "1", "2", "service", "version"};
  EXPECT_EQ(init.list("/proc"), root);
  EXPECT_EQ(init.list("/proc", 64), root) << "in pieces";
  EXPECT_EQ(init.list("/proc/service"), (std::vector<std::string>{".", "..", "list", "control"}));
  EXPECT_EQ(init.list("/proc/2/fd"), (std::vector<std::string>{".", "..", "0", "1", "2", "3"}));
  EXPECT_EQ(init.list("/proc/2/fd", 32), (std::vector<std::string>{".", "..", "0", "1", "2", "3"}));
  for (const std::string& name : init.list("/proc/2"))
    EXPECT_NE(init.stat("/proc/2/" + name, flags::at_no_follow).inode, 0u) << name;
}

TEST_F(Proc, WhatAProcessRuns) {
  init.make("/program", "elf", 0755);
  const NodeId node = *world.core.tree.lookup(world.root.root(), "program");
  EXPECT_TRUE(world.processes.set_image(*world.core.find_process(1), 0, Spot(world.core.mounts, {node, MountId{0}})));
  world.processes.set_command(1, "program", {"program\0-x\0", 11});
  EXPECT_TRUE(world.processes.exec(1));
  Program child = init.fork(2);
  EXPECT_TRUE(world.processes.set_session(2, 2, 1));
  EXPECT_EQ(child.readlink("/proc/self/exe"), "/program");
  EXPECT_EQ(child.contents("/proc/self/exe"), "elf");
  EXPECT_EQ(init.contents("/proc/2/comm"), "program\n");
  EXPECT_EQ(init.contents("/proc/2/cmdline"), std::string("program\0-x\0", 11));
  EXPECT_TRUE(init.contents("/proc/2/stat").starts_with("2 (program) S 1 2 1 0 -1 "));
  EXPECT_TRUE(child.contents("/proc/2/stat").starts_with("2 (program) R 1 2 1 0 -1 "));
  const std::string stat = init.contents("/proc/2/stat");
  EXPECT_EQ(std::ranges::count(stat, ' '), 51) << "fifty-two fields: proc(5)";
  EXPECT_TRUE(stat.ends_with(" 0\n"));
  child.become(1000, 100, {7, 8});
  const std::string status = init.contents("/proc/2/status");
  EXPECT_NE(status.find("Name:\tprogram\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t2\nPid:\t2\nPPid:\t1\n"),
            std::string::npos);
  EXPECT_NE(status.find("\nUid:\t1000\t1000\t0\t1000\nGid:\t100\t100\t0\t100\n"), std::string::npos);
  EXPECT_NE(status.find("\nGroups:\t7 8 \n"), std::string::npos);
  Program grandchild = child.fork(3);
  world.processes.exit(2);
  EXPECT_EQ(init.stat_result("/proc/2"), error(Error::no_entry));
  EXPECT_TRUE(init.contents("/proc/3/stat").starts_with("3 (program) S 1 ")) << "an orphan is the first process's";
}

TEST_F(Proc, OthersAreNotTold) {
  const i64 f = init.open("/dev/null");
  EXPECT_EQ(f, 3);
  Program user = init.fork(2), other = init.fork(3);
  user.become(1000, 1000);
  other.become(1000, 1000);
  EXPECT_EQ(user.open("/proc/1/fd/3"), error(Error::access));
  EXPECT_EQ(user.readlink("/proc/1/cwd"), "error 13");
  EXPECT_EQ(user.chdir("/proc/1/cwd"), error(Error::access));
  EXPECT_EQ(user.readlink("/proc/3/cwd"), "/") << "its own user's";
  EXPECT_EQ(init.readlink("/proc/3/cwd"), "/");
  EXPECT_EQ(user.contents("/proc/1/cmdline"), "");
  EXPECT_EQ(user.open("/proc/service/control", flags::write_only), error(Error::access));
}

TEST_F(Proc, WhatTheInformationServerHas) {
  EXPECT_EQ(init.contents("/proc/version"), information.text);
  const i64 f = init.open("/proc/service/list");
  EXPECT_EQ(init.seek(f, 4999), 4999);
  EXPECT_EQ(init.read(f, 100), "iend");
  EXPECT_EQ(init.read(f, 100), "");
  EXPECT_EQ(init.stat("/proc/service/list").mode, mode::regular | 0444);
  EXPECT_EQ(init.stat("/proc/service").mode, mode::directory | 0555);
  EXPECT_EQ(init.open("/proc/service/nothing"), error(Error::no_entry));
  EXPECT_EQ(init.open("/proc/version/x"), error(Error::not_directory));
  information.away = true;
  EXPECT_EQ(init.read(f, 0), "");
  EXPECT_EQ(init.seek(f, 0), 0);
  EXPECT_EQ(init.read(f, 10), "error 5");
  EXPECT_EQ(init.open("/proc/version"), error(Error::io));
  EXPECT_EQ(init.readlink("/proc/self"), "1") << "what is known here needs nobody";
}

TEST_F(Proc, AFileThatGrewEndsWhereItsReaderMetTheEnd) {
  information.text = "served 99\n";
  const i64 f = init.open("/proc/version");
  EXPECT_EQ(init.read(f, 100), "served 99\n");
  information.text = "served 100\n";
  EXPECT_EQ(init.read(f, 100), "") << "and not the line's end once more";
  EXPECT_EQ(init.read(f, 100), "\n") << "who asks again has what there is";
  EXPECT_EQ(init.seek(f, 0), 0);
  EXPECT_EQ(init.read(f, 7), "served ");
  EXPECT_EQ(init.read(f, 100), "100\n");
}

TEST_F(Proc, NoTextIsOfTwoTimes) {
  information.text = std::string(6000, 'a');
  information.after_read = [this] { information.text = std::string(6000, 'b'); };
  const i64 f = init.open("/proc/version");
  world.kernel.absent = {{init.thread(), Program::scratch / abi::page_size},
                         {init.thread(), Program::scratch / abi::page_size + 1}};
  EXPECT_EQ(init.read(f, 8000), std::string(6000, 'a')) << "pages that had to come are no reason";
  EXPECT_EQ(init.faults(), 2u);
}

TEST_F(Proc, CommandsAreWholeWrites) {
  const i64 f = init.open("/proc/service/control", flags::write_only | flags::truncate);
  EXPECT_EQ(init.write(f, "restart x\n"), 10);
  EXPECT_EQ(init.write(f, "stop y"), 6);
  EXPECT_EQ(init.write(f, "nonsense"), error(Error::invalid));
  EXPECT_EQ(init.write(f, std::string(3000, 'x')), error(Error::invalid));
  EXPECT_EQ(information.commands, (std::vector<std::string>{"restart x\n", "stop y", "nonsense"}));
  const i64 g = init.open("/proc/mounts", flags::write_only);
  EXPECT_EQ(init.write(g, "x"), error(Error::access));
}

TEST_F(Proc, NothingIsMadeOrKept) {
  EXPECT_EQ(init.open("/proc/new", flags::create), error(Error::no_entry));
  EXPECT_EQ(init.mkdir("/proc/new"), error(Error::no_entry));
  EXPECT_EQ(init.unlink("/proc/mounts"), error(Error::not_permitted));
  EXPECT_EQ(init.rename("/proc/version", "/proc/other"), error(Error::not_permitted));
  const u32 nodes = world.core.tree.nodes.used();
  for (int i = 0; i < 20; ++i) {
    init.contents("/proc/self/mounts");
    init.contents("/proc/service/list");
    init.stat_result("/proc/service/nothing");
    init.list("/proc/1");
  }
  EXPECT_EQ(world.core.tree.nodes.used(), nodes);
}

}  // namespace
}  // namespace file
