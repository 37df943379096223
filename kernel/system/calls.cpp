// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <tuple>

#include "abi/layout.hpp"
#include "kernel/arch/x86_64/clock.hpp"
#include "kernel/arch/x86_64/console.hpp"
#include "kernel/system/devices.hpp"
#include "kernel/system/processors.hpp"
#include "kernel/system/slots.hpp"

namespace kernel {

namespace {

using abi::Call;

constexpr u64 max_log = 256;

Status valid(bool good) { return good ? Status::ok : Status::invalid; }

Status told(Thread& thread, Done done) {
  thread.frame.rdi = done.count;
  return done.status;
}

Status copy(Thread& thread, Endpoint from, u64 offset, u64 own, u64 length, unsigned lend, bool in) {
  thread.frame.rdi = 0;
  const auto range = core.resolve(thread, from, lend, offset, length, in ? abi::right_read : abi::right_write);
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

Status start_thread(Thread& thread, u64 index, u64 entry, u64 argument) {
  const Slot& slot = core.slots[thread.slot];
  if (index >= slot.threads || entry >= abi::layout::user_end) return Status::invalid;
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

Status copy_log(Thread& thread, u64 position, u64 address, u64 length) {
  char text[max_log];
  const u64 done = read_log(position, text, std::min(length, max_log));
  return write_own(thread, address, text, done) ? give(thread, done, position) : Status::invalid;
}

Status take_frames(Thread& thread, u64 count, u64 array, unsigned order) {
  u32 numbers[max_pages];
  count = std::min<u64>(count, max_pages);
  if (!read_own(thread, array, numbers, count * sizeof(u32))) return Status::invalid;
  const Done done = kernel::take_frames(thread.slot, count, order, numbers);
  return write_own(thread, array, numbers, done.count * sizeof(u32)) ? told(thread, done) : Status::invalid;
}

Status frame_state(Thread& thread, u64 frame) {
  if (!memory.frames.exists(frame)) return Status::invalid;
  const FrameRecord& record = memory.frames[{static_cast<u32>(frame)}];
  const bool data = record.type == FrameType::data;
  return give(thread, data ? record.owner : u64{no_slot}, data ? record.maps : u64{0});
}

Status query_space(Thread& thread, u64 space, u64 address, u64 array, u64 count) {
  u64 entries[max_pages];
  const Done done = query(thread.slot, space, address, entries, count);
  if (done.status == Status::ok && !write_own(thread, array, entries, done.count * sizeof(u64))) return Status::invalid;
  return told(thread, done);
}

// Registers that a program may have: nothing that ring 0 must not be left with.
bool read_registers(Thread& thread, u64 address, abi::Registers& registers) {
  return read_own(thread, address, &registers, sizeof registers) && registers.rip < abi::layout::user_end &&
         registers.fs_base < abi::layout::user_end && registers.gs_base < abi::layout::user_end;
}

void set_registers(Thread& program, const abi::Registers& registers) {
  static_cast<abi::Registers&>(program.frame) = registers;
  program.frame.rflags = (registers.rflags & flags_user_may_set) | flags_of_user;
}

Status create_thread(Thread& thread, u64 id, u64 index, u64 tag, u64 address) {
  abi::Registers registers;
  Space* space = live_space(index);
  if (id >= abi::max_threads || !space || !read_registers(thread, address, registers)) return Status::invalid;
  Thread& program = core.threads[id];
  const Status status = core.create(thread, id, static_cast<u32>(index), tag);
  if (status != Status::ok) return status;
  if (create_vector_state(program) != Status::ok) {
    core.destroy(thread, id);
    return Status::no_memory;
  }
  set_registers(program, registers);
  ++space->threads;
  return Status::ok;
}

Status destroy_thread(Thread& thread, u64 id) {
  const Status status = core.destroy(thread, id);
  if (status != Status::ok) return status;
  destroy_vector_state(core.threads[id]);
  --memory.spaces[core.threads[id].space].threads;
  return Status::ok;
}

Thread* stopped_thread(Thread& thread, u64 id) {
  Thread* program = core.owned(thread, id);
  return program && program->state == ThreadState::stopped ? program : nullptr;
}

Status access_registers(Thread& thread, u64 id, u64 address, bool write) {
  Thread* program = stopped_thread(thread, id);
  if (!program) return Status::busy;
  settled_vector_state(*program);
  abi::Registers registers = program->frame;
  if (!write) return valid(write_own(thread, address, &registers, sizeof registers));
  if (!read_registers(thread, address, registers)) return Status::invalid;
  set_registers(*program, registers);
  return Status::ok;
}

// The state is the processor's XSAVE area, as a signal frame carries it. The header is not the owner's to write.
Status access_vector(Thread& thread, u64 id, u64 address, u64 length, bool write) {
  constexpr u64 legacy_size = 512, header_end = 576;
  Thread* program = stopped_thread(thread, id);
  if (!program) return Status::busy;
  char* area = direct<char>(settled_vector_state(*program));
  length = std::min<u64>(length, vector_state_size());
  thread.frame.rdi = length;
  if (!write) return valid(write_own(thread, address, area, length));
  if (length < legacy_size || !read_own(thread, address, area, legacy_size)) return Status::invalid;
  *reinterpret_cast<u32*>(area + 24) &= 0xffff;  // MXCSR
  auto& used = *reinterpret_cast<u64*>(area + legacy_size);
  used |= 3;
  if (length <= header_end) return Status::ok;
  if (!read_own(thread, address + header_end, area + header_end, length - header_end)) return Status::invalid;
  used |= 4;
  return Status::ok;
}

Status move_thread(Thread& thread, u64 id, u64 index) {
  Thread* program = stopped_thread(thread, id);
  Space* space = live_space(index);
  if (!program) return Status::busy;
  if (!space) return Status::invalid;
  --memory.spaces[program->space].threads;
  program->space = static_cast<u32>(index);
  ++space->threads;
  return Status::ok;
}

Status take_stopped(Thread& thread) {
  const Thread* program = core.take_stopped(thread);
  return program ? give(thread, program->id, program->owner_tag, program->stop_cause) : Status::none;
}

Status list_threads(Thread& thread, u64 id) {
  for (; id < abi::max_threads; ++id) {
    if (const Thread* program = core.owned(thread, id)) return give(thread, id, program->owner_tag, program->space);
  }
  return Status::none;
}

Status late_call(Thread& thread) {
  u8 guilty, waiting;
  return core.blame(guilty, waiting) ? give(thread, guilty, waiting) : Status::none;
}

// Calls on a slot that is named.
Status slot_call(Thread& thread, Call number, u64 named) {
  if (named >= image->slot_count) return Status::invalid;
  const Frame& frame = thread.frame;
  Slot& slot = core.slots[named];
  const bool own = named == thread.slot;
  switch (number) {
    case Call::generation: return give(thread, slot.generation, static_cast<u64>(slot.state));
    case Call::device_bind: return bind_device(named, frame.rsi, frame.rdx, frame.r8);
    case Call::irq_bind: return bind_interrupt(thread, named, frame.rsi);
    case Call::slot_stop:
      if (!own) core.stop_slot(slot, static_cast<u32>(frame.rsi), 0);
      return valid(!own);
    case Call::slot_reset: return own ? Status::invalid : reset_slot(static_cast<unsigned>(named), frame.rsi);
    case Call::slot_status: {
      abi::SlotStatus status;
      fill_status(static_cast<unsigned>(named), status);
      return valid(write_own(thread, frame.rsi, &status, sizeof status));
    }
    case Call::slot_peek: {
      const FrameNumber root = memory.slot_roots[named];
      const CopyResult result = copy_between(root, frame.rsi, root_of(thread), frame.rdx, frame.r8);
      thread.frame.rdi = result.done;
      return result.from_failed || result.to_failed ? Status::bad_address : Status::ok;
    }
    default:  // slot_inject
      if (slot.state != SlotState::running) return Status::dead;
      slot.inject_at = frame.rsi;
      slot.inject_steps = frame.rdx;
      return Status::ok;
  }
}

Status plain_call(Thread& thread, Call number, u64 options) {
  Frame& frame = thread.frame;
  const u8 slot = thread.slot;
  const auto [a0, a1, a2, a3, a4] = std::tuple{frame.rdi, frame.rsi, frame.rdx, frame.r8, frame.r9};
  const unsigned lend = options >> 8 & 3;
  const bool write = options & abi::option_write;
  switch (number) {
    case Call::reply: return core.reply(thread, Endpoint{a0});
    case Call::notify: return core.notify(thread, a0, a1);
    case Call::wake: return core.wake(thread, Endpoint{a0});
    case Call::copy_in: return copy(thread, Endpoint{a0}, a1, a2, a3, lend, true);
    case Call::copy_out: return copy(thread, Endpoint{a0}, a1, a2, a3, lend, false);
    case Call::exit:
      core.stop_slot(core.slots[slot], abi::cause_exit, static_cast<u32>(a0));
      return Status::ok;
    case Call::thread_start: return start_thread(thread, a0, a1, a2);
    case Call::timer_set: core.slots[slot].timer = a0; return Status::ok;
    case Call::clock: return give(thread, monotonic_ns(), core.liveness);
    case Call::log: return write_log(thread, a0, a1);
    case Call::frames_take: return take_frames(thread, a0, a1, options >> 8 & 0xff);
    case Call::frames_return: return told(thread, return_frames(slot, a0, a1));
    case Call::frame_state: return frame_state(thread, a0);
    case Call::space_create: return create_space(slot, a0, a1);
    case Call::space_destroy: return destroy_space(slot, a0);
    case Call::space_map: return told(thread, map(slot, a0, a1, a2, a3, a4));
    case Call::space_unmap: return told(thread, unmap(slot, a0, a1, a2));
    case Call::space_protect: return told(thread, protect(slot, a0, a1, a2, a3));
    case Call::space_clone: return told(thread, clone(slot, a0, a1, a2, a3));
    case Call::space_query: return query_space(thread, a0, a1, a2, a3);
    case Call::thread_create: return create_thread(thread, a0, a1, a2, a3);
    case Call::thread_destroy: return destroy_thread(thread, a0);
    case Call::thread_stop: return core.stop(thread, a0, static_cast<u32>(a1));
    case Call::thread_resume: return core.resume(thread, a0);
    case Call::thread_registers: return access_registers(thread, a0, a1, write);
    case Call::thread_vector: return access_vector(thread, a0, a1, a2, write);
    case Call::thread_space: return move_thread(thread, a0, a1);
    case Call::thread_stopped: return take_stopped(thread);
    case Call::thread_list: return list_threads(thread, a0);
    case Call::port_in: return read_port(thread, a0, a1);
    case Call::port_out: return write_port(thread, a0, a1, a2);
    case Call::port_in_block: return read_port_block(thread, a0, a1, a2, a3, a4);
    case Call::irq_ack: return acknowledge_interrupt(thread, a0);
    case Call::dma_pin: return pin(thread, Endpoint{a0}, a1, a2, a3, lend, options >> 10 & 1);
    case Call::dma_unpin: return unpin(thread, a0, a1);
    case Call::dma_address: return dma_address(thread, a0);
    case Call::firmware_map: return map_firmware(thread, a0, a1);
    case Call::processor_start: return start_processor(a0);
    case Call::late_call: return late_call(thread);
    case Call::log_read: return copy_log(thread, a0, a1, a2);
    default: return slot_call(thread, number, a0);
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
