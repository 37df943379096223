// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <cstring>

#include "abi/layout.hpp"
#include "abi/status.hpp"
#include "servers/process/exec/arguments.hpp"
#include "servers/process/exec/script.hpp"
#include "servers/process/exec/stack.hpp"
#include "servers/process/server.hpp"

// execve(2). Everything that can fail is done while the old program is still there; then there is no way back.
namespace process {

namespace {

constexpr i32 at_current_directory = -100;
constexpr unsigned deepest_scripts = 5;

// Where position-independent files go: programs as Linux puts them without randomisation, interpreters below the
// mappings that a program makes.
constexpr u64 program_base = 0x5555'5555'4000;
constexpr u64 interpreter_base = 0x7ff0'0000'0000;

constexpr u32 mode_set_user = 04000, mode_set_group = 02000, mode_group_execute = 010;

}  // namespace

/// What an execve has found out and is going to run.
struct Program {
  elf::Executable executable;
  elf::Executable interpreter;
  bool has_interpreter = false;
  ImageInfo info{};
  u64 base = 0;
  u64 stack = 0;
  Credentials credentials;
  std::array<std::byte, 494> shown_room;  // as much as /proc keeps of the arguments
  std::span<const std::byte> shown;

  u64 entry() const { return has_interpreter ? interpreter_base + interpreter.entry : base + executable.entry; }
};

CallResult Server::execve(ProgramCall& call, UserAddress path, UserAddress arguments, UserAddress environment) {
  Thread& thread = caller(call);
  Process& process = process_of(thread);
  if (process.execing) return CallResult::error(Errno::again);
  Arguments given(kernel_);
  auto result = given.open();
  if (result) result = given.read(call, path, arguments, environment);
  if (!result) return result.error() == Errno::absent_page ? CallResult::park() : CallResult::error(result.error());
  process.execing = true;
  result = run(thread, given, at_current_directory, 0);
  process.execing = false;
  if (result) return CallResult::park();
  files_.close_images(process.pid);
  return CallResult::error(result.error());
}

/// Reads an image's beginning and headers, and says what to map of it.
Result<elf::Executable> Server::examine(Process& process, Image image, u64 size, Arguments& arguments) {
  const auto page = arguments.file_page();
  const auto got = files_.read_image(process.pid, image, 0, page);
  if (!got) return fail(got.error());
  const std::span<const std::byte> start = page.first(std::min<std::size_t>(*got, page.size()));
  const auto place = elf::find_headers(start);
  if (!place) return fail(place.error());
  if (place->offset <= start.size() && place->length <= start.size() - place->offset)
    return elf::load(start, start.subspan(place->offset, place->length), size);
  const auto headers = arguments.header_page().first(place->length);
  const auto more = files_.read_image(process.pid, image, place->offset, headers);
  if (!more) return fail(more.error());
  if (*more != headers.size()) return fail(Errno::not_executable);
  return elf::load(start, headers, size);
}

/// Opens what the path leads to, through the interpreters of scripts.
Result<void> Server::find_program(Process& process, Arguments& arguments, i32 directory, u32 flags, Program& program) {
  for (unsigned depth = 0; depth < deepest_scripts; ++depth) {
    const auto info = files_.open_image(process.pid, Image::program, directory, flags, arguments.path());
    if (!info) return fail(info.error());
    program.info = *info;
    directory = at_current_directory;
    flags = 0;
    const auto executable = examine(process, Image::program, info->size, arguments);
    if (executable) {
      program.executable = *executable;
      return {};
    }
    if (executable.error() != Errno::not_executable) return fail(executable.error());
    const auto script = parse_script(arguments.file_page().first(std::min<u64>(info->size, page_size)));
    if (!script) return fail(Errno::not_executable);
    if (const auto done = arguments.interpret(script->interpreter, script->argument); !done) return done;
  }
  return fail(Errno::loop);
}

Result<void> Server::find_interpreter(Process& process, Arguments& arguments, Program& program) {
  const auto name = arguments.header_page().first(program.executable.interpreter_length);
  const auto got = files_.read_image(process.pid, Image::program, program.executable.interpreter_offset, name);
  if (!got) return fail(got.error());
  if (*got != name.size() || name.back() != std::byte{0}) return fail(Errno::not_executable);
  const std::string_view path(reinterpret_cast<const char*>(name.data()));
  const auto info = files_.open_image(process.pid, Image::interpreter, at_current_directory, 0, path);
  if (!info) return fail(info.error());
  const auto executable = examine(process, Image::interpreter, info->size, arguments);
  if (!executable || !executable->relocatable)
    return fail(executable                                    ? Errno::not_executable
                : executable.error() == Errno::not_executable ? Errno::library
                                                              : executable.error());
  program.interpreter = *executable;
  program.has_interpreter = true;
  return {};
}

/// Makes the new space, with the stack in it.
Result<void> Server::build(Process& process, Arguments& arguments, Program& program, SpaceIndex space) {
  const elf::Executable& executable = program.executable;
  program.base = executable.relocatable ? program_base - executable.begin : 0;
  std::array<PlacedSegment, 2 * elf::max_segments> segments;
  std::size_t count = 0;
  const auto place = [&](const elf::Executable& file, u64 base, bool of_interpreter) {
    for (elf::Segment segment : file.parts()) {
      segment.address += base;
      segments[count++] = {segment, of_interpreter};
    }
  };
  place(executable, program.base, false);
  if (program.has_interpreter) place(program.interpreter, interpreter_base, true);

  const StackPlan plan(arguments, abi::layout::user_end);
  constexpr u64 most_of_stack = 4;
  const u64 limit = process.limits[limit_stack].soft;
  if (plan.size() > limit / most_of_stack) return fail(Errno::too_big);
  std::array<std::byte, StackPlan::random_bytes> random;
  kernel_.random(random);
  const Credentials& who = program.credentials;
  const bool secure = who.user != who.effective_user || who.group != who.effective_group;
  const Auxiliary auxiliary[] = {
      {aux_capabilities, kernel_.processor_capabilities()},
      {aux_page_size, page_size},
      {aux_clock_ticks, 100},
      {aux_headers, executable.headers == 0 ? 0 : program.base + executable.headers},
      {aux_header_size, sizeof(elf::ProgramHeader)},
      {aux_header_count, executable.header_count},
      {aux_interpreter_base, program.has_interpreter ? interpreter_base : 0},
      {aux_flags, 0},
      {aux_entry, program.base + executable.entry},
      {aux_user, who.user},
      {aux_effective_user, who.effective_user},
      {aux_group, who.group},
      {aux_effective_group, who.effective_group},
      {aux_secure, secure},
      {aux_random, plan.random()},
      {aux_file_name, plan.file_name()},
      {aux_platform, plan.platform_name()},
      {aux_signal_stack, kernel_.vector_bytes() + sizeof(frame::Frame) + 512},
  };
  static_assert(std::size(auxiliary) < StackPlan::auxiliary_count);
  const auto buffer = arguments.output();
  if (buffer.empty()) return fail(Errno::no_memory);
  Result<void> result;
  bool built = false;
  write_stack(arguments, plan, auxiliary, random, buffer, [&](u64 address, std::span<const std::byte> bytes) {
    if (built)
      result = memory_.store_space(space, address, bytes);
    else
      result = memory_.build(process.pid, space, program.base + executable.data_end, std::span(segments).first(count),
                             address, bytes);
    built = result.has_value();
    return built;
  });
  program.stack = plan.pointer();
  return result;
}

/// Who the process is once it runs the program.
void Server::take_rights(const Process& process, Program& program) const {
  Credentials& who = program.credentials;
  who = process.credentials;
  // Who traces sees what the program reads and writes: that is not to be another's.
  if (!process.no_new_privileges && !process.traced) {
    if (program.info.mode & mode_set_user) who.effective_user = program.info.user;
    if ((program.info.mode & mode_set_group) && (program.info.mode & mode_group_execute))
      who.effective_group = program.info.group;
  }
  who.saved_user = who.file_user = who.effective_user;
  who.saved_group = who.file_group = who.effective_group;
}

/// Replaces the thread's program. An error leaves the old one as it was; after success the thread runs, or is gone.
Result<void> Server::run(Thread& thread, Arguments& arguments, i32 directory, u32 flags) {
  Process& process = process_of(thread);
  const auto lost = [&] { return thread.phase == Thread::Phase::gone; };
  Program program;
  if (const auto found = find_program(process, arguments, directory, flags, program); !found) return found;
  if (program.executable.interpreter_length != 0)
    if (const auto found = find_interpreter(process, arguments, program); !found) return found;
  take_rights(process, program);
  SpaceIndex space;
  if (!take_space(space)) return fail(Errno::again);
  const auto built = build(process, arguments, program, space);
  if (!built || lost()) {
    memory_.discard(space);
    give_space(space);
    if (!built && built.error() == Errno::invalid) return fail(Errno::not_executable);
    return lost() ? Result<void>{} : built;
  }

  // From here on there is no way back.
  end_siblings(thread);
  leave_memory(thread);
  trace_program(process, arguments.path());
  if (lost()) {
    memory_.discard(space);
    give_space(space);
    return {};
  }
  set_name(thread, arguments.path());
  program.shown = arguments.copy_to(program.shown_room);
  become(thread, program, space);
  return {};
}

void Server::set_name(Thread& thread, std::string_view path) const {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  thread.name = {};
  std::ranges::copy(name.substr(0, thread.name.size() - 1), thread.name.begin());
}

/// All other threads end; the one that remains is the leader from now on.
void Server::end_siblings(Thread& survivor) {
  Process& process = process_of(survivor);
  each_thread(process, [&](Thread& thread) {
    if (&thread == &survivor) return;
    end_thread(thread);
    if (thread.tid == process.pid) std::swap(thread.tid, survivor.tid);
  });
  if (survivor.tid != process.pid) {
    // The leader had ended before, and its record is gone.
    identifiers_.set_thread(survivor.tid, 0);
    identifiers_.release(survivor.tid);
    survivor.tid = process.pid;
  }
  identifiers_.set_thread(process.pid, survivor.index);
}

/// The thread leaves its old program for the new one.
void Server::become(Thread& thread, const Program& program, SpaceIndex space) {
  Process& process = process_of(thread);
  if (thread.kernel != 0) {
    keep_time(process, thread);
    kernel_.destroy(thread.kernel);
    by_kernel_thread_[thread.kernel] = 0;
    thread.kernel = 0;
    --process.thread_count;
  }
  thread.phase = Thread::Phase::handled;
  const bool had_space = process.has_space;
  const SpaceIndex old = process.space;
  const bool was_shared = had_space && lives_elsewhere(process);
  process.space = space;
  process.has_space = true;
  const auto adopted = memory_.adopt(process.pid, space);
  if (had_space && !was_shared) give_space(old);
  files_.exec(process.pid, thread.name.data(), program.shown);
  release_vfork_waiter(process);

  const bool changed = process.credentials.effective_user != program.credentials.effective_user ||
                       process.credentials.effective_group != program.credentials.effective_group;
  process.credentials = program.credentials;
  if (changed) files_.credentials(process.pid, process.credentials);
  process.dumpable = !changed;
  process.executed = true;
  // A signal at the end other than SIGCHLD was for a program that is gone, be it the child's or the parent's.
  process.exit_signal = sig_child;
  for (u16 index = process.first_child; index != 0; index = processes_[index].next_sibling)
    processes_[index].exit_signal = sig_child;
  if (changed) process.parent_death_signal = 0;
  for (Disposition& disposition : process.dispositions)
    if (disposition.handled())
      disposition = {};
    else
      disposition = {.handler = disposition.handler, .mask = {}};
  thread.alternate = {};
  thread.robust_list = thread.clear_child_tid = 0;
  thread.call_broken_off = thread.sleep_goes_on = thread.stop_asked = false;
  if (thread.has_saved_mask) thread.mask = thread.saved_mask;
  thread.has_saved_mask = false;
  if (thread.phase == Thread::Phase::gone) return;

  constexpr u64 initial_flags = 0x202;
  Registers registers{};
  registers.rip = program.entry();
  registers.rsp = program.stack;
  registers.rflags = initial_flags;
  registers.call = abi::no_call;
  if (!adopted || !create_in_kernel(process, thread, registers)) return end_process(process, sig_kill);
  go_on(thread);
}

}  // namespace process
