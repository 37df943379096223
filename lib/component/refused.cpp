// SPDX-License-Identifier: BSD-2-Clause
// What the kernel refuses a component is written to the log, by name: the status alone often ends as an error of
// something else, far from its cause.
#include <algorithm>
#include <iterator>

#include "abi/message.hpp"
#include "abi/raw.hpp"
#include "lib/component/log.hpp"
#include "lib/component/table.hpp"

namespace component {
namespace {

using abi::Call;
using abi::u64;

constexpr std::string_view names[] = {
    "call",          "receive",         "reply",         "reply_receive", "notify",           "wake",
    "copy_in",       "copy_out",        "exit",          "thread_start",  "timer_set",        "clock",
    "log",           "frames_take",     "frames_return", "frame_state",   "generation",       "space_create",
    "space_destroy", "space_map",       "space_unmap",   "space_protect", "space_clone",      "space_query",
    "thread_create", "thread_destroy",  "thread_stop",   "thread_resume", "thread_registers", "thread_vector",
    "thread_space",  "thread_stopped",  "thread_list",   "port_in",       "port_out",         "port_in_block",
    "irq_ack",       "dma_pin",         "dma_unpin",     "dma_address",   "device_bind",      "irq_bind",
    "firmware_map",  "processor_start", "slot_stop",     "slot_reset",    "slot_status",      "slot_peek",
    "slot_inject",   "late_call",       "log_read",      "thread_time"};
static_assert(std::size(names) == static_cast<std::size_t>(Call::count));

// A component that tries again and again says so once for each thing, and of sixteen things at most until it is
// started anew.
constexpr unsigned most = 16;
u64 told[most];
unsigned told_count = 0;

std::string_view name_of_slot(u64 slot) {
  const abi::ComponentRecord* const record = Table::own().at(static_cast<unsigned>(slot));
  return record == nullptr ? "nobody" : name_of(*record);
}

void add_object(Line& line, Call call, u64 object, u64 part) {
  switch (call) {
    case Call::call:
      line.add_all(" to ", name_of_slot(object));
      break;
    case Call::notify:
      line.add_all(" of ", name_of_slot(object));
      break;
    case Call::port_in:
    case Call::port_out:
    case Call::port_in_block:
      line.add_all(" of port ", hex(object));
      break;
    case Call::irq_ack:
      line.add_all(" of interrupt ", object);
      break;
    case Call::device_bind:
      line.add_all(" of window ", part, " of ", name_of_slot(object));
      break;
    case Call::irq_bind:
      line.add_all(" of interrupt ", part, " of ", name_of_slot(object));
      break;
    default:
      break;
  }
}

}  // namespace
}  // namespace component

void abi::raw::refused(u64 number, u64 a0, u64 a1) {
  using namespace component;
  const auto call = static_cast<Call>(number & 0xff);
  if (call >= Call::count || call == Call::log) return;
  const bool has_parts = call == Call::device_bind || call == Call::irq_bind;
  const bool has_object = has_parts || call == Call::call || call == Call::notify || call == Call::irq_ack ||
                          (call >= Call::port_in && call <= Call::port_in_block);
  const u64 object = call == Call::call ? Endpoint{a0}.slot() : has_object ? a0 : 0;
  const u64 part = has_parts ? a1 : 0;
  const u64 what = u64{1} << 63 | static_cast<u64>(call) << 48 | (object & 0xffff) << 16 | (part & 0xffff);
  const auto known = std::span(told).first(told_count);
  if (told_count == most || std::ranges::find(known, what) != known.end()) return;
  told[told_count++] = what;
  Line line;
  line.add_all("the kernel refused ", names[static_cast<unsigned>(call)]);
  add_object(line, call, object, part);
  write_log(line.text());
}
