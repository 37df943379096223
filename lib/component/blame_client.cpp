// SPDX-License-Identifier: BSD-2-Clause
// What the runtime tells and asks the reincarnation server, for a component that imports `blame`.
#include "generated/contract/blame.hpp"
#include "lib/component/ask.hpp"
#include "lib/component/runtime.hpp"
#include "lib/component/slots.hpp"

namespace {

namespace blame = contract::blame;
using component::detail::runtime;

std::optional<contract::Connection> reincarnation() {
  if (runtime.blame_import == 0xff) return std::nullopt;
  const abi::ImportRecord& import = runtime.record->imports[runtime.blame_import];
  const auto generation = component::slot::generation(import.exporter);
  if (!generation || generation->state != abi::SlotState::running) return std::nullopt;
  return contract::Connection{abi::Endpoint::of(import.exporter, generation->number), import.export_index};
}

}  // namespace

void contract::report(const ViolationReport& report) {
  component::log("slot ", report.peer.slot(), " broke contract ", report.contract, ": ", name_of(report.violation),
                 report.of_importer ? " in a request, label " : " in a reply, label ",
                 component::hex(report.message.tag.label()));
  const auto connection = reincarnation();
  if (!connection || report.peer.program()) return;
  const Message copy = report.message;
  const blame::Broken request{.contract = report.contract,
                              .generation = report.peer.generation(),
                              .peer = static_cast<u8>(report.peer.slot()),
                              .violation = static_cast<u8>(report.violation),
                              .of_importer = report.of_importer,
                              .message = Lend::reading(std::as_bytes(std::span(&copy, 1)))};
  static_cast<void>(component::ask(*connection, request, blame::check_reply));
}

void component::detail::learn_poison() {
  const auto connection = reincarnation();
  if (!connection) return;
  const auto poison = answer<blame::Poisoned>(ask(*connection, blame::Poison{}, blame::check_reply));
  if (!poison) return;
  runtime.poison = {poison->program, poison->tag, poison->slot};
  runtime.poisoned = true;
}
