// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/below/system_kernel.hpp"

#include <cpuid.h>

#include "lib/component/component.hpp"
#include "lib/component/program_threads.hpp"
#include "lib/component/slots.hpp"

namespace process {

namespace {

namespace kernel = component::program_thread;

constexpr kernel::Thread thread_of(KernelThread thread) { return static_cast<kernel::Thread>(thread); }

constexpr std::size_t row_bytes = 16 * page_size;

component::Frame frame_of(const std::byte* memory) {
  return static_cast<component::Frame>((reinterpret_cast<u64>(memory) - abi::layout::frame_base) / page_size);
}

/// Unpredictable bits, as far as the processor has an instruction for them.
u64 entropy() {
  constexpr unsigned has_random = 1u << 30;
  unsigned a, b, c = 0, d;
  __get_cpuid(1, &a, &b, &c, &d);
  u64 value = __builtin_readcyclecounter();
  if (c & has_random) {
    for (unsigned tries = 0; tries < 10; ++tries) {
      u64 random;
      bool done;
      asm volatile("rdrand %0" : "=r"(random), "=@ccc"(done));
      if (done) return value ^ random;
    }
  }
  return value;
}

}  // namespace

SystemKernel::SystemKernel() {
  constexpr unsigned has_saved_state = 1u << 27;
  unsigned a, b, c = 0, d = 0;
  __get_cpuid(1, &a, &b, &c, &d);
  capabilities_ = d;
  // What the kernel has enabled, in the size that the processor says (SDM volume 1, 13.2).
  if ((c & has_saved_state) && __get_cpuid_count(13, 0, &a, &b, &c, &d))
    vector_bytes_ = std::clamp<std::size_t>(b, frame::vector_legacy_bytes, frame::max_vector_bytes);
  const u64 seed[] = {
      component::info().boot_id[0], component::info().boot_id[1], entropy(), entropy(), entropy(), entropy()};
  random_.add(seed);
}

Status SystemKernel::create(KernelThread thread, SpaceIndex space, u64 owner_tag, const Registers& registers) {
  return kernel::create(thread_of(thread), static_cast<component::space::Space>(space), owner_tag, registers);
}
void SystemKernel::destroy(KernelThread thread) { static_cast<void>(kernel::destroy(thread_of(thread))); }
void SystemKernel::stop(KernelThread thread, u32 cause) { static_cast<void>(kernel::stop(thread_of(thread), cause)); }
ProcessorTime SystemKernel::processor_time(KernelThread thread) {
  constexpr u64 millisecond = 1'000'000;
  const auto found = kernel::time(thread);
  if (!found || found->thread != thread) return {};
  return {found->user_ms * millisecond, found->system_ms * millisecond};
}
void SystemKernel::resume(KernelThread thread) { static_cast<void>(kernel::resume(thread_of(thread))); }
bool SystemKernel::read(KernelThread thread, Registers& registers) {
  return kernel::read(thread_of(thread), registers) == Status::ok;
}
bool SystemKernel::write(KernelThread thread, const Registers& registers) {
  return kernel::write(thread_of(thread), registers) == Status::ok;
}
bool SystemKernel::read_vector(KernelThread thread, frame::VectorState& state) {
  state.size = vector_bytes_;
  return kernel::read_vector(thread_of(thread), std::span(state.bytes).first(state.size)) == Status::ok;
}
bool SystemKernel::write_vector(KernelThread thread, std::span<const std::byte> state) {
  return kernel::write_vector(thread_of(thread), state) == Status::ok;
}

std::optional<Kernel::Stopped> SystemKernel::take_stopped() {
  const auto stopped = kernel::take_stopped();
  if (!stopped) return {};
  return Stopped{static_cast<KernelThread>(stopped->thread), stopped->owner_tag, stopped->cause};
}

u64 SystemKernel::now() { return component::now(); }
void SystemKernel::set_timer(u64 deadline) { component::set_timer(deadline); }

std::byte* SystemKernel::take_page() {
  component::Frame frame;
  if (component::Frames{}.take(std::span(&frame, 1)).value_or(0) != 1) return nullptr;
  return component::Frames::memory(frame);
}

void SystemKernel::give_page(std::byte* page) { static_cast<void>(component::Frames{}.give_back(frame_of(page))); }

std::span<std::byte> SystemKernel::take_row() {
  for (auto& row : rows_)
    if (!row.empty()) return std::exchange(row, {});
  const auto first = component::Frames{}.take_sixteen();
  if (!first) return {};
  return {component::Frames::memory(*first), row_bytes};
}

void SystemKernel::give_row(std::span<std::byte> row) {
  for (auto& kept : rows_) {
    if (!kept.empty()) continue;
    kept = row;
    return;
  }
  static_cast<void>(component::Frames{}.give_back(frame_of(row.data()), row_bytes / page_size));
}

std::string_view SystemKernel::command_line() { return component::text_of(component::info().command_line); }

void SystemKernel::random(std::span<std::byte> to) {
  const u64 more[] = {entropy()};
  random_.add(more);
  random_.fill(to);
}

MachineMemory SystemKernel::machine_memory() { return {component::info().memory_bytes, component::info().memory_free}; }

unsigned SystemKernel::processors() { return component::info().processors; }

void SystemKernel::log(std::string_view line) { component::write_log(line); }

LogPart SystemKernel::read_log(u64 position, std::span<char> into) {
  const auto read = component::slot::read_log(position, std::as_writable_bytes(into));
  if (!read) return {0, position};
  return {read->bytes, read->position};
}

}  // namespace process
