// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "servers/file/calls/calls.hpp"
#include "servers/file/open/synthetic_behaviour.hpp"
#include "servers/file/systems/procfs.hpp"

namespace file {

/// Frames without a kernel: numbers into one region of the host's memory, with a quota.
class FakeFrames final : public Frames {
 public:
  static constexpr u32 count = 32768;
  explicit FakeFrames(u32 quota = count) : Frames(reserve()), quota_(quota) { used_.resize(count); }
  ~FakeFrames() { munmap(address(Frame{0}), u64{count} * abi::page_size); }

  Result<Frame> take() override {
    if (taken_ >= quota_) return fail(Error::no_memory);
    for (u32 i = 0; i < count; ++i) {
      next_ = (next_ + 1) % count;
      if (used_[next_] == 0) return hand_out(next_);
    }
    return fail(Error::no_memory);
  }
  Result<Frame> take_run() override {
    if (taken_ + run_frames > quota_) return fail(Error::no_memory);
    for (u32 first = 0; first + run_frames <= count; first += run_frames) {
      bool free = true;
      for (u32 i = 0; i < run_frames; ++i) free = free && used_[first + i] == 0;
      if (!free) continue;
      for (u32 i = 0; i < run_frames; ++i) hand_out(first + i);
      return Frame{first};
    }
    return fail(Error::no_memory);
  }
  bool give_back(Frame first, u32 number) override {
    for (u32 i = 0; i < number; ++i)
      if (used_[static_cast<u32>(first) + i] != 1) return false;
    for (u32 i = 0; i < number; ++i) {
      used_[static_cast<u32>(first) + i] = 0;
      --taken_;
      // Whoever still looks there sees that it is not his any more.
      std::memset(address(first + i), 0xdb, abi::page_size);
    }
    return true;
  }
  u32 map_count(Frame frame) override { return used_[static_cast<u32>(frame)]; }
  Result<> map(Place place, Frame first, u32 number, u8 rights) override {
    for (u32 i = 0; i < number; ++i) {
      auto& entry = mapped[{place.space, place.address + i * abi::page_size}];
      if (entry.first != first + i) ++used_[static_cast<u32>(first) + i];
      entry = {first + i, rights};
    }
    return {};
  }
  void unmap(u16 space, u64 address) {
    --used_[static_cast<u32>(mapped.at({space, address}).first)];
    mapped.erase({space, address});
  }
  u32 taken() const { return taken_; }
  void set_quota(u32 quota) { quota_ = quota; }

  std::map<std::pair<u16, u64>, std::pair<Frame, u8>> mapped;

