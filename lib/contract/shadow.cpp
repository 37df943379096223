// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/shadow.hpp"

#include <algorithm>

namespace contract {

ShadowBase::ShadowBase(Import import, const ShadowContract& contract, std::span<Configuration> configurations,
                       std::span<EventHandler> handlers)
    : import_(import), contract_(contract), configurations_(configurations), handlers_(handlers), next_(first_) {
  first_ = this;
}

ShadowBase::~ShadowBase() {
  ShadowBase** link = &first_;
  while (*link != this) link = &(*link)->next_;
  *link = next_;
}

void ShadowBase::deliver(u64 bits) {
  for (ShadowBase* shadow = first_; shadow != nullptr; shadow = shadow->next_) {
    for (std::size_t event = 0; event < shadow->handlers_.size(); ++event) {
      if (bits >> (shadow->import_.event_base + event) & 1) shadow->handlers_[event]();
    }
  }
}

// Takes over a request that was not answered well. `message` is the request, and then the reply. Another thread of the
// component may have connected anew while this one waited: then there is nothing to do but to issue again.
Failure ShadowBase::persist(const RequestTraits& request, Attempt attempt, OnFailure on_failure, u32 state,
                            Mishap mishap, Message& message) {
  const Message issued = message;
  for (u32 failures = 0;;) {
    if (mishap.status == Status::ok) {
      const Violation violation = request.examine(mishap.reply, state);
      if (violation == Violation::none) {
        message = mishap.reply;
        return Failure::none;
      }
      if (number_of(mishap.reply.tag) == refused_number) return Failure::refused;
      broken(mishap.exporter, mishap.reply, violation);
    } else if (mishap.status != Status::dead) {
      Transport::failed(mishap.exporter, mishap.status);
      return Failure::refused;
    }
    if (mishap.exporter.bits != 0) {
      if (exporter_ == mishap.exporter) exporter_ = {};
      dead_ = mishap.exporter;
      if (on_failure == OnFailure::lost) return Failure::restarted;
      if (on_failure == OnFailure::lossy) return Failure::unavailable;
      attempt.flags = tag_reissued;
      if (++failures >= limits_.attempts) return Failure::timed_out;
    }
    const Failure failure = connect();
    if (failure != Failure::none) return failure;
    mishap.exporter = exporter_;
    mishap.reply = issued;
    mishap.reply.tag = tag_of(request, attempt, label_);
    mishap.status = Transport::call(mishap.exporter, mishap.reply, request.within_ms);
  }
}

Failure ShadowBase::connect() {
  const u64 until = Directory::liveness_ns() + u64{limits_.recovery_ms} * 1'000'000;
  while (exporter_.bits == 0) {
    const auto connection = Directory::lookup(import_.index);
    if (exporter_.bits != 0) break;
    if (!connection && connection.error() == LookupError::refused) return Failure::unavailable;
    if (connection && connection->exporter != dead_) {
      if (replay(*connection)) break;
      if (Directory::liveness_ns() >= until) return Failure::unavailable;
      continue;
    }
    if (!Directory::wait(import_.index, until)) return Failure::unavailable;
  }
  return Failure::none;
}

// Every thread that finds the exporter gone replays by itself until one of them is through; what one of them sends
// twice is the same. A request goes out only after that, so an older setting never comes behind a newer one.
bool ShadowBase::replay(const Connection& connection) {
  const u16 label = static_cast<u16>(connection.export_index << abi::label_export_shift);
  for (const Configuration& configuration : configurations_) {
    if (configuration.number == 0) break;
    if (exporter_.bits != 0) return true;
    const Attempt attempt = begin();
    Message message = configuration.message;
    message.tag = Tag::of(label | configuration.number, attempt.lane, 0, attempt.sequence);
    const Status status = Transport::call(connection.exporter, message, configuration.within_ms);
    if (status != Status::ok) {
      Transport::failed(connection.exporter, status);
      dead_ = connection.exporter;
      return false;
    }
    const Violation violation = contract_.examine_reply(message);
    if (violation != Violation::none) {
      broken(connection.exporter, message, violation);
      dead_ = connection.exporter;
      return false;
    }
  }
  if (exporter_.bits == 0) {
    label_ = label;
    exporter_ = connection.exporter;
  }
  return true;
}

void ShadowBase::broken(Endpoint exporter, const Message& message, Violation violation) {
  report({contract_.name, violation, exporter, false, message});
}

bool ShadowBase::room_for(u64 key, MessageNumber number) const {
  return std::ranges::any_of(configurations_, [&](const Configuration& entry) {
    return entry.number == 0 || (entry.number == number && entry.key == key);
  });
}

void ShadowBase::remember(const Configuration& configuration) {
  const auto entry = std::ranges::find_if(configurations_, [&](const Configuration& old) {
    return old.number == 0 || (old.number == configuration.number && old.key == configuration.key);
  });
  if (entry == configurations_.end()) return;
  *entry = configuration;
  const auto end = std::find_if(entry, configurations_.end(), [](const Configuration& old) { return old.number == 0; });
  std::rotate(entry, entry + 1, end);
}

}  // namespace contract
