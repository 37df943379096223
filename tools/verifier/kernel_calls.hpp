// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "abi/calls.hpp"

namespace verifier {

/// What gives a component the right to a kernel call.
enum class Grant {
  always,      // every component: the runtime's own
  imports,     // it imports something
  events,      // it exports a contract with events, or has to tell others of restarts or heartbeats
  threads,     // more than one thread
  lends,       // it exports a contract whose requests lend memory, or serves programs
  programs,    // it serves programs
  frames,      // a frame quota
  ports,       // [[ports]]
  interrupts,  // [[interrupt]]
  dma,         // DMA memory
  named,       // `calls` names it
};

struct CallRule {
  abi::Call call;
  std::string_view name;
  Grant grant;
  std::string_view roles;   // of named calls: the components that may, separated by spaces; empty: any with a device
  std::string_view needed;  // of named calls that a program's symbols do not tell: who cannot do without
};

inline constexpr std::array<CallRule, static_cast<std::size_t>(abi::Call::count)> call_rules = {{
    {abi::Call::call, "call", Grant::imports, "", ""},
    {abi::Call::reply_receive, "reply_receive", Grant::always, "", ""},
    {abi::Call::reply, "reply", Grant::always, "", ""},
    {abi::Call::receive, "receive", Grant::always, "", ""},
    {abi::Call::notify, "notify", Grant::events, "", ""},
    {abi::Call::wake, "wake", Grant::programs, "", ""},
    {abi::Call::copy_in, "copy_in", Grant::lends, "", ""},
    {abi::Call::copy_out, "copy_out", Grant::lends, "", ""},
    {abi::Call::exit, "exit", Grant::always, "", ""},
    {abi::Call::thread_start, "thread_start", Grant::threads, "", ""},
    {abi::Call::timer_set, "timer_set", Grant::always, "", ""},
    {abi::Call::clock, "clock", Grant::always, "", ""},
    {abi::Call::log, "log", Grant::always, "", ""},
    {abi::Call::frames_take, "frames_take", Grant::frames, "", ""},
    {abi::Call::frames_return, "frames_return", Grant::frames, "", ""},
    {abi::Call::frame_state, "frame_state", Grant::frames, "", ""},
    {abi::Call::generation, "generation", Grant::always, "", ""},
    {abi::Call::space_create, "space_create", Grant::named, "memory", ""},
    {abi::Call::space_destroy, "space_destroy", Grant::named, "memory", ""},
    {abi::Call::space_map, "space_map", Grant::named, "memory file", ""},
    {abi::Call::space_unmap, "space_unmap", Grant::named, "memory file", ""},
    {abi::Call::space_protect, "space_protect", Grant::named, "memory file", ""},
    {abi::Call::space_clone, "space_clone", Grant::named, "memory", ""},
    {abi::Call::space_query, "space_query", Grant::named, "memory file", ""},
    {abi::Call::thread_create, "thread_create", Grant::named, "process", ""},
    {abi::Call::thread_destroy, "thread_destroy", Grant::named, "process", ""},
    {abi::Call::thread_stop, "thread_stop", Grant::named, "process", ""},
    {abi::Call::thread_resume, "thread_resume", Grant::named, "process", ""},
    {abi::Call::thread_registers, "thread_registers", Grant::named, "process", ""},
    {abi::Call::thread_vector, "thread_vector", Grant::named, "process", ""},
    {abi::Call::thread_stopped, "thread_stopped", Grant::named, "process", ""},
    {abi::Call::port_in, "port_in", Grant::ports, "", ""},
    {abi::Call::port_out, "port_out", Grant::ports, "", ""},
    {abi::Call::port_in_block, "port_in_block", Grant::ports, "", ""},
    {abi::Call::irq_ack, "irq_ack", Grant::interrupts, "", ""},
    {abi::Call::dma_pin, "dma_pin", Grant::named, "", ""},
    {abi::Call::dma_unpin, "dma_unpin", Grant::named, "", ""},
    {abi::Call::dma_address, "dma_address", Grant::dma, "", ""},
    {abi::Call::device_bind, "device_bind", Grant::named, "pci", "pci"},
    {abi::Call::irq_bind, "irq_bind", Grant::named, "pci", "pci"},
    {abi::Call::processor_start, "processor_start", Grant::named, "pci", "pci"},
    {abi::Call::slot_stop, "slot_stop", Grant::named, "reincarnation", ""},
    {abi::Call::slot_reset, "slot_reset", Grant::named, "reincarnation", ""},
    {abi::Call::slot_status, "slot_status", Grant::named, "reincarnation", ""},
    {abi::Call::slot_peek, "slot_peek", Grant::named, "reincarnation", ""},
    {abi::Call::slot_inject, "slot_inject", Grant::named, "reincarnation", ""},
    {abi::Call::waiting_call, "waiting_call", Grant::named, "reincarnation", ""},
    {abi::Call::log_read, "log_read", Grant::named, "reincarnation information process", ""},
    {abi::Call::thread_time, "thread_time", Grant::named, "process file", ""},
}};

/// The table is in the order of the numbers, so that a rule is found by its number.
consteval bool in_order() {
  for (std::size_t i = 0; i < call_rules.size(); ++i)
    if (static_cast<std::size_t>(call_rules[i].call) != i || call_rules[i].name.empty()) return false;
  return true;
}
static_assert(in_order());

/// What a manifest writes to be granted a call that follows from a declaration.
std::string_view declaration_of(Grant grant);

}  // namespace verifier