 private:
  static std::byte* reserve() {
    return static_cast<std::byte*>(mmap(nullptr, u64{count} * abi::page_size, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  }
  Frame hand_out(u32 number) {
    used_[number] = 1;
    ++taken_;
    std::memset(address(Frame{number}), 0, abi::page_size);
    return Frame{number};
  }
  std::vector<u32> used_;
  u32 quota_, taken_ = 0, next_ = 0;
};

class FakeMachine final : public Machine {
 public:
  Activity activity_of(u32 pid) override { return uses[pid]; }
  std::map<u32, Activity> uses;
  u64 monotonic() override { return now; }
  i64 realtime() override { return start + static_cast<i64>(now += 1000); }
  void random(std::span<std::byte> to) override {
    for (std::byte& byte : to) byte = static_cast<std::byte>(seed = seed * 5 + 1);
  }
  void log(std::string_view line) override { lines.emplace_back(line); }
  void hurry() override {}
  void raise_truncated() override { ++truncations; }
  void raise_use_wanted() override { use_wanted = true; }

  static constexpr i64 start = 1'700'000'000'000'000'000;
  u64 now = 1'000'000;
  u32 seed = 7;
  u32 truncations = 0;
  bool use_wanted = false;
  bool memory_answers = true;
  std::map<u32, MemoryUse> memory;
  std::vector<std::string> lines;
};

/// The memory of all programs, one arena for each thread, with pages that may be absent or forbidden.
class FakeKernel final : public contract::HostMachine {
 public:
  static constexpr u64 base = 0x10000;
  static constexpr u64 arena_bytes = 4 << 20;

  FakeKernel() { contract::Transport::machine = this; }
  ~FakeKernel() { contract::Transport::machine = nullptr; }

  std::vector<std::byte>& arena(u32 thread) {
    auto& memory = arenas_[thread];
    if (memory.empty()) memory.resize(arena_bytes);
    return memory;
  }

  contract::Status call(Endpoint, contract::Message&, u32) override { return contract::Status::refused; }
  contract::Status reply(Endpoint, const contract::Message&) override { return contract::Status::ok; }
  contract::Status notify(unsigned, u64) override { return contract::Status::ok; }
  contract::Status wake(Endpoint program) override {
    woken.insert(program.bits);
    return contract::Status::ok;
  }
  contract::Copied copy_in(Endpoint from, unsigned, u64 address, void* to, u64 length) override {
    return copy(from, address, length, [&](std::byte* at, u64 done, u64 count) {
      std::memcpy(static_cast<std::byte*>(to) + done, at, count);
    });
  }
  contract::Copied copy_out(Endpoint to, unsigned, u64 address, const void* from, u64 length) override {
    return copy(to, address, length, [&](std::byte* at, u64 done, u64 count) {
      std::memcpy(at, static_cast<const std::byte*>(from) + done, count);
    });
  }

  std::set<u64> woken;
  std::set<std::pair<u32, u64>> absent;  // thread, page
  std::optional<std::pair<u32, u64>> fault;

 private:
  template <class Function>
  contract::Copied copy(Endpoint program, u64 address, u64 length, Function&& move) {
    constexpr u64 most = 65536;
    std::vector<std::byte>& memory = arena(program.thread());
    u64 done = 0;
    while (done < std::min(length, most)) {
      const u64 at = address + done;
      if (at < base || at >= base + arena_bytes) return {contract::Status::bad_address, done};
      if (absent.contains({program.thread(), at / abi::page_size})) {
        fault = {program.thread(), at / abi::page_size};
        return {contract::Status::faulted, done};
      }
      const u64 count = std::min({length - done, most - done, abi::page_size - at % abi::page_size});
      move(memory.data() + (at - base), done, count);
      done += count;
    }
    return {done < length ? contract::Status::again : contract::Status::ok, done};
  }
  std::map<u32, std::vector<std::byte>> arenas_;
};

/// The file server's core with a root in memory and /dev, and nothing below it.
struct World {
  explicit World(u32 quota = FakeFrames::count, u32 root_pages = 4096)
      : frames(quota),
        core(frames, machine),
        root(core.tree, root_pages),
        devices(core.tree),
        memory_mounts(root_pages),
        file_behaviour(core),
        directory_behaviour(core),
        random(machine),
        log(machine),
        pipe_behaviour(core),
        terminal_behaviour(core),
        systems(core),
        proc(core, systems),
        synthetic(proc),
        opener(core, terminal_behaviour),
        processes(core, opener),
        calls(core, opener, processes, systems) {
    Descriptions& all = core.descriptions;
    all.set_behaviour(Kind::file, file_behaviour);
    all.set_behaviour(Kind::directory, directory_behaviour);
    all.set_behaviour(Kind::path, path_behaviour);
    all.set_behaviour(Kind::synthetic, synthetic);
    all.set_behaviour(Kind::null_device, null);
    all.set_behaviour(Kind::zero_device, zero);
    all.set_behaviour(Kind::full_device, full);
    all.set_behaviour(Kind::random_device, random);
    all.set_behaviour(Kind::log_device, log);
    all.set_behaviour(Kind::pipe, pipe_behaviour);
    all.set_behaviour(Kind::terminal, terminal_behaviour);
    const SystemId root_id = *core.tree.add_system(root);
    root_mount.emplace("rootfs", root_id, *root.start(root_id, 0755, machine.realtime()));
    const SystemId device_id = *core.tree.add_system(devices);
    static_cast<void>(devices.start(device_id, machine.realtime()));
    core.devices = &devices;
    device_mount.emplace("devtmpfs", device_id, devices.root());
    systems.add(*root_mount);
    systems.add(*device_mount);
    const SystemId proc_id = *core.tree.add_system(proc);
    proc_mount.emplace("proc", proc_id, *proc.start(proc_id));
    systems.add(*proc_mount);
    systems.add(memory_mounts);
    static_cast<void>(systems.mount("rootfs", "rootfs", {}, 0));
    static_cast<void>(systems.mount_at("dev", "devtmpfs"));
    static_cast<void>(systems.mount_at("proc", "proc"));
  }

  FakeFrames frames;
  FakeMachine machine;
  FakeKernel kernel;
  Core core;
  RamFs root;
  DevFs devices;
  MemoryMounts memory_mounts;
  std::optional<SingleMount> root_mount, device_mount, proc_mount;
  FileBehaviour file_behaviour;
  DirectoryBehaviour directory_behaviour;
  PathBehaviour path_behaviour;
  NullDevice null;
  ZeroDevice zero;
  FullDevice full;
  RandomDevice random;
  LogDevice log;
  PipeBehaviour pipe_behaviour;
  TerminalBehaviour terminal_behaviour;
  Systems systems;
  ProcFs proc;
  SyntheticBehaviour synthetic;
  Opener opener;
  Processes processes;
  Calls calls;
};

inline constexpr i64 parked = -100000;

/// A program with one thread: its calls as functions, results as Linux gives them.
class Program {
 public:
  Program(World& world, u32 pid) : world_(world), pid_(pid), thread_(pid) {
    if (pid == 1) static_cast<void>(world.processes.first(1));
  }
  Program fork(u32 pid, bool share_descriptors = false, bool share_directories = false) {
    EXPECT_TRUE(world_.processes.fork(pid_, pid, share_descriptors, share_directories));
    return Program(world_, pid);
  }
  void become(u32 user, u32 group, std::vector<u32> groups = {}) {
    Credentials who;
    who.user = who.effective_user = who.file_user = user;
    who.group = who.effective_group = who.file_group = group;
    for (const u32 each : groups) who.groups[who.group_count++] = each;
    static_cast<void>(world_.processes.set_credentials(pid_, who));
  }

  using Body = std::function<Result<i64>(Caller&)>;
  /// Runs a call; faults are settled as memory would do it, unless the page is bad.
  i64 call(Body body) {
    endpoint_ = Endpoint::of(0, 1, thread_, ++sequence_, true);
    body_ = std::move(body);
    return deliver(false);
  }
  /// Runs the parked call again; it must have been woken.
  i64 resume() {
    EXPECT_TRUE(woken()) << "nobody woke the call";
    world_.kernel.woken.erase(endpoint_.bits);
    return deliver(true);
  }
  bool woken() const { return world_.kernel.woken.contains(endpoint_.bits); }
  Endpoint endpoint() const { return endpoint_; }
  u32 pid() const { return pid_; }
  u32 thread() const { return thread_; }
  u32 faults() const { return faults_; }
  u32 signal() const { return signal_; }

  // Memory of the program.
  u64 put(std::string_view text) { return put_bytes(std::string(text) + '\0'); }
  u64 put_bytes(std::string_view bytes) {
    next_ = (next_ + 7) / 8 * 8;
    if (next_ + bytes.size() > FakeKernel::arena_bytes / 2) next_ = 0;
    std::ranges::copy(bytes, reinterpret_cast<char*>(world_.kernel.arena(thread_).data() + next_));
    const u64 address = FakeKernel::base + next_;
    next_ += bytes.size();
    return address;
  }
  template <class T>
  u64 put_value(const T& value) {
    return put_bytes({reinterpret_cast<const char*>(&value), sizeof value});
  }
  template <class T>
  T get(u64 address) {
    T value;
    std::memcpy(&value, at(address), sizeof value);
    return value;
  }
  std::byte* at(u64 address) { return world_.kernel.arena(thread_).data() + (address - FakeKernel::base); }
  static constexpr u64 scratch = FakeKernel::base + FakeKernel::arena_bytes / 2;

  // Calls.
  i64 open(std::string_view path, u32 flags = 0, u32 mode = 0644, i32 directory = -100) {
    const u64 address = put(path);
    return call([=, this](Caller& c) { return world_.calls.open(c, directory, address, flags, mode); });
  }
  i64 close(i64 descriptor) {
    return call([=, this](Caller& c) { return world_.calls.close(c, static_cast<i32>(descriptor)); });
  }
  i64 write(i64 descriptor, std::string_view text) {
    const u64 address = put_bytes(text);
    return call(
        [=, this](Caller& c) { return world_.calls.write(c, static_cast<i32>(descriptor), address, text.size()); });
  }
  i64 read_raw(i64 descriptor, u64 address, u64 count) {
    return call([=, this](Caller& c) { return world_.calls.read(c, static_cast<i32>(descriptor), address, count); });
  }
  std::string taken(i64 count) { return {reinterpret_cast<const char*>(at(scratch)), static_cast<std::size_t>(count)}; }
  std::string read(i64 descriptor, u64 count) {
    const i64 got = read_raw(descriptor, scratch, count);
    return got < 0 ? "error " + std::to_string(-got) : taken(got);
  }
  i64 seek(i64 descriptor, i64 offset, u32 whence = 0) {
    return call([=, this](Caller& c) { return world_.calls.seek(c, static_cast<i32>(descriptor), offset, whence); });
  }
  i64 mkdir(std::string_view path, u32 mode = 0755) {
    const u64 address = put(path);
    return call([=, this](Caller& c) { return world_.calls.make_directory(c, -100, address, mode); });
  }
  i64 symlink(std::string_view target, std::string_view path) {
    const u64 from = put(target), to = put(path);
    return call([=, this](Caller& c) { return world_.calls.make_symbolic_link(c, from, -100, to); });
  }
  i64 link(std::string_view from, std::string_view to, u32 flags = 0) {
    const u64 a = put(from), b = put(to);
    return call([=, this](Caller& c) { return world_.calls.link(c, -100, a, -100, b, flags); });
  }
  i64 unlink(std::string_view path, u32 flags = 0) {
    const u64 address = put(path);
    return call([=, this](Caller& c) { return world_.calls.remove(c, -100, address, flags); });
  }
  i64 rmdir(std::string_view path) { return unlink(path, flags::at_remove_directory); }
  i64 rename(std::string_view from, std::string_view to, u32 flags = 0) {
    const u64 a = put(from), b = put(to);
    return call([=, this](Caller& c) { return world_.calls.rename(c, -100, a, -100, b, flags); });
  }
  i64 stat_result(std::string_view path, u32 flags = 0) {
    const u64 address = put(path);
    return call([=, this](Caller& c) { return world_.calls.status(c, -100, address, scratch, flags); });
  }
  linux_abi::Stat stat(std::string_view path, u32 flags = 0) {
    EXPECT_EQ(stat_result(path, flags), 0) << path;
    return get<linux_abi::Stat>(scratch);
  }
  linux_abi::Stat fstat(i64 descriptor) {
    EXPECT_EQ(
        call([=, this](Caller& c) { return world_.calls.status_descriptor(c, static_cast<i32>(descriptor), scratch); }),
        0);
    return get<linux_abi::Stat>(scratch);
  }
  i64 chdir(std::string_view path) {
    const u64 address = put(path);
    return call([=, this](Caller& c) { return world_.calls.change_directory(c, address); });
  }
  std::string getcwd(u64 size = 4096) {
    const i64 got = call([=, this](Caller& c) { return world_.calls.working_directory(c, scratch, size); });
    return got < 0 ? "error " + std::to_string(-got) : taken(got - 1);
  }
  std::string readlink(std::string_view path) {
    const u64 address = put(path);
    const i64 got = call([=, this](Caller& c) { return world_.calls.read_link(c, -100, address, scratch, 4096); });
    return got < 0 ? "error " + std::to_string(-got) : taken(got);
  }
  i64 access(std::string_view path, u32 rights, u32 flags = 0) {
    const u64 address = put(path);
    return call([=, this](Caller& c) { return world_.calls.access(c, -100, address, rights, flags); });
  }
  i64 chmod(std::string_view path, u32 mode) {
    const u64 address = put(path);
    return call([=, this](Caller& c) { return world_.calls.change_mode(c, -100, address, mode, 0); });
  }
  i64 chown(std::string_view path, u32 user, u32 group, u32 flags = 0) {
    const u64 address = put(path);
    return call([=, this](Caller& c) { return world_.calls.change_owner(c, -100, address, user, group, flags); });
  }
  i64 truncate(std::string_view path, i64 size) {
    const u64 address = put(path);
    return call([=, this](Caller& c) { return world_.calls.truncate(c, address, size); });
  }
  i64 ftruncate(i64 descriptor, i64 size) {
    return call(
        [=, this](Caller& c) { return world_.calls.truncate_descriptor(c, static_cast<i32>(descriptor), size); });
  }
  i64 fcntl(i64 descriptor, u32 command, u64 argument = 0) {
    return call([=, this](Caller& c) {
      return world_.calls.control_descriptor(c, static_cast<i32>(descriptor), command, argument);
    });
  }
  i64 dup2(i64 from, i64 to) {
    return call([=, this](Caller& c) {
      return world_.calls.duplicate_to(c, static_cast<i32>(from), static_cast<i32>(to), 0, true);
    });
  }
  i64 pipe(i32 (&ends)[2], u32 flags = 0) {
    const i64 result = call([=, this](Caller& c) { return world_.calls.pipe(c, scratch, flags); });
    ends[0] = get<i32>(scratch);
    ends[1] = get<i32>(scratch + 4);
    return result;
  }
  i64 mount(std::string_view source, std::string_view target, std::string_view type, u64 flags = 0) {
    const u64 a = put(source), b = put(target), t = put(type);
    return call([=, this](Caller& c) { return world_.calls.mount(c, a, b, t, flags, 0); });
  }
  i64 umount(std::string_view target) {
    const u64 address = put(target);
    return call([=, this](Caller& c) { return world_.calls.unmount(c, address, 0); });
  }
  /// A file with these contents.
  void make(std::string_view path, std::string_view contents = "", u32 mode = 0644) {
    const i64 descriptor = open(path, flags::create | flags::write_only | flags::truncate, mode);
    ASSERT_GE(descriptor, 0) << path;
    EXPECT_EQ(write(descriptor, contents), static_cast<i64>(contents.size()));
    EXPECT_EQ(close(descriptor), 0);
  }
  std::string contents(std::string_view path) {
    const i64 descriptor = open(path);
    if (descriptor < 0) return "error " + std::to_string(-descriptor);
    std::string all;
    for (;;) {
      const std::string part = read(descriptor, 65536);
      if (part.empty()) break;
      all += part;
    }
    close(descriptor);
    return all;
  }
  /// Names in a directory, in the order in which they are listed, with `.` and `..`.
  std::vector<std::string> list(std::string_view path, u64 size = 4096) {
    std::vector<std::string> names;
    const i64 descriptor = open(path, flags::directory);
    if (descriptor < 0) return {"error " + std::to_string(-descriptor)};
    for (;;) {
      const i64 got =
          call([=, this](Caller& c) { return world_.calls.list(c, static_cast<i32>(descriptor), scratch, size); });
      if (got <= 0) {
        if (got < 0) names.push_back("error " + std::to_string(-got));
        break;
      }
      for (i64 at = 0; at < got;) {
        const auto head = get<linux_abi::DirectoryEntry>(scratch + at);
        names.emplace_back(reinterpret_cast<const char*>(this->at(scratch + at + sizeof head)));
        at += head.length;
      }
    }
    close(descriptor);
    return names;
  }

 private:
  i64 deliver(bool before) {
    for (;;) {
      Process* process = world_.core.find_process(pid_);
      if (process == nullptr) return -static_cast<i64>(Error::no_process);
      world_.kernel.fault.reset();
      const Served served(world_.processes, *process);
      Caller caller(endpoint_, *process, world_.core.waits, before);
      const Result<i64> result = body_(caller);
      signal_ = caller.signal;
      if (result) return *result;
      if (result.error() == Error::parked && memory_told()) {
        before = true;
        continue;
      }
      if (result.error() == Error::parked) return parked;
      if (result.error() != Error::faulted) return -static_cast<i64>(result.error());
      EXPECT_TRUE(world_.kernel.fault);
      world_.kernel.absent.erase(*world_.kernel.fault);
      ++faults_;
      before = true;
    }
  }

  /// What memory does about the event: it tells of all that are wanted. Whether the call was woken by that.
  bool memory_told() {
    if (!world_.machine.memory_answers || !std::exchange(world_.machine.use_wanted, false)) return false;
    while (const auto pid = world_.processes.take_use_wanted())
      world_.processes.set_memory_use(*pid, world_.machine.memory[*pid]);
    return world_.kernel.woken.erase(endpoint_.bits) != 0;
  }

  World& world_;
  u32 pid_, thread_;
  u32 sequence_ = 0;
  u64 next_ = 0;
  u32 faults_ = 0, signal_ = 0;
  Endpoint endpoint_;
  Body body_;
};

constexpr i64 error(Error number) { return -static_cast<i64>(number); }

}  // namespace file
