// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/system/kernel.hpp"

namespace kernel {

// Routes the interrupts of all slots, at boot.
void route_interrupts();

// A device's interrupt: masked (lines) or counted (messages), and told to its slot as an event.
void device_interrupt(unsigned vector);
void end_interrupt_period();  // message budgets begin anew

// Kernel calls of drivers and of pci (abi/calls.hpp). Results go into the frame.
Status read_port(Thread& thread, u64 port, u64 size);
Status write_port(Thread& thread, u64 port, u64 size, u64 value);
Status read_port_block(Thread& thread, u64 port, u64 address, u64 capacity, u64 status_port, u64 mask);
Status acknowledge_interrupt(Thread& thread, u64 index);
Status pin(Thread& thread, Endpoint from, u64 offset, u64 length, u64 array, unsigned lend, bool device_writes);
Status unpin(Thread& thread, u64 array, u64 count);
Status dma_address(Thread& thread, u64 address);
Status bind_device(u64 slot, u64 window, u64 physical, u64 pages);
Status bind_interrupt(Thread& thread, u64 slot, u64 index);
Status map_firmware(Thread& thread, u64 physical, u64 pages);

}  // namespace kernel
