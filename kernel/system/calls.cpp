// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "abi/layout.hpp"
#include "kernel/arch/x86_64/clock.hpp"
#include "kernel/arch/x86_64/console.hpp"
#include "kernel/system/devices.hpp"
#include "kernel/system/slots.hpp"

namespace kernel {

namespace {

using abi::Call;

constexpr u64 max_log = 256;

Status call_copy(Thread& thread, u64 options, bool in) {
  Frame& frame = thread.frame;
  const Endpoint from{frame.rdi};
  const u64 offset = frame.rsi, own = frame.rdx, length = frame.r8;
  frame.rdi = 0;
  const auto range =
      core.resolve(thread, from, options >> 8 & 3, offset, length, in ? abi::right_read : abi::right_write);
  if (range.status != Status::ok) return range.status;
  Thread& other = core.threads[range.thread];
  const FrameNumber here = root_of(thread), there = root_of(other);
  const CopyResult result = in ? copy_between(there, range.address, here, own, length)
                               : copy_between(here, own, there, range.address, length);
  frame.rdi = result.done;
  if (in ? result.to_failed : result.from_failed) return Status::invalid;
  if (in ? !result.from_failed : !result.to_failed) return Status::ok;
  if (!other.program || other.copy_failed) return Status::bad_address;
  core.copy_faulted(other, result.failed_at, in ? 4 : 6);
  return Status::faulted;
}

Status call_thread_start(Thread& thread) {
  Frame& frame = thread.frame;
  const u64 index = frame.rdi, entry = frame.rsi, argument = frame.rdx;
  const Slot& slot = core.slots[thread.slot];
  if (index >= slot.threads || entry >= abi::layout::user_end) return Status::invalid;
  const Status status = core.start_thread(thread, static_cast<unsigned>(index));
  if (status != Status::ok) return status;
  Frame& other = core.threads[slot.first_thread + index].frame;
  other.rip = entry;
  other.rdi = argument;
  return Status::ok;
}

Status call_log(Thread& thread) {
  char text[max_log];
  const u64 length = std::min(thread.frame.rsi, max_log);
  if (!read_own(thread, thread.frame.rdi, text, length)) return Status::invalid;
  log(slot_records[thread.slot].name);
  log(": ");
  log_bytes(text, length);
  log("\n");
  return Status::ok;
}

Status call_log_read(Thread& thread) {
  char text[max_log];
  u64 position = thread.frame.rdi;
  const u64 done = read_log(position, text, std::min(thread.frame.rdx, max_log));
  if (!write_own(thread, thread.frame.rsi, text, done)) return Status::invalid;
  thread.frame.rdi = done;
  thread.frame.rsi = position;
  return Status::ok;
}

Status told(Thread& thread, Done done) {
  thread.frame.rdi = done.count;
  return done.status;
}

Status call_frames_take(Thread& thread, u64 options) {
  u32 numbers[max_pages];
  const u64 array = thread.frame.rsi;
  const u64 count = std::min<u64>(thread.frame.rdi, max_pages);
  if (!write_own(thread, array, numbers, 0) || !read_own(thread, array, numbers, count * sizeof(u32))) {
    return Status::invalid;
  }
  const Done done = take_frames(thread.slot, count, options >> 8 & 0xff, numbers);
  if (!write_own(thread, array, numbers, done.count * sizeof(u32))) return Status::invalid;
  return told(thread, done);
}

Status call_frame_state(Thread& thread) {
  if (!memory.frames.exists(thread.frame.rdi)) return Status::invalid;
  const FrameRecord& record = memory.frames[{static_cast<u32>(thread.frame.rdi)}];
  thread.frame.rdi = record.type == FrameType::data ? record.owner : u64{no_slot};
  thread.frame.rsi = record.type == FrameType::data ? record.maps : 0;
  return Status::ok;
}

Status call_generation(Thread& thread) {
  const u64 slot = thread.frame.rdi;
  if (slot >= image->slot_count) return Status::invalid;
  thread.frame.rdi = core.slots[slot].generation;
  thread.frame.rsi = static_cast<u64>(core.slots[slot].state);
  return Status::ok;
}

Status call_space_query(Thread& thread) {
  u64 entries[max_pages];
  Frame& frame = thread.frame;
  const Done done = query(thread.slot, frame.rdi, frame.rsi, entries, frame.r8);
  if (done.status == Status::ok && !write_own(thread, frame.rdx, entries, done.count * sizeof(u64))) {
    return Status::invalid;
  }
  return told(thread, done);
}

// Registers that a program may have: nothing that ring 0 must not be left with.
bool sound(const abi::Registers& registers) {
  return registers.rip < abi::layout::user_end && registers.fs_base < abi::layout::user_end &&
         registers.gs_base < abi::layout::user_end;
}

void set_registers(Thread& program, const abi::Registers& registers) {
  static_cast<abi::Registers&>(program.frame) = registers;
  program.frame.rflags = (registers.rflags & flags_user_may_set) | flags_of_user;
}

Status call_thread_create(Thread& thread) {
  const Frame& frame = thread.frame;
  const u64 id = frame.rdi, index = frame.rsi, tag = frame.rdx;
  abi::Registers registers;
  if (id >= abi::max_threads || !live_space(index) || !read_own(thread, frame.r8, &registers, sizeof registers) || !sound(registers)) {
    return Status::invalid;
  }
  Thread& program = core.threads[id];
  const Status status = core.create(thread, id, static_cast<u32>(index), tag);
  if (status != Status::ok) return status;
  if (create_vector_state(program) != Status::ok) {
    core.destroy(thread, id);
    return Status::no_memory;
  }
  set_registers(program, registers);
  ++memory.spaces[index].threads;
  return Status::ok;
}

Status call_thread_destroy(Thread& thread) {
  const u64 id = thread.frame.rdi;
  Thread* program = core.owned(thread, id);
  if (!program) return Status::none;
  const Status status = core.destroy(thread, id);
  destroy_vector_state(*program);
  --memory.spaces[program->space].threads;
  return status;
}

Thread* stopped_thread(Thread& thread) {
  Thread* program = core.owned(thread, thread.frame.rdi);
  return program && program->state == ThreadState::stopped ? program : nullptr;
}

Status call_thread_registers(Thread& thread, u64 options) {
  Thread* program = stopped_thread(thread);
  if (!program) return Status::busy;
  settled_vector_state(*program);
  abi::Registers registers = program->frame;
  if (!(options & abi::option_write)) {
    return write_own(thread, thread.frame.rsi, &registers, sizeof registers) ? Status::ok : Status::invalid;
  }
  if (!read_own(thread, thread.frame.rsi, &registers, sizeof registers) || !sound(registers)) return Status::invalid;
  set_registers(*program, registers);
  return Status::ok;
}

// The state is the processor's XSAVE area, as a signal frame carries it. The header is not the owner's to write.
Status call_thread_vector(Thread& thread, u64 options) {
  constexpr u64 legacy_size = 512, header_end = 576;
  Thread* program = stopped_thread(thread);
  if (!program) return Status::busy;
  char* area = direct<char>(settled_vector_state(*program));
  const u64 address = thread.frame.rsi, length = std::min<u64>(thread.frame.rdx, vector_state_size());
  thread.frame.rdi = length;
  if (!(options & abi::option_write)) return write_own(thread, address, area, length) ? Status::ok : Status::invalid;
  if (length < legacy_size) return Status::invalid;
  if (!read_own(thread, address, area, legacy_size)) return Status::invalid;
  auto& mxcsr = *reinterpret_cast<u32*>(area + 24);
  mxcsr &= 0xffff;
  auto& used = *reinterpret_cast<u64*>(area + legacy_size);
  used |= 3;
  if (length > header_end && !read_own(thread, address + header_end, area + header_end, length - header_end)) {
    return Status::invalid;
  }
  if (length > header_end) used |= 4;
  return Status::ok;
}

Status call_thread_space(Thread& thread) {
  Thread* program = stopped_thread(thread);
  const u64 index = thread.frame.rsi;
  if (!program) return Status::busy;
  if (!live_space(index)) return Status::invalid;
  --memory.spaces[program->space].threads;
  program->space = static_cast<u32>(index);
  ++memory.spaces[index].threads;
  return Status::ok;
}

Status call_thread_stopped(Thread& thread) {
  const Thread* program = core.take_stopped(thread);
  if (!program) return Status::none;
  thread.frame.rdi = program->id;
  thread.frame.rsi = program->owner_tag;
  thread.frame.rdx = program->stop_cause;
  return Status::ok;
}

Status call_thread_list(Thread& thread) {
  for (u64 id = thread.frame.rdi; id < abi::max_threads; ++id) {
    const Thread* program = core.owned(thread, id);
    if (!program) continue;
    thread.frame.rdi = id;
    thread.frame.rsi = program->owner_tag;
    thread.frame.rdx = program->space;
    return Status::ok;
  }
  return Status::none;
}

Status call_slot_status(Thread& thread) {
  abi::SlotStatus status;
  if (thread.frame.rdi >= image->slot_count) return Status::invalid;
  fill_status(static_cast<unsigned>(thread.frame.rdi), status);
  return write_own(thread, thread.frame.rsi, &status, sizeof status) ? Status::ok : Status::invalid;
}

Status call_slot_stop(Thread& thread) {
  if (thread.frame.rdi >= image->slot_count || thread.frame.rdi == thread.slot) return Status::invalid;
  core.stop_slot(core.slots[thread.frame.rdi], static_cast<u32>(thread.frame.rsi), 0);
  return Status::ok;
}

Status call_slot_reset(Thread& thread) {
  if (thread.frame.rdi >= image->slot_count || thread.frame.rdi == thread.slot) return Status::invalid;
  return reset_slot(static_cast<unsigned>(thread.frame.rdi), thread.frame.rsi);
}

Status call_slot_peek(Thread& thread) {
  if (thread.frame.rdi >= image->slot_count) return Status::invalid;
  const CopyResult result = copy_between(memory.slot_roots[thread.frame.rdi], thread.frame.rsi,
                                         memory.slot_roots[thread.slot], thread.frame.rdx, thread.frame.r8);
  thread.frame.rdi = result.done;
  return result.from_failed || result.to_failed ? Status::bad_address : Status::ok;
}

Status call_slot_inject(Thread& thread) {
  if (thread.frame.rdi >= image->slot_count) return Status::invalid;
  Slot& slot = core.slots[thread.frame.rdi];
  if (slot.state != SlotState::running) return Status::dead;
  slot.inject_at = thread.frame.rsi;
  slot.inject_steps = thread.frame.rdx;
  return Status::ok;
}

Status call_late(Thread& thread) {
  u8 guilty, waiting;
  if (!core.blame(guilty, waiting)) return Status::none;
  thread.frame.rdi = guilty;
  thread.frame.rsi = waiting;
  return Status::ok;
}

Status plain_call(Thread& thread, Call number, u64 options) {
  Frame& frame = thread.frame;
  const u8 slot = thread.slot;
  switch (number) {
    case Call::reply: return core.reply(thread, Endpoint{frame.rdi});
    case Call::notify: return core.notify(thread, frame.rdi, frame.rsi);
    case Call::wake: return core.wake(thread, Endpoint{frame.rdi});
    case Call::copy_in: return call_copy(thread, options, true);
    case Call::copy_out: return call_copy(thread, options, false);
    case Call::exit:
      core.stop_slot(core.slots[slot], abi::cause_exit, static_cast<u32>(frame.rdi));
      return Status::ok;
    case Call::thread_start: return call_thread_start(thread);
    case Call::timer_set: core.slots[slot].timer = frame.rdi; return Status::ok;
    case Call::clock:
      frame.rdi = monotonic_ns();
      frame.rsi = core.liveness;
      return Status::ok;
    case Call::log: return call_log(thread);
    case Call::frames_take: return call_frames_take(thread, options);
    case Call::frames_return: return told(thread, return_frames(slot, frame.rdi, frame.rsi));
    case Call::frame_state: return call_frame_state(thread);
    case Call::generation: return call_generation(thread);
    case Call::space_create: return create_space(slot, frame.rdi, frame.rsi);
    case Call::space_destroy: return destroy_space(slot, frame.rdi);
    case Call::space_map: return told(thread, map(slot, frame.rdi, frame.rsi, frame.rdx, frame.r8, frame.r9));
    case Call::space_unmap: return told(thread, unmap(slot, frame.rdi, frame.rsi, frame.rdx));
    case Call::space_protect: return told(thread, protect(slot, frame.rdi, frame.rsi, frame.rdx, frame.r8));
    case Call::space_clone: return told(thread, clone(slot, frame.rdi, frame.rsi, frame.rdx, frame.r8));
    case Call::space_query: return call_space_query(thread);
    case Call::thread_create: return call_thread_create(thread);
    case Call::thread_destroy: return call_thread_destroy(thread);
    case Call::thread_stop:
      return core.stop(thread, frame.rdi, static_cast<u32>(frame.rsi));
    case Call::thread_resume: return core.resume(thread, frame.rdi);
    case Call::thread_registers: return call_thread_registers(thread, options);
    case Call::thread_vector: return call_thread_vector(thread, options);
    case Call::thread_space: return call_thread_space(thread);
    case Call::thread_stopped: return call_thread_stopped(thread);
    case Call::thread_list: return call_thread_list(thread);
    case Call::port_in: return call_port_in(thread);
    case Call::port_out: return call_port_out(thread);
    case Call::port_in_block: return call_port_in_block(thread);
    case Call::irq_ack: return call_irq_ack(thread);
    case Call::dma_pin: return call_dma_pin(thread, options);
    case Call::dma_unpin: return call_dma_unpin(thread);
    case Call::dma_address: return call_dma_address(thread);
    case Call::device_bind: return call_device_bind(thread);
    case Call::irq_bind: return call_irq_bind(thread);
    case Call::firmware_map: return call_firmware_map(thread);
    case Call::processor_start: return call_processor_start(thread);
    case Call::slot_stop: return call_slot_stop(thread);
    case Call::slot_reset: return call_slot_reset(thread);
    case Call::slot_status: return call_slot_status(thread);
    case Call::slot_peek: return call_slot_peek(thread);
    case Call::slot_inject: return call_slot_inject(thread);
    case Call::late_call: return call_late(thread);
    case Call::log_read: return call_log_read(thread);
    default: return Status::invalid;
  }
}

}  // namespace

[[gnu::section(".text.hot")]] void component_call(Thread& thread) {
  const u64 options = thread.frame.rax;
  const u64 number = options & 0xff;
  if (number >= static_cast<u64>(Call::count)) {
    thread.frame.rax = static_cast<u64>(Status::invalid);
    return;
  }
  if (!(core.slots[thread.slot].kernel_calls >> number & 1)) {
    thread.frame.rax = static_cast<u64>(Status::refused);
    return;
  }
  switch (static_cast<Call>(number)) {
    case Call::call: return core.call(thread, options);
    case Call::receive: return core.receive(thread, options);
    case Call::reply_receive: return core.reply_receive(thread, options);
    default: break;
  }
  const Status status = plain_call(thread, static_cast<Call>(number), options);
  thread.frame.rax = static_cast<u64>(status);
}

}  // namespace kernel
