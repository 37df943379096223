// SPDX-License-Identifier: BSD-2-Clause
#include <iterator>
#include <tuple>
#include <type_traits>

#include "kernel/system/kernel.hpp"

namespace kernel {

namespace {

constexpr u64 max_log = 256;

Status valid(bool good) { return good ? Status::ok : Status::invalid; }

Status told(Thread& thread, Done done) {
  thread.frame.rdi = done.count;
  return done.status;
}

template <bool in>
Status copy(Thread& thread, Endpoint from, u64 offset, u64 own, u64 length) {
  const unsigned lend = thread.frame.call >> 8 & 3;
  thread.frame.rdi = 0;
  const auto range = core.resolve(thread, from, lend, offset, length, in ? right_read : abi::right_write);
  if (range.status != Status::ok) return range.status;
  Thread& other = core.threads[range.thread];
  const FrameNumber here = root_of(thread), there = root_of(other);
  const CopyResult result = in ? copy_between(there, range.address, here, own, length)
                               : copy_between(here, own, there, range.address, length);
  thread.frame.rdi = result.done;
  if (in ? result.to_failed : result.from_failed) return Status::invalid;
  if (in ? !result.from_failed : !result.to_failed) return Status::ok;
  if (!other.program || other.copy_failed) return Status::bad_address;
  core.copy_faulted(other, result.failed_at, in ? 4 : 6);
  return Status::faulted;
}

Status thread_start(Thread& thread, u64 index, u64 entry, u64 argument) {
  const Slot& slot = core.slots[thread.slot];
  if (index >= slot.threads || entry >= layout::user_end) return Status::invalid;
  const Status status = core.start_thread(thread, static_cast<unsigned>(index));
  if (status != Status::ok) return status;
  Frame& other = core.threads[slot.first_thread + index].frame;
  other.rip = entry;
  other.rdi = argument;
  return Status::ok;
}

Status write_log(Thread& thread, u64 address, u64 length) {
  char text[max_log];
  length = std::min(length, max_log);
  if (!read_own(thread, address, text, length)) return Status::invalid;
  log(slot_records[thread.slot].name);
  log(": ");
  log_bytes(text, length);
  log("\n");
  return Status::ok;
}

Status log_read(Thread& thread, u64 position, u64 address, u64 length) {
  char text[max_log];
  const u64 done = read_log(position, text, std::min(length, max_log));
  return write_own(thread, address, text, done) ? give(thread, done, position) : Status::invalid;
}

Status frames_take(Thread& thread, u64 count, u64 array) {
  u32 numbers[max_pages];
  count = std::min<u64>(count, max_pages);
  if (!read_own(thread, array, numbers, count * sizeof(u32))) return Status::invalid;
  const Done done = take_frames(thread.slot, count, thread.frame.call >> 8 & 0xff, numbers);
  return write_own(thread, array, numbers, done.count * sizeof(u32)) ? told(thread, done) : Status::invalid;
}

Status frame_state(Thread& thread, u64 frame) {
  if (!memory.frames.exists(frame)) return Status::invalid;
  const FrameRecord& record = memory.frames[{static_cast<u32>(frame)}];
  return record.type == FrameType::data ? give(thread, record.owner, record.maps) : Status::invalid;
}

Status space_query(Thread& thread, u64 space, u64 address, u64 array, u64 count) {
  u64 entries[max_pages];
  count = std::min<u64>(count, max_pages);
  const Done done = query(thread.slot, space, address, entries, count);
  if (done.status == Status::ok && !write_own(thread, array, entries, count * sizeof(u64))) return Status::invalid;
  return told(thread, done);
}

// Registers that a program may have: nothing that ring 0 must not be left with.
bool read_registers(Thread& thread, u64 address, Registers& registers) {
  return read_own(thread, address, &registers, sizeof registers) && registers.rip < layout::user_end &&
         registers.fs_base < layout::user_end && registers.gs_base < abi::layout::user_end;
}

void set_registers(Thread& program, const Registers& registers) {
  static_cast<Registers&>(program.frame) = registers;
  program.frame.rflags = (registers.rflags & flags_user_may_set) | flags_of_user;
}

Status thread_create(Thread& thread, u64 id, u64 index, u64 tag, u64 address) {
  Registers registers;
  Space* space = live_space(index);
  if (id >= max_threads || !space || !read_registers(thread, address, registers)) return Status::invalid;
  Thread& program = core.threads[id];
  const Status status = core.create(thread, id, tag);
  if (status != Status::ok) return status;
  if (create_vector_state(program) != Status::ok) {
    core.destroy(thread, id);
    return Status::no_memory;
  }
  set_registers(program, registers);
  program.space = static_cast<u32>(index);
  program.root = space->root.address().value;
  ++space->threads;
  program_time[id][0] = program_time[id][1] = 0;
  return Status::ok;
}

Status thread_destroy(Thread& thread, u64 id) {
  const Status status = core.destroy(thread, id);
  if (status != Status::ok) return status;
  destroy_vector_state(core.threads[id]);
  --memory.spaces[core.threads[id].space].threads;
  return Status::ok;
}

bool writes(const Thread& thread) { return thread.frame.call & option_write; }

Thread* stopped_thread(Thread& thread, u64 id) {
  Thread* program = core.owned(thread, id);
  return program && program->state == ThreadState::stopped ? program : nullptr;
}

Status thread_registers(Thread& thread, u64 id, u64 address) {
  Thread* program = stopped_thread(thread, id);
  if (!program) return Status::busy;
  settled_vector_state(*program);
  Registers registers = program->frame;
  if (!writes(thread)) return valid(write_own(thread, address, &registers, sizeof registers));
  if (!read_registers(thread, address, registers)) return Status::invalid;
  set_registers(*program, registers);
  return Status::ok;
}

// The state is the processor's XSAVE area, as a signal frame carries it. The header is not the owner's to write.
Status thread_vector(Thread& thread, u64 id, u64 address, u64 length) {
  constexpr u64 legacy_size = 512, header_end = 576;
  Thread* program = stopped_thread(thread, id);
  if (!program) return Status::busy;
  char* area = direct<char>(settled_vector_state(*program));
  length = std::min<u64>(length, vector_state_size());
  thread.frame.rdi = length;
  if (!writes(thread)) return valid(write_own(thread, address, area, length));
  if (length < legacy_size || !read_own(thread, address, area, legacy_size)) return Status::invalid;
  *reinterpret_cast<u32*>(area + 24) &= 0xffff;  // MXCSR
  *reinterpret_cast<u64*>(area + legacy_size) |= length > header_end ? 7 : 3;
  return valid(length <= header_end || read_own(thread, address + header_end, area + header_end, length - header_end));
}

Status thread_stopped(Thread& thread) {
  const Thread* program = core.take_stopped(thread);
  return program ? give(thread, program->id, program->owner_tag, program->stop_cause) : Status::none;
}

Status thread_time(Thread& thread, u64 id) {
  constexpr u64 millisecond = 1'000'000;
  while (id < max_threads && (!core.threads[id].program || core.threads[id].state == ThreadState::empty)) ++id;
  if (id >= max_threads) return Status::none;
  const ThreadState state = core.threads[id].state;
  const u64 bits = state == ThreadState::stopped  ? abi::program_stopped
                   : state == ThreadState::parked ? 0
                                                  : program_runs;
  const u64 times = program_time[id][1] / millisecond << 32 | (program_time[id][0] / millisecond & 0xffff'ffff);
  return give(thread, id | bits, core.threads[id].owner_tag, times);
}

Status waiting_call(Thread& thread, u64 id) {
  while (id < max_threads && !core.waits(core.threads[id])) ++id;
  if (id >= max_threads) return Status::none;
  const Thread& other = core.threads[id];
  return give(thread, id | u64{core.late(other)} << 16, other.slot | u64{other.partner} << 8, other.serving);
}

Status generation(Thread& thread, u64 slot) {
  if (slot >= image->slot_count) return Status::invalid;
  return give(thread, core.slots[slot].generation, static_cast<u64>(core.slots[slot].state));
}

Status slot_stop(Thread& thread, u64 slot, u64 cause) {
  if (slot >= image->slot_count || slot == thread.slot) return Status::invalid;
  core.stop_slot(core.slots[slot], static_cast<u32>(cause), 0);
  return Status::ok;
}

Status slot_reset(Thread& thread, u64 slot, u64 flags) {
  if (slot >= image->slot_count || slot == thread.slot) return Status::invalid;
  return reset_slot(static_cast<unsigned>(slot), flags);
}

Status slot_status(Thread& thread, u64 slot, u64 address) {
  if (slot >= image->slot_count) return Status::invalid;
  SlotStatus status;
  fill_status(static_cast<unsigned>(slot), status);
  return valid(write_own(thread, address, &status, sizeof status));
}

Status slot_peek(Thread& thread, u64 slot, u64 address, u64 own, u64 length) {
  if (slot >= image->slot_count) return Status::invalid;
  const CopyResult result = copy_between(memory.slot_roots[slot], address, root_of(thread), own, length);
  thread.frame.rdi = result.done;
  return result.from_failed || result.to_failed ? Status::bad_address : Status::ok;
}

Status slot_inject(Thread&, u64 slot, u64 instruction, u64 steps) {
  if (slot >= image->slot_count || instruction >= layout::user_end) return Status::invalid;
  if (core.slots[slot].state != SlotState::running) return Status::dead;
  core.inject(core.slots[slot], instruction, steps);
  return Status::ok;
}

Status exit(Thread& thread, u64 code) {
  core.stop_slot(core.slots[thread.slot], cause_exit, static_cast<u32>(code));
  return Status::ok;
}

Status timer_set(Thread& thread, u64 deadline) {
  core.slots[thread.slot].timer = deadline;
  return Status::ok;
}

Status reply(Thread& thread, Endpoint to) { return core.reply(thread, to); }
Status notify(Thread& thread, u64 slot, u64 events) { return core.notify(thread, slot, events); }
Status wake(Thread& thread, Endpoint program) { return core.wake(thread, program); }
Status clock(Thread& thread) { return give(thread, monotonic_ns(), core.liveness); }
Status thread_stop(Thread& thread, u64 id, u64 cause) { return core.stop(thread, id, static_cast<u32>(cause)); }
Status thread_resume(Thread& thread, u64 id) { return core.resume(thread, id); }

// Calls a handler with the arguments that it takes, out of the frame; first comes the thread, or its slot where memory
// is concerned.
template <typename Result, typename First, typename... Words>
Status apply(Result (*handler)(First, Words...), Thread& thread) {
  u64 index = 0;
  if constexpr (std::is_same_v<First, Thread&>) {
    return std::apply(handler, std::tuple<First, Words...>{thread, Words{thread.frame.argument(index++)}...});
  } else {
    return told(thread, std::apply(handler, std::tuple{thread.slot, Words{thread.frame.argument(index++)}...}));
  }
}

template <auto handler>
Status plain(Thread& thread) {
  return apply(handler, thread);
}

// By abi::Call. Those that may change the running thread are not plain.
constexpr Status (*plain_calls[])(Thread&) = {
    nullptr, nullptr, plain<reply>, nullptr, plain<notify>, plain<wake>, plain<copy<true>>, plain<copy<false>>,
    // own slot
    plain<exit>, plain<thread_start>, plain<timer_set>, plain<clock>, plain<write_log>, plain<frames_take>,
    plain<return_frames>, plain<frame_state>, plain<generation>,
    // programs' spaces
    plain<create_space>, plain<destroy_space>, plain<map>, plain<unmap>, plain<protect>, plain<clone>,
    plain<space_query>,
    // programs' threads
    plain<thread_create>, plain<thread_destroy>, plain<thread_stop>, plain<thread_resume>, plain<thread_registers>,
    plain<thread_vector>, plain<thread_stopped>,
    // devices
    plain<port_in>, plain<port_out>, plain<port_in_block>, plain<irq_ack>, plain<dma_pin>, plain<dma_unpin>,
    plain<dma_address>,
    // pci
    plain<device_bind>, plain<irq_bind>, plain<start_processor>,
    // reincarnation
    plain<slot_stop>, plain<slot_reset>, plain<slot_status>, plain<slot_peek>, plain<slot_inject>, plain<waiting_call>,
    plain<log_read>, plain<thread_time>};
static_assert(std::size(plain_calls) == static_cast<u64>(Call::count));

}  // namespace

[[gnu::hot]] Status plain_call(Thread& thread, u64 number) {
  return number < std::size(plain_calls) && plain_calls[number] ? plain_calls[number](thread) : Status::invalid;
}

}  // namespace kernel
