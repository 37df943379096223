// SPDX-License-Identifier: BSD-2-Clause
// What shadows ask: where an import is, and to be told when that changes.
#include "lib/component/runtime.hpp"
#include "lib/component/slots.hpp"
#include "lib/component/store_client.hpp"

namespace contract {
namespace {

using component::detail::runtime;

// The store itself, and everything of a component that does not import it, is where the system table says; a spare of
// such an exporter is not found.
bool known_without_store(u8 import) { return runtime.store_import == 0xff || import == runtime.store_import; }

std::expected<Connection, LookupError> in_table(const abi::ImportRecord& import) {
  const auto generation = component::slot::generation(import.exporter);
  if (!generation || generation->state != abi::SlotState::running) return std::unexpected(LookupError::absent);
  return Connection{Endpoint::of(import.exporter, generation->number), import.export_index};
}

}  // namespace

std::expected<Connection, LookupError> Directory::lookup(u8 import) {
  const abi::ImportRecord& record = runtime.record->imports[import];
  const auto found =
      known_without_store(import) ? in_table(record) : component::store_client::lookup(component::name_of(record));
  runtime.seen[import] = found ? found->exporter.generation() : 0;
  return found;
}

bool Directory::wait(u8 import, u64 until) {
  const abi::ImportRecord& record = runtime.record->imports[import];
  if (!known_without_store(import))
    return component::store_client::wait_for(component::name_of(record), runtime.seen[import], until);
  // Nobody tells: the reincarnation server runs at a higher priority, and what it waits for is soon over.
  while (liveness_ns() < until) {
    const auto found = in_table(record);
    if (found && found->exporter.generation() != runtime.seen[import]) return true;
  }
  return false;
}

u64 Directory::liveness_ns() { return component::liveness(); }

}  // namespace contract
