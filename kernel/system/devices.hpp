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
Status port_in(Thread& thread, u64 port, u64 size);
Status port_out(Thread& thread, u64 port, u64 size, u64 value);
Status port_in_block(Thread& thread, u64 port, u64 address, u64 capacity, u64 status_port, u64 mask);
Status irq_ack(Thread& thread, u64 index);
Status dma_pin(Thread& thread, Endpoint from, u64 offset, u64 length, u64 array);
Status dma_unpin(Thread& thread, u64 array, u64 count);
Status dma_address(Thread& thread, u64 address);
Status device_bind(Thread&, u64 slot, u64 window, u64 physical, u64 pages);
Status irq_bind(Thread& thread, u64 slot, u64 index);
Status firmware_map(Thread& thread, u64 physical, u64 pages);

}  // namespace kernel
