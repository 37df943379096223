// SPDX-License-Identifier: BSD-2-Clause
#include "servers/store/store.hpp"

#include <utility>

namespace store {
namespace {

namespace messages = contract::store;

constexpr abi::u64 tick_ns = 100'000'000;

messages::Failed failed(Reason reason) { return {reason}; }

}  // namespace

Server::Server(World& world, component::Vault& vault, component::Table table)
    : world_(world), table_(table), names_(vault) {}

contract::Answer<messages::Found, messages::Failed> Server::on_lookup(contract::Call&,
                                                                      const messages::Lookup& message) {
  const auto found = resolve(names_, message.name.view());
  if (found) return *found;
  return failed(found.error());
}

contract::Answer<messages::Found, messages::Failed> Server::on_wait_for(contract::Call& call,
                                                                        const messages::WaitFor& message) {
  if (const auto answer = answer_for(names_, message.name.view(), message.seen)) {
    if (*answer) return **answer;
    return failed(answer->error());
  }
  if (message.until <= world_.liveness()) return failed(Reason::absent);
  if (waiters_.full()) return failed(Reason::full);
  if (waiters_.empty()) world_.wake_after(tick_ns);
  waiters_.add(call.defer<messages::Found, messages::Failed>(), message.name, message.seen, message.until);
  return contract::deferred;
}

contract::Answer<messages::Done, messages::Failed> Server::on_publish(contract::Call& call,
                                                                      const messages::Publish& message) {
  if (!may_publish(call)) return failed(Reason::not_permitted);
  const auto done = names_.publish(message.name.view(), message.slot, message.export_index, message.generation);
  if (!done) return failed(done.error());
  if (*done) changed(message.name.view());
  return messages::Done{};
}

contract::Answer<messages::Done, messages::Failed> Server::on_give_up(contract::Call& call,
                                                                      const messages::GiveUp& message) {
  if (!may_publish(call)) return failed(Reason::not_permitted);
  const auto done = names_.give_up(message.name.view());
  if (!done) return failed(done.error());
  if (*done) changed(message.name.view());
  return messages::Done{};
}

contract::Answer<messages::Done, messages::Failed> Server::on_mount(contract::Call& call,
                                                                    const messages::Mount& message) {
  const auto done = names_.mount(message.name.view(), static_cast<u8>(call.caller().slot()));
  if (!done) return failed(done.error());
  return messages::Done{};
}

contract::Answer<messages::Done, messages::Failed> Server::on_subscribe(contract::Call& call,
                                                                        const messages::Subscribe& message) {
  const auto done = names_.subscribe(message.prefix.view(), static_cast<u8>(call.caller().slot()));
  if (!done) return failed(done.error());
  return messages::Done{};
}

contract::Answer<messages::Entry, messages::End> Server::on_list(contract::Call&, const messages::List& message) {
  const Name* const name = names_.at(message.position);
  if (name == nullptr) return messages::End{};
  return messages::Entry{.name = name->text,
                         .generation = name->generation,
                         .next = message.position + 1,
                         .slot = name->slot,
                         .export_index = name->export_index,
                         .presence = name->presence,
                         .kind = name->kind};
}

void Server::on_client(contract::ClientChange change) { waiters_.drop(change.slot, change.before); }

void Server::tick() {
  waiters_.expire(world_.liveness());
  if (!waiters_.empty()) world_.wake_after(tick_ns);
}

// Names belong to the reincarnation server; everybody else asks.
bool Server::may_publish(const contract::Call& call) const {
  const abi::ComponentRecord* const caller = table_.at(call.caller().slot());
  return caller != nullptr && component::name_of(*caller) == "reincarnation";
}

// Those who wait are answered; those who import the name, or asked for it, are told.
void Server::changed(std::string_view text) {
  waiters_.look(names_);
  for (const abi::ComponentRecord& component : table_.components()) {
    if (component.restart_event == 0) continue;
    bool told = names_.subscribed(text, component.slot);
    for (const abi::ImportRecord& import : component::imports_of(component))
      told = told || component::name_of(import) == text;
    if (told) world_.raise(component.slot, abi::u64{1} << component.restart_event);
  }
}

}  // namespace store
