// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/process/signal/interruptible.hpp"
#include "servers/process/tests/fake_world.hpp"

// Programs that make calls, one after another, against a whole process server.
namespace process::test {

inline constexpr u64 text = 0x401000, stack_top = World::memory_base + World::memory_bytes - 0x100;
inline constexpr u64 scratch = World::memory_base + 0x1000;
inline constexpr i64 parked = -0x10000, stopped = -0x10001, no_thread = -0x10002;

enum Linux : unsigned {
  nr_rt_sigaction = 13,
  nr_rt_sigprocmask = 14,
  nr_rt_sigreturn = 15,
  nr_sched_yield = 24,
  nr_pause = 34,
  nr_nanosleep = 35,
  nr_alarm = 37,
  nr_getpid = 39,
  nr_clone = 56,
  nr_fork = 57,
  nr_vfork = 58,
  nr_execve = 59,
  nr_exit = 60,
  nr_wait4 = 61,
  nr_kill = 62,
  nr_gettimeofday = 96,
  nr_setuid = 105,
  nr_geteuid = 107,
  nr_setpgid = 109,
  nr_getppid = 110,
  nr_setsid = 112,
  nr_getpgid = 121,
  nr_rt_sigpending = 127,
  nr_rt_sigsuspend = 130,
  nr_prctl = 157,
  nr_arch_prctl = 158,
  nr_settimeofday = 164,
  nr_syslog = 103,
  nr_reboot = 169,
  nr_gettid = 186,
  nr_getrusage = 98,
  nr_times = 100,
  nr_time = 201,
  nr_futex = 202,
  nr_set_tid_address = 218,
  nr_clock_settime = 227,
  nr_clock_gettime = 228,
  nr_clock_nanosleep = 230,
  nr_exit_group = 231,
  nr_tgkill = 234,
  nr_read = 0,
  nr_ppoll = 271,
};

/// A small executable whose entry is `text`.
inline std::vector<std::byte> executable(u64 entry = text) {
  std::vector<std::byte> bytes(2 * page_size);
  elf::Header header{};
  std::memcpy(header.magic,
              "\x7f"
              "ELF",
              4);
  header.format = 2;
  header.order = header.version = 1;
  header.type = 2;
  header.machine = 62;
  header.entry = entry;
  header.program_headers = sizeof header;
  header.program_header_size = sizeof(elf::ProgramHeader);
  header.program_header_count = 1;
  const elf::ProgramHeader part{1, 5, 0, 0x400000, 0, 2 * page_size, 2 * page_size, page_size};
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, &part, sizeof part);
  return bytes;
}

inline std::vector<std::byte> text_file(std::string_view content) {
  std::vector<std::byte> bytes(content.size());
  std::memcpy(bytes.data(), content.data(), content.size());
  return bytes;
}

class System : public testing::Test {
 protected:
  World world;
  std::unique_ptr<Server> server;

  void SetUp() override {
    world.programs["/sbin/init"] = executable();
    server = std::make_unique<Server>(world, world, world, world, world, world);
    server->start_time();
    server->start_first_process();
    world.threads.at(kernel_thread(1)).registers.rsp = stack_top;
    ASSERT_EQ(state(1), World::State::running);
  }
  void TearDown() override { EXPECT_EQ(world.rows, 0u); }

  KernelThread kernel_thread(Pid tid) {
    for (const auto& [index, thread] : world.threads)
      if (thread.state != World::State::empty && contract::OwnerTag{thread.tag}.thread() == tid) return index;
    return 0;
  }
  bool exists(Pid tid) { return kernel_thread(tid) != 0; }
  World::State state(Pid tid) { return exists(tid) ? world.threads.at(kernel_thread(tid)).state : World::State::empty; }
  Registers& registers(Pid tid) { return world.threads.at(kernel_thread(tid)).registers; }

