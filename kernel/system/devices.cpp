// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/system/devices.hpp"

#include "abi/layout.hpp"
#include "kernel/arch/x86_64/apic.hpp"
#include "kernel/arch/x86_64/instructions.hpp"
#include "kernel/system/slots.hpp"

namespace kernel {

namespace {

constexpr unsigned messages_per_period = 20'000;  // in 100 ms: what a disk and a network card stay far below
constexpr u64 firmware_pages = 1024;

struct Route {
  u8 slot = no_slot;
  u8 index = 0;
  u32 count = 0;
};
constinit Route routes[256];
unsigned firmware_used;  // pages

bool is_line(const Interrupt& interrupt) { return interrupt.vector && interrupt.vector < vector_message; }

const SlotRecord& record_of(const Thread& thread) { return slot_records[thread.slot]; }

bool may_use_port(const Thread& thread, u64 port, u64 size) {
  if (size != 1 && size != 2 && size != 4) return false;
  for (const PortRange& range : record_of(thread).ports) {
    if (port >= range.first && port + size <= u64{range.first} + range.count) return true;
  }
  return false;
}

// Memory of devices only: neither RAM nor the interrupt controllers.
bool is_device_memory(u64 address, u64 pages) {
  constexpr u64 controllers = 0xfec0'0000, controllers_end = 0xfef0'0000;
  const u64 end = address + pages * page_size;
  return address % page_size == 0 && end > address && (end <= controllers || address >= controllers_end) &&
         end < u64{1} << 52 && !memory.frames.is_memory({address}, pages);
}

}  // namespace

void route_interrupts() {
  for (unsigned slot = 0; slot < image->slot_count; ++slot) {
    for (unsigned i = 0; i < max_interrupts; ++i) {
      const Interrupt& interrupt = slot_records[slot].interrupts[i];
      routes[interrupt.vector] = {static_cast<u8>(slot), static_cast<u8>(i), 0};  // [0]: nobody's
      if (is_line(interrupt)) route_line(interrupt.vector - vector_line, interrupt.flags & 1, interrupt.flags & 2);
    }
  }
}

void device_interrupt(unsigned vector) {
  Route& route = routes[vector];
  if (route.slot == no_slot) return;
  if (vector < vector_message) {
    mask_line(vector - vector_line, true);
  } else if (++route.count > messages_per_period) {
    // A storm: dropped, and the reincarnation server is told once; it has the device turned off.
    if (route.count == messages_per_period + 1) core.stop_slot(core.slots[route.slot], cause_storm, route.index);
    return;
  }
  core.raise(core.slots[route.slot], u64{1} << slot_records[route.slot].interrupts[route.index].event);
}

void end_interrupt_period() {
  for (Route& route : routes) route.count = 0;
}

Status port_in(Thread& thread, u64 port, u64 size) {
  if (!may_use_port(thread, port, size)) return Status::refused;
  return give(thread, x86::in(static_cast<u16>(port), static_cast<unsigned>(size)));
}

Status port_out(Thread& thread, u64 port, u64 size, u64 value) {
  if (!may_use_port(thread, port, size)) return Status::refused;
  x86::out(static_cast<u16>(port), static_cast<u32>(value), static_cast<unsigned>(size));
  return Status::ok;
}

// Bytes that are gone from the device are in the component's memory, and the count behind them: at `address` a u64
// count is kept up, the bytes follow at address + 8 + count. So a driver that dies between loses none.
Status port_in_block(Thread& thread, u64 port, u64 address, u64 capacity, u64 status_port, u64 mask) {
  if (!may_use_port(thread, port, 1) || !may_use_port(thread, status_port, 1)) return Status::refused;
  u64 count;
  if (!read_own(thread, address, &count, sizeof count)) return Status::invalid;
  u64 done = 0;
  for (; count < capacity && done < 256; ++count, ++done) {
    if (!(x86::in(static_cast<u16>(status_port)) & mask)) break;
    u8 byte = 0;
    if (!write_own(thread, address + 8 + count, &byte, 1)) return Status::invalid;
    byte = static_cast<u8>(x86::in(static_cast<u16>(port)));
    write_own(thread, address + 8 + count, &byte, 1);
  }
  return write_own(thread, address, &count, sizeof count) ? give(thread, done) : Status::invalid;
}

Status irq_ack(Thread& thread, u64 index) {
  if (index >= max_interrupts) return Status::invalid;
  const Interrupt& interrupt = record_of(thread).interrupts[index];
  if (!interrupt.vector) return Status::refused;
  if (is_line(interrupt)) mask_line(interrupt.vector - vector_line, false);
  return Status::ok;
}

// All pages or none: what is already pinned when one fails is let go.
Status dma_pin(Thread& thread, Endpoint from, u64 offset, u64 length, u64 array) {
  const unsigned dma = record_of(thread).dma_index, lend = thread.frame.call >> 8 & 3;
  const bool device_writes = thread.frame.call >> 10 & 1;
  if (dma == dma_slots || length == 0 || length > max_pages * page_size) return Status::invalid;
  const u64 right = device_writes ? right_write : abi::right_read;
  const auto range = core.resolve(thread, from, lend, offset, length, right);
  if (range.status != Status::ok) return range.status;
  Thread& lender = core.threads[range.thread];
  u64 pages[max_pages + 1];
  unsigned count = 0;
  const auto release = [&](Status status) {
    while (count--) memory.frames.unpin(frame_of({pages[count]}), dma);
    return status;
  };
  for (u64 at = range.address & ~(page_size - 1); at < range.address + length; at += abi::page_size) {
    const char* there = reach(root_of(lender), at, device_writes);
    if (!there) {
      if (!lender.program || lender.copy_failed) return release(Status::bad_address);
      core.copy_faulted(lender, at, device_writes ? 2 : 0);
      return release(Status::faulted);
    }
    const PhysicalAddress page = physical(there);
    if (!memory.frames.exists(frame_of(page).value)) return release(Status::bad_address);
    if (!memory.frames.pin(frame_of(page), dma)) return release(Status::busy);
    pages[count++] = page.value;
  }
  return write_own(thread, array, pages, count * sizeof(u64)) ? give(thread, count) : release(Status::invalid);
}

Status dma_unpin(Thread& thread, u64 array, u64 count) {
  const unsigned dma = record_of(thread).dma_index;
  u64 pages[max_pages + 1];
  if (dma == dma_slots || count > max_pages + 1) return Status::invalid;
  if (!read_own(thread, array, pages, count * sizeof(u64))) return Status::invalid;
  for (u64 i = 0; i < count; ++i) {
    if (!memory.frames.exists(pages[i] / page_size)) return Status::invalid;
    if (!memory.frames.unpin(frame_of({pages[i]}), dma)) return Status::refused;
  }
  return Status::ok;
}

Status dma_address(Thread& thread, u64 address) {
  if (address < layout::dma_base || address >= abi::layout::device_base) return Status::invalid;
  const char* there = reach(root_of(thread), address, true);
  return there ? give(thread, physical(there).value) : Status::invalid;
}

Status device_bind(Thread&, u64 slot, u64 window, u64 physical, u64 pages) {
  if (slot >= image->slot_count || window >= max_windows) return Status::invalid;
  if (pages > slot_records[slot].window_pages[window] || !is_device_memory(physical, pages)) return Status::refused;
  const u64 address = layout::device_base + window * abi::layout::device_stride;
  const Status status = map_fixed(static_cast<u8>(slot), address, {physical}, pages * page_size,
                                  entry_rights(right_read | abi::right_write) | entry_uncached);
  shoot_down(memory.slot_roots[slot]);
  return status;
}

Status irq_bind(Thread& thread, u64 slot, u64 index) {
  if (slot >= image->slot_count || index >= max_interrupts) return Status::invalid;
  const unsigned vector = slot_records[slot].interrupts[index].vector;
  if (vector < vector_message) return Status::refused;
  return give(thread, message_address | cpus[0].apic << 12, vector);
}

Status firmware_map(Thread& thread, u64 physical, u64 pages) {
  if (pages > firmware_pages - firmware_used || !is_device_memory(physical, pages)) return Status::refused;
  const u64 address = layout::firmware_base + firmware_used * abi::page_size;
  const Status status = map_fixed(thread.slot, address, {physical}, pages * page_size, entry_rights(abi::right_read));
  if (status != Status::ok) return status;
  firmware_used += static_cast<unsigned>(pages);
  return give(thread, address);
}

}  // namespace kernel
