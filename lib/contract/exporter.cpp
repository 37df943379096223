// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/exporter.hpp"

namespace contract {

void ExporterBase::add_importer(unsigned slot, unsigned lanes, unsigned event_base) {
  if (slot >= abi::max_slots) defect("an importer's slot is out of range");
  clients_[slot] = {.generation = 0,
                    .first_lane = lanes_,
                    .lanes = static_cast<u8>(lanes),
                    .event_base = static_cast<u8>(event_base)};
  lanes_ += static_cast<u16>(lanes);
}

bool ExporterBase::admit(Endpoint sender, const Message& message, Violation& violation) {
  Client& client = clients_[sender.slot() % abi::max_slots];
  violation = Violation::wrong_lane;
  if (sender.program() || message.tag.lane() >= client.lanes) return false;
  const u32 before = client.generation;
  violation = Violation::none;  // closed already: refused again, reported once
  if ((before & ~closed) == sender.generation()) return (before & closed) == 0;
  client.generation = sender.generation();
  on_client({static_cast<u8>(sender.slot()), before & ~closed, sender.generation()});
  return true;
}

Disposition ExporterBase::violated(Endpoint sender, Message& message, Violation violation) {
  if (violation != Violation::none) {
    clients_[sender.slot() % abi::max_slots].generation = sender.generation() | closed;
    report({contract_, violation, sender, true, message});
  }
  const Tag request = message.tag;
  message = {reply_tag(request, refused_number), {static_cast<u64>(violation)}};
  return Disposition::reply;
}

// A request that was being worked on when the last exporter died will come again.
void ExporterBase::keep_states_in(std::span<LaneState> states) {
  states_ = states;
  for (LaneState& lane : states_) lane.state &= ~lane_busy;
}

u32* ExporterBase::state_for_answer(Endpoint caller, Tag request) {
  const std::size_t index = clients_[caller.slot() % abi::max_slots].first_lane + request.lane();
  if (index >= states_.size() || states_[index].generation != caller.generation()) return nullptr;
  return &states_[index].state;
}

u32& ExporterBase::state_of(Endpoint sender, Tag tag) {
  const std::size_t index = clients_[sender.slot() % abi::max_slots].first_lane + tag.lane();
  if (index >= states_.size()) defect("keep_states_in was not given a state for every lane");
  LaneState& lane = states_[index];
  if (lane.generation != sender.generation()) lane = {sender.generation(), 0};
  return lane.state;
}

bool ExporterBase::answered_before(const Call& call, Message& message) const {
  if (!call.reissued() || once_ == nullptr) return false;
  const OnceRecord* record = once_->find(call);
  if (record == nullptr || record->performed == 0 || record->sequence != call.sequence()) return false;
  const Tag request = message.tag;
  message = record->reply;
  message.tag = reply_tag(request, number_of(record->reply.tag));
  return true;
}

void ExporterBase::keep_reply(const Call& call, const Message& reply) {
  if (once_ == nullptr) defect("a contract with `once` needs keep_replies_in");
  once_->keep(call, reply);
}

void ExporterBase::raise_bit(unsigned event) {
  for (unsigned slot = 0; slot < abi::max_slots; ++slot) raise_bit(event, slot);
}

void ExporterBase::raise_bit(unsigned event, unsigned slot) {
  const Client& client = clients_[slot % abi::max_slots];
  if (client.lanes != 0) static_cast<void>(Transport::notify(slot, u64{1} << (client.event_base + event)));
}

}  // namespace contract