  /// Makes a running thread call; what it returns, or what became of the call.
  i64 call(Pid tid, unsigned number, std::vector<u64> arguments = {}) {
    const KernelThread index = kernel_thread(tid);
    if (index == 0) return no_thread;
    World::State& where = world.threads.at(index).state;
    EXPECT_EQ(where, World::State::running) << tid << " calls " << number;
    KernelThreadState& thread = world.threads.at(index);
    arguments.resize(6);
    thread.registers.rip = text + 2;
    thread.registers.call = thread.registers.rax = number;
    thread.registers.rdi = arguments[0];
    thread.registers.rsi = arguments[1];
    thread.registers.rdx = arguments[2];
    thread.registers.r10 = arguments[3];
    thread.registers.r8 = arguments[4];
    thread.registers.r9 = arguments[5];
    return deliver(index);
  }
  /// The call that a thread's registers say, delivered to the process server; calls of the file server park.
  i64 deliver(KernelThread index) {
    KernelThreadState& thread = world.threads.at(index);
    thread.sequence = (thread.sequence + 1) & 0xff'ffff;
    thread.state = World::State::calling;
    const Registers& in = thread.registers;
    const u64 number = in.rax;
    thread.in_file = number == nr_read || number == nr_ppoll || number == call_masked_ppoll;
    if (thread.in_file) {
      thread.state = World::State::parked;
      return parked;
    }
    thread.call = {abi::Tag::of(static_cast<u16>(abi::label_program | number)),
                   {in.rdi, in.rsi, in.rdx, in.r10, in.r8, in.r9, thread.tag}};
    const u32 generation = thread.generation;
    for (int tries = 0; tries < 5; ++tries) {
      ProgramCall call(world.endpoint(index), thread.call);
      const abi::Endpoint caller = call.endpoint();
      server->program_call(call);
      abi::Message reply;
      if (call.take_reply(reply)) world.reply(caller, reply);
      events();
      KernelThreadState& after = world.threads.at(index);
      if (after.generation != generation || after.state == World::State::empty) return no_thread;
      if (after.state == World::State::running) return static_cast<i64>(after.registers.rax);
      if (after.state == World::State::stopped) return stopped;
      const Thread* const record = server->thread_of(contract::OwnerTag{after.tag}.thread());
      // Parked because a page was absent: the kernel provides it and delivers the call again.
      if (after.state == World::State::parked && record != nullptr && record->wait == Wait::none &&
          record->phase == Thread::Phase::running)
        continue;
      return parked;
    }
    ADD_FAILURE() << "a call that is delivered again and again";
    return parked;
  }
  /// A thread that was to make its call anew does so.
  i64 call_again(Pid tid) {
    const KernelThread index = kernel_thread(tid);
    EXPECT_EQ(world.threads.at(index).registers.rip, text);
    world.threads.at(index).registers.rip += 2;
    world.threads.at(index).registers.call = world.threads.at(index).registers.rax;
    return deliver(index);
  }
  void events() { server->threads_stopped(); }
  void pass(u64 nanoseconds) {
    world.time += nanoseconds;
    if (world.timer != 0 && world.timer <= world.time) {
      world.timer = 0;
      server->expire();
    }
    events();
  }
  i64 result(Pid tid) { return static_cast<i64>(registers(tid).rax); }

  Pid fork(Pid tid) {
    const i64 pid = call(tid, nr_fork);
    EXPECT_GT(pid, 1);
    EXPECT_EQ(result(static_cast<Pid>(pid)), 0);
    return static_cast<Pid>(pid);
  }
  i64 wait_for(Pid tid, i64 pid = -1, u64 options = 0) {
    return call(tid, nr_wait4, {static_cast<u64>(pid), scratch, options, 0});
  }
  u32 status(Pid pid) { return world.get<u32>(pid, scratch); }
  void handle_signal(Pid tid, unsigned signal, u64 handler, u64 flags = 0, u64 mask = 0) {
    const Disposition action{handler, flags | action_restorer, 0x402000, SignalSet(mask)};
    world.put(static_cast<Pid>(world.threads.at(kernel_thread(tid)).tag), scratch, action);
    EXPECT_EQ(call(tid, nr_rt_sigaction, {signal, scratch, 0, 8}), 0);
  }
  u64 mask_of(Pid tid) { return server->thread_of(tid)->mask.bits(); }
  i64 set_mask(Pid tid, unsigned how, u64 mask) {
    world.put(static_cast<Pid>(world.threads.at(kernel_thread(tid)).tag), scratch, mask);
    return call(tid, nr_rt_sigprocmask, {how, scratch, 0, 8});
  }
  /// What a handler that has just been entered finds on its stack.
  frame::Frame frame_of(Pid pid) { return world.get<frame::Frame>(pid, registers(pid).rsp); }
  /// Returns from a handler as its restorer does.
  i64 signal_return(Pid tid) {
    registers(tid).rsp += 8;
    return call(tid, nr_rt_sigreturn);
  }
  static u64 bit(unsigned signal) { return u64{1} << (signal - 1); }
};

}  // namespace process::test
