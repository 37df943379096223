// SPDX-License-Identifier: BSD-2-Clause
// Five ways to fail, in every component's text. Nothing calls them: on an operator's word the kernel forces the
// instruction pointer here, in the middle of a request. The stack is that of whatever was running.
#include "lib/component/inject.hpp"

#include "abi/raw.hpp"
#include "lib/component/runtime.hpp"
#include "lib/component/slots.hpp"
#include "lib/component/store_client.hpp"

namespace {

using component::detail::runtime;

// A number that no contract's message has.
constexpr abi::u16 forbidden_number = abi::label_message_mask - 1;

}  // namespace

extern "C" {

[[gnu::used, gnu::retain]] void component_inject_exit() {
  component::detail::end(static_cast<abi::u64>(component::ExitCode::injected));
}

[[gnu::used, gnu::retain]] void component_inject_segv() {
  *reinterpret_cast<volatile abi::u64*>(0x10) = 0;
  component_inject_exit();
}

[[gnu::used, gnu::retain]] void component_inject_loop() {
  for (;;) asm volatile("");
}

// Alive, outside receive, and without using its processor: it waits for its own restart. One that cannot call the store
// loops instead.
[[gnu::used, gnu::retain]] void component_inject_hang() {
  for (;;)
    if (!component::store_client::wait_for_own_restart()) component_inject_loop();
}

// An answer that the contract does not have, to a component that waits for one; else a request that no import has, of
// whoever comes behind the store in the list, because that one does not complain.
[[gnu::used, gnu::retain]] void component_inject_violate() {
  const abi::Endpoint caller = runtime.serving[component::detail::this_thread_index()];
  const bool answers = caller.bits != 0 && !caller.program() &&
                       abi::raw::reply(caller, {abi::Tag::of(forbidden_number), {}}) == abi::Status::ok;
  for (unsigned index = 0; !answers && index < runtime.record->import_count; ++index) {
    const abi::ImportRecord& import = runtime.record->imports[index];
    const std::string_view contract = component::text_of(import.contract);
    if (contract == "store" || contract == "blame") continue;
    const auto generation = component::slot::generation(import.exporter);
    if (!generation) continue;
    const abi::u16 label = static_cast<abi::u16>(import.export_index << abi::label_export_shift | forbidden_number);
    static_cast<void>(
        abi::raw::call(abi::Endpoint::of(import.exporter, generation->number), {abi::Tag::of(label), {}}));
    break;
  }
  component::detail::loop(false);
}
}
