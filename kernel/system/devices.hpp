// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/system/kernel.hpp"

namespace kernel {

// Routes the interrupts of all slots, at boot.
void route_interrupts();

// A device's interrupt: masked (lines) or counted (messages), and told to its slot as an event.
void device_interrupt(unsigned vector);
void end_interrupt_period();  // message budgets begin anew

// Kernel calls of drivers and of pci. Results go into the frame.
Status call_port_in(Thread& thread);
Status call_port_out(Thread& thread);
Status call_port_in_block(Thread& thread);
Status call_irq_ack(Thread& thread);
Status call_dma_pin(Thread& thread, u64 options);
Status call_dma_unpin(Thread& thread);
Status call_dma_address(Thread& thread);
Status call_device_bind(Thread& thread);
Status call_irq_bind(Thread& thread);
Status call_firmware_map(Thread& thread);
Status call_processor_start(Thread& thread);

}  // namespace kernel
