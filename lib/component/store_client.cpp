// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/store_client.hpp"

#include "generated/contract/store.hpp"
#include "lib/component/ask.hpp"
#include "lib/component/runtime.hpp"
#include "lib/component/slots.hpp"

namespace component::store_client {
namespace {

namespace store_contract = contract::store;
using detail::runtime;

}  // namespace

std::optional<contract::Connection> store() {
  if (runtime.store_import == 0xff) return std::nullopt;
  const abi::ImportRecord& import = runtime.record->imports[runtime.store_import];
  const auto generation = slot::generation(import.exporter);
  if (!generation || generation->state != abi::SlotState::running) return std::nullopt;
  return contract::Connection{abi::Endpoint::of(import.exporter, generation->number), import.export_index};
}

std::expected<contract::Connection, contract::LookupError> lookup(std::string_view name) {
  const auto connection = store();
  if (!connection) return std::unexpected(contract::LookupError::absent);
  const auto reply = ask(*connection, store_contract::Lookup{.name = name}, store_contract::check_reply);
  if (const auto found = answer<store_contract::Found>(reply))
    return contract::Connection{abi::Endpoint::of(found->slot, found->generation), found->export_index};
  const auto failed = answer<store_contract::Failed>(reply);
  return std::unexpected(failed && failed->reason == store_contract::Reason::given_up ? contract::LookupError::refused
                                                                                      : contract::LookupError::absent);
}

bool wait_for(std::string_view name, abi::u32 seen, abi::u64 until) {
  while (contract::Directory::liveness_ns() < until) {
    // While the store itself is being restarted there is nobody to wait at; that takes less than a millisecond.
    const auto connection = store();
    if (!connection) continue;
    const store_contract::WaitFor request{.name = name, .seen = seen, .until = until};
    const auto reply = ask(*connection, request, store_contract::check_reply);
    if (answer<store_contract::Found>(reply)) return true;
    if (const auto failed = answer<store_contract::Failed>(reply))
      return failed->reason == store_contract::Reason::given_up;
  }
  return false;
}

bool wait_for_own_restart() {
  const auto connection = store();
  if (!connection || runtime.record->export_count == 0) return false;
  const store_contract::WaitFor request{
      .name = name_of(runtime.record->exports[0]), .seen = runtime.generation, .until = ~abi::u64{0}};
  return ask(*connection, request, store_contract::check_reply).has_value();
}

}  // namespace component::store_client
