// SPDX-License-Identifier: BSD-2-Clause
// The only main loop in the system.
#include <bit>

#include "abi/raw.hpp"
#include "lib/component/runtime.hpp"
#include "lib/contract/program_call.hpp"
#include "lib/contract/shadow.hpp"

namespace component::detail {
namespace {

using abi::Endpoint;
using abi::Message;
using abi::u64;

constexpr u64 errno_io = 5;

[[gnu::cold, gnu::noinline]] bool is_poison(Endpoint sender, const Message& message) {
  const Poison& poison = runtime.poison;
  if (sender.program()) return poison.program == sender.bits;
  constexpr u64 flags = u64{0xff} << 32;
  return poison.tag != 0 && poison.slot == sender.slot() && poison.tag == (message.tag.bits & ~flags);
}

[[gnu::cold, gnu::noinline]] void refuse(Endpoint sender, Message& message) {
  runtime.poisoned = false;
  log("refused a request that ended two generations: label ", hex(message.tag.label()), " of slot ", sender.slot());
  if (message.tag.label() >= abi::label_program)
    message = {abi::Tag::of(abi::reply_value), {-errno_io}};
  else if (message.tag.label() >= abi::label_page_fault)
    message = {abi::Tag::of(abi::reply_fault), {}};
  else
    message.tag = {(message.tag.bits & ~(u64{0xff} << 32)) | contract::refused_number};
}

// The pending bits of the slot, all at once. Heartbeats are answered by having been received.
[[gnu::noinline]] void events(u64 bits) {
  Component& component = *runtime.component;
  const abi::ComponentRecord& record = *runtime.record;
  if (bits & abi::event_slot) component.on_slot();
  if (bits & abi::event_timer) component.on_timer();
  if (bits & abi::event_stopped) component.on_thread_stopped();
  for (unsigned index = 0; index < record.interrupt_count; ++index)
    if (bits >> (abi::first_free_event + index) & 1) component.on_interrupt(index);
  if (record.restart_event != 0 && (bits >> record.restart_event & 1) != 0) {
    component.on_restart();
  }
  bits &= runtime.import_bits;
  if (bits == 0) return;
  contract::ShadowBase::deliver(bits);
  for (; bits != 0; bits &= bits - 1) component.on_event(static_cast<unsigned>(std::countr_zero(bits)));
}

bool program_message(Endpoint sender, Message& message) {
  if (message.tag.label() >= abi::label_program) {
    contract::ProgramCall call(sender, message);
    runtime.component->on_program_call(call);
    return call.take_reply(message);
  }
  const PageFault fault{sender,
                        message.words[0],
                        message.words[1],
                        message.words[6],
                        static_cast<abi::u16>(message.tag.label() & 0xff),
                        message.tag.redelivered()};
  static constexpr abi::ProgramReply replies[] = {abi::reply_value, abi::reply_fault, abi::reply_park};
  const FaultAnswer answer = runtime.component->on_page_fault(fault);
  message = {abi::Tag::of(replies[static_cast<unsigned>(answer)]), {}};
  return true;
}

// Turns the message into its reply; false: it is answered later.
bool handle(Endpoint sender, Message& message) {
  if (runtime.poisoned && is_poison(sender, message)) [[unlikely]] {
    refuse(sender, message);
    return true;
  }
  const unsigned label = message.tag.label();
  if (!sender.program()) {
    contract::ExporterBase* const exporter =
        runtime.exporters[label >> abi::label_export_shift & (abi::max_exports - 1)];
    if (exporter != nullptr && label < abi::label_event) [[likely]]
      return exporter->dispatch(sender, message) == contract::Disposition::reply;
    refuse(sender, message);
    return true;
  }
  return program_message(sender, message);
}

}  // namespace

[[gnu::hot]] void loop(bool components_only) {
  const u64 options = components_only ? abi::option_components_only : 0;
  Endpoint& serving = runtime.serving[this_thread_index()];
  abi::raw::Received received = abi::raw::receive(options);
  for (;;) {
    if (received.status != abi::Status::ok) [[unlikely]]
      contract::defect("the kernel refuses to deliver messages");
    serving = received.sender;
    if (received.sender.bits == 0) {
      events(received.message.words[0]);
    } else if (handle(received.sender, received.message)) [[likely]] {
      received = abi::raw::reply_receive(received.sender, received.message, options);
      continue;
    }
    received = abi::raw::receive(options);
  }
}

}  // namespace component::detail
