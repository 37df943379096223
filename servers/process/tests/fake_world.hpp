// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "abi/layout.hpp"
#include "lib/contract/runtime.hpp"
#include "servers/process/server.hpp"

// A kernel with programs' threads, and the servers below, as the process server sees them.
namespace process::test {

/// A program's thread in the kernel.
struct KernelThreadState {
  enum class State { empty, running, calling, parked, stopped };
  State state = State::empty;
  u32 generation = 0;
  u32 sequence = 0;
  u64 tag = 0;
  SpaceIndex space = 0;
  Registers registers{};
  bool stop_wanted = false;
  u32 cause = 0;
  bool told = true;
  abi::Message call;     // last made
  bool in_file = false;  // that call went to the file server
  bool interrupted = false;
};

class World final : public Kernel,
                    public Files,
                    public Spaces,
                    public Terminals,
                    public Power,
                    public WallClock,
                    public contract::HostMachine {
 public:
  using State = KernelThreadState::State;
  static constexpr u64 memory_base = 0x10000, memory_bytes = 0x40000;
  static constexpr unsigned first_program_thread = 40;

  World() { contract::Transport::machine = this; }
  ~World() {
    for (std::byte* page : pages) std::free(page);
  }

  // ---- what tests look at and change ----
  std::map<KernelThread, KernelThreadState> threads;
  std::map<SpaceIndex, std::shared_ptr<std::vector<std::byte>>> spaces;
  std::map<Pid, SpaceIndex> inhabitants;
  std::map<std::string, std::vector<std::byte>> programs;
  std::map<std::string, u32> modes;
  std::map<Pid, std::string> image;
  std::map<Pid, std::pair<std::string, std::string>> shown;  // name and arguments
  std::vector<std::string> log_of_files;
  std::set<Pid> file_processes;
  std::deque<TerminalSignal> terminal_signals;
  std::set<u64> absent_pages;       // a copy finds nothing there
  std::function<void()> meanwhile;  // inside of the next downcall
  u64 time = 1'000'000;
  u64 timer = 0;
  bool no_memory = false;
  bool no_memory_for_more_stack = false;
  bool file_refuses_fork = false;
  int powered = 0;
  std::set<std::byte*> pages;
  std::size_t rows = 0;
  std::optional<FaultReason> fault_reason;

  std::byte* at(Pid pid, u64 address) { return spaces.at(inhabitants.at(pid))->data() + (address - memory_base); }
  template <class T>
  T get(Pid pid, u64 address) {
    T value;
    std::memcpy(&value, at(pid, address), sizeof value);
    return value;
  }
  template <class T>
  void put(Pid pid, u64 address, T value) {
    std::memcpy(at(pid, address), &value, sizeof value);
  }
  bool within(u64 address, u64 length) const {
    return address >= memory_base && length <= memory_bytes && address - memory_base <= memory_bytes - length;
  }

  // ---- the kernel, as docs/kernel.md says ----
  abi::Endpoint endpoint(KernelThread index) const {
    const KernelThreadState& thread = threads.at(index);
    return abi::Endpoint::of(1, thread.generation, index, thread.sequence, true);
  }
  KernelThreadState* waiting(abi::Endpoint to) {
    const auto found = threads.find(static_cast<KernelThread>(to.thread()));
    if (found == threads.end() || endpoint(found->first) != to) return nullptr;
    const State state = found->second.state;
    return state == State::calling || state == State::parked ? &found->second : nullptr;
  }
  void leave(KernelThreadState& thread) {
    thread.state = State::running;
    if (!thread.stop_wanted) return;
    thread.stop_wanted = false;
    thread.told = false;
    thread.state = State::stopped;
  }
  Status reply(abi::Endpoint to, const abi::Message& message) override {
    KernelThreadState* const thread = waiting(to);
    if (thread == nullptr) return Status::gone;
    const u16 label = message.tag.label();
    if (label == abi::reply_park) {
      thread->state = State::parked;
      return Status::ok;
    }
    if (label == abi::reply_retry || label == abi::reply_again) {
      thread->registers.rip -= 2;
      thread->registers.rax = thread->registers.call;
      thread->registers.call = abi::call_again;
    } else {
      thread->registers.rax = message.words[0];
    }
    if (label == abi::reply_stop || label == abi::reply_again) {
      thread->stop_wanted = true;
      thread->cause = static_cast<u32>(message.words[1]);
    }
    leave(*thread);
    return Status::ok;
  }
  Status wake(abi::Endpoint) override { return Status::gone; }
  Status call(abi::Endpoint, abi::Message&, u32) override { return Status::dead; }
  Status notify(unsigned, u64) override { return Status::ok; }
  contract::Copied copy_in(abi::Endpoint from, unsigned, u64 offset, void* to, u64 length) override {
    return copy(from, offset, length, [&](std::byte* there) { std::memcpy(to, there, length); });
  }
  contract::Copied copy_out(abi::Endpoint to, unsigned, u64 offset, const void* from, u64 length) override {
    return copy(to, offset, length, [&](std::byte* there) { std::memcpy(there, from, length); });
  }

  Status create(KernelThread index, SpaceIndex space, u64 tag, const Registers& registers) override {
    if (index < first_program_thread) return Status::invalid;
    EXPECT_TRUE(spaces.contains(space));
    KernelThreadState& thread = threads[index];
    if (thread.state != State::empty) return Status::exists;
    thread = {.state = State::stopped,
              .generation = thread.generation + 1,
              .tag = tag,
              .space = space,
              .registers = registers,
              .call = {}};
    return Status::ok;
  }
  void destroy(KernelThread index) override {
    EXPECT_NE(threads.at(index).state, State::empty);
    threads.at(index).state = State::empty;
    threads.at(index).told = true;
  }
  void stop(KernelThread index, u32 cause) override {
    KernelThreadState& thread = threads.at(index);
    thread.cause = cause;
    if (thread.state == State::stopped) return;
    thread.stop_wanted = true;
    if (thread.state == State::running) leave(thread);
  }
  void resume(KernelThread index) override {
    KernelThreadState& thread = threads.at(index);
    EXPECT_EQ(thread.state, State::stopped);
    thread.state = State::running;
    thread.told = true;
  }
  bool read(KernelThread index, Registers& registers) override {
    if (threads.at(index).state != State::stopped) return false;
    registers = threads.at(index).registers;
    return true;
  }
  bool write(KernelThread index, const Registers& registers) override {
    EXPECT_EQ(threads.at(index).state, State::stopped);
    threads.at(index).registers = registers;
    return registers.rip < abi::layout::user_end;
  }
  bool read_vector(KernelThread, frame::VectorState& state) override {
    state.size = vector_bytes();
    return true;
  }
  bool write_vector(KernelThread, std::span<const std::byte>) override { return true; }
  std::size_t vector_bytes() override { return 832; }
  std::optional<Stopped> take_stopped() override {
    for (auto& [index, thread] : threads) {
      if (thread.state != State::stopped || thread.told) continue;
      thread.told = true;
      return Stopped{index, thread.tag, thread.cause};
    }
    return {};
  }
  u64 now() override { return time; }
  void set_timer(u64 deadline) override { timer = deadline; }
  std::byte* take_page() override {
    std::byte* const page = static_cast<std::byte*>(std::aligned_alloc(page_size, page_size));
    pages.insert(page);
    return page;
  }
  void give_page(std::byte* page) override {
    EXPECT_EQ(pages.erase(page), 1u);
    std::free(page);
  }
  std::span<std::byte> take_row() override {
    ++rows;
    return {new std::byte[16 * page_size], 16 * page_size};
  }
  void give_row(std::span<std::byte> row) override {
    --rows;
    delete[] row.data();
  }
  ProcessorTime processor_time(KernelThread thread) override { return times[thread]; }
  std::map<KernelThread, ProcessorTime> times;
  std::string_view command_line() override { return "quiet  TERM=x exec root=x="; }
  void random(std::span<std::byte> to) override { std::ranges::fill(to, std::byte{0x5a}); }
  u64 processor_capabilities() override { return 0x178bfbff; }
  unsigned processors() override { return 2; }
  MachineMemory machine_memory() override { return {1000 * page_size, 900 * page_size}; }
  LogPart read_log(u64 position, std::span<char> into) override {
    position = std::clamp<u64>(position, log_begin, log_begin + log_text.size());
    const std::size_t bytes = log_text.copy(into.data(), into.size(), position - log_begin);
    return {bytes, position + bytes};
  }
  std::string log_text;
  u64 log_begin = 0;  // the position of its first character
  void log(std::string_view line) override { log_of_files.push_back("log " + std::string(line)); }

  // ---- the file server ----
  Result<void> first(Pid pid) override {
    file_processes.insert(pid);
    return {};
  }
  Result<void> fork(Pid parent, Pid pid, bool, bool) override {
    interlude();
    EXPECT_TRUE(file_processes.contains(parent));
    if (file_refuses_fork) return fail(Errno::no_memory);
    file_processes.insert(pid);
    return {};
  }
  void exec(Pid pid, std::string_view name, std::span<const std::byte> arguments) override {
    shown[pid] = {std::string(name), {reinterpret_cast<const char*>(arguments.data()), arguments.size()}};
    EXPECT_TRUE(file_processes.contains(pid));
    log_of_files.push_back("exec " + std::to_string(pid));
    interlude();
  }
  void exit(Pid pid) override {
    EXPECT_EQ(file_processes.erase(pid), 1u);
    interlude();
  }
  void linger(Pid pid, bool lingers) override {
    EXPECT_FALSE(file_processes.contains(pid));
    EXPECT_EQ(zombies.contains(pid), !lingers);
    lingers ? void(zombies.insert(pid)) : void(zombies.erase(pid));
    interlude();
  }
  std::set<Pid> zombies;  // as file shows them
  void credentials(Pid pid, const Credentials& who) override {
    log_of_files.push_back("credentials " + std::to_string(pid) + " " + std::to_string(who.effective_user));
  }
  void name(Pid pid, std::string_view name) override { shown[pid].first = name; }
  void session(Pid pid, Pid group, Pid session) override {
    log_of_files.push_back("session " + std::to_string(pid) + " " + std::to_string(group) + " " +
                           std::to_string(session));
  }
  void limits(Pid, u32, u64) override {}
  void clock(u64 offset) override {
    told_offset = offset;
    interlude();
  }
  void interrupt(KernelThread index) override {
    KernelThreadState& thread = threads.at(index);
    if (thread.state == State::parked && thread.in_file)
      reply(endpoint(index), {abi::Tag::of(abi::reply_retry), {}});
    else
      thread.interrupted = true;
  }
  Result<void> trace(Pid pid, i32 descriptor) override {
    log_of_files.push_back("trace " + std::to_string(pid) + " " + std::to_string(descriptor));
    return {};
  }
  void traced(Pid pid, std::span<const std::byte> bytes) override {
    abi::trace::Record record;
    ASSERT_GE(bytes.size(), sizeof record);
    std::memcpy(&record, bytes.data(), sizeof record);
    EXPECT_EQ(record.length, bytes.size());
    records.emplace_back(pid, record);
    interlude();
  }
  std::vector<std::pair<Pid, abi::trace::Record>> records;
  Result<ImageInfo> open_image(Pid pid, Image which, i32, u32, std::string_view path) override {
    interlude();
    const auto found = programs.find(std::string(path));
    if (found == programs.end()) return fail(Errno::no_entry);
    image[pid * 2 + static_cast<Pid>(which)] = found->first;
    return ImageInfo{found->second.size(), modes.contains(found->first) ? modes[found->first] : 0755, 77, 88};
  }
  Result<u64> read_image(Pid pid, Image which, u64 offset, std::span<std::byte> to) override {
    const auto& bytes = programs.at(image.at(pid * 2 + static_cast<Pid>(which)));
    if (offset >= bytes.size()) return 0;
    const u64 count = std::min<u64>(to.size(), bytes.size() - offset);
    std::memcpy(to.data(), bytes.data() + offset, count);
    return count;
  }
  void close_images(Pid) override {}
  void sync() override { log_of_files.push_back("sync"); }

  // ---- the memory server ----
  std::vector<PlacedSegment> built_segments;
  std::vector<std::byte> built_stack;
  u64 built_stack_at = 0;
  Result<void> build(Pid, SpaceIndex space, u64, std::span<const PlacedSegment> segments, u64 stack,
                     std::span<const std::byte> bytes) override {
    interlude();
    if (no_memory) return fail(Errno::no_memory);
    EXPECT_FALSE(spaces.contains(space));
    spaces[space] = std::make_shared<std::vector<std::byte>>(memory_bytes);
    built_segments.assign(segments.begin(), segments.end());
    built_stack.assign(bytes.begin(), bytes.end());
    built_stack_at = stack;
    return {};
  }
  Result<void> adopt(Pid pid, SpaceIndex space) override {
    leave_space(pid);
    inhabitants[pid] = space;
    interlude();
    return {};
  }
  void discard(SpaceIndex space) override { spaces.erase(space); }
  Result<void> fork(Pid parent, Pid pid, SpaceIndex space) override {
    interlude();
    if (no_memory) return fail(Errno::no_memory);
    EXPECT_FALSE(spaces.contains(space));
    spaces[space] = spaces.at(inhabitants.at(parent));
    inhabitants[pid] = space;
    return {};
  }
  Result<void> share(Pid parent, Pid pid) override {
    interlude();
    inhabitants[pid] = inhabitants.at(parent);
    return {};
  }
  void release(Pid pid) override {
    leave_space(pid);
    interlude();
  }
  Result<void> store(Pid pid, u64 address, std::span<const std::byte> data) override {
    interlude();
    if (!within(address, data.size())) return fail(Errno::fault);
    std::memcpy(at(pid, address), data.data(), data.size());
    return {};
  }
  Result<void> store_space(SpaceIndex, u64 address, std::span<const std::byte> data) override {
    if (no_memory_for_more_stack) return fail(Errno::no_memory);
    EXPECT_EQ(address, built_stack_at + built_stack.size());
    built_stack.insert(built_stack.end(), data.begin(), data.end());
    return {};
  }
  Result<void> load(Pid pid, u64 address, std::span<std::byte> data) override {
    interlude();
    if (!within(address, data.size())) return fail(Errno::fault);
    std::memcpy(data.data(), at(pid, address), data.size());
    return {};
  }
  Result<Location> locate(Pid pid, u64 address) override { return Location{inhabitants.at(pid), address}; }
  std::optional<FaultReason> fault(KernelThread) override { return fault_reason; }
  void limits(Pid, u64, u64, u64) override {}
  MemoryUse usage(Pid) override { return {.pages = 100, .resident = 50, .minor_faults = 7}; }

  // ---- terminals and power ----
  std::vector<Pid> ended_sessions;
  std::size_t take(std::span<TerminalSignal, 5> to) override {
    EXPECT_FALSE(std::exchange(taking_signals, true)) << "both would get the same ones";
    const std::size_t count = std::min(to.size(), terminal_signals.size());
    std::copy_n(terminal_signals.begin(), count, to.begin());
    terminal_signals.erase(terminal_signals.begin(), terminal_signals.begin() + static_cast<std::ptrdiff_t>(count));
    interlude();
    taking_signals = false;
    return count;
  }
  bool taking_signals = false;
  void end_session(Pid session) override { ended_sessions.push_back(session); }
  void change(bool restart) override { powered = restart ? 2 : 1; }

  // ---- the clock ----
  std::optional<u64> shown_offset = 1'700'000'000'000'000'000;
  u64 told_offset = 0;  // to the file server
  std::optional<u64> offset() override { return shown_offset; }

 private:
  void interlude() {
    if (meanwhile) std::exchange(meanwhile, nullptr)();
  }
  void leave_space(Pid pid) {
    const auto found = inhabitants.find(pid);
    if (found == inhabitants.end()) return;
    const SpaceIndex space = found->second;
    inhabitants.erase(found);
    for (const auto& [other, where] : inhabitants)
      if (where == space) return;
    spaces.erase(space);
  }
  template <class Copy>
  contract::Copied copy(abi::Endpoint who, u64 address, u64 length, Copy work) {
    KernelThreadState* const thread = waiting(who);
    if (thread == nullptr) return {Status::gone, 0};
    if (!within(address, length)) return {Status::bad_address, 0};
    if (absent_pages.erase(address / page_size) != 0) return {Status::faulted, 0};
    work(spaces.at(thread->space)->data() + (address - memory_base));
    return {Status::ok, length};
  }
};

}  // namespace process::test
