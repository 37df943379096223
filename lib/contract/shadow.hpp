// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string_view>

#include "lib/contract/event_handler.hpp"
#include "lib/contract/import.hpp"
#include "lib/contract/outcome.hpp"
#include "lib/contract/runtime.hpp"
#include "lib/contract/transport.hpp"
#include "lib/contract/violation.hpp"

namespace contract {

/// A request that a restarted exporter is told before anything else.
struct Configuration {
  MessageNumber number = 0;  // 0: free
  u32 within_ms = 0;
  u64 key = 0;
  Message message = {};
};

/// What a shadow is told of a request.
struct RequestTraits {
  MessageNumber number;
  u8 lends;
  u32 within_ms;
  /// What is wrong with a reply to it, asked in this state of the lane.
  Violation (*examine)(const Message& reply, u32 state);
};

/// What a shadow is told of its contract.
struct ShadowContract {
  std::string_view name;
  Violation (*examine_reply)(const Message& message);
};

/// The client side of one imported contract, for all lanes of the component. It connects when first used; when the
/// exporter dies it finds the new one, replays what `configures` says, and issues the request again where the contract
/// allows it. Code of the component sees outcomes only.
class ShadowBase {
 public:
  explicit operator bool() const { return exporter_.bits != 0; }
  void limit(Limits limits) { limits_ = limits; }
  Import import() const { return import_; }
  /// The exporter as last seen; all zero before the first request and while it is away.
  Endpoint exporter() const { return exporter_; }
  /// The next `once` request of the calling thread's lane, to be put into the vault before it is made.
  Intent intend() {
    ThreadState& thread = this_thread();
    return {thread.lane, false, ++thread.sequence & sequence_mask};
  }
  /// For the first state of a conversation; with one state there is nothing to be in the middle of.
  void begin_conversation() {}
  /// Calls the handlers of the events among the component's pending event bits.
  static void deliver(u64 bits);

  ShadowBase(const ShadowBase&) = delete;
  ShadowBase& operator=(const ShadowBase&) = delete;

 protected:
  static constexpr u32 sequence_mask = 0xff'ffff;

  /// Who issues a request: it keeps both however often it is issued.
  struct Attempt {
    u16 lane;
    u32 sequence;
    u64 flags = 0;  // tag_reissued once it may have been performed
  };

  ShadowBase(Import import, const ShadowContract& contract, std::span<Configuration> configurations,
             std::span<EventHandler> handlers);
  ~ShadowBase();

  Attempt begin() {
    ThreadState& thread = this_thread();
    return {thread.lane, ++thread.sequence & sequence_mask};
  }
  static Attempt begin(Intent intent) { return {intent.lane, intent.sequence, intent.again ? tag_reissued : 0}; }

  /// Issues the request until it is answered, or its failure class or the limits say that it will not be. `decode`
  /// makes an outcome of a reply that `Traits::examine` found right. Only what happens when nothing fails is here, in
  /// one piece with the caller; messages stay in registers as long as nothing takes their address.
  template <class Traits, class Result, class Request, class Decode>
  [[gnu::always_inline]] Result issue(const Attempt& attempt, const Request& request, OnFailure on_failure, u32 state,
                                      Decode decode) {
    Message message;
    request.encode(message);
    const Endpoint exporter = exporter_;
    Status status = Status::dead;
    if (exporter.bits != 0) [[likely]] {
      message.tag = tag_of(Traits::request, attempt, label_);
      status = Transport::call(exporter, message, Traits::request.within_ms);
    }
    if (status != Status::ok || Traits::examine(message, state) != Violation::none) [[unlikely]] {
      Message again;
      request.encode(again);
      const Failure failure = persist(Traits::request, attempt, on_failure, state, {exporter, status, message}, again);
      if (failure != Failure::none) return failure;
      message = again;
    }
    return decode(message);
  }

  /// Keeps a `configures` request that was answered.
  template <class Request>
  void remember(u64 key, const Request& request) {
    Configuration configuration{Request::message_number, Request::message_within_ms, key};
    request.encode(configuration.message);
    remember(configuration);
  }
  void remember(const Configuration& configuration);
  /// Whether it could be kept.
  bool room_for(u64 key, MessageNumber number) const;

  EventHandler& handler(unsigned event) { return handlers_[event]; }

  /// Connects where nothing is connected; for requests whose state does not outlive the exporter.
  Failure connect();

 private:
  static constexpr Tag tag_of(const RequestTraits& request, const Attempt& attempt, u16 label) {
    return {u64{label} | request.number | u64{attempt.lane} << 16 | u64{request.lends} << 32 |
            u64{attempt.sequence} << 40 | attempt.flags};
  }

  /// How a first issue went wrong.
  struct Mishap {
    Endpoint exporter;  // zero: there was none
    Status status;
    Message reply;  // where status is ok: broken, or a refusal
  };
  [[gnu::cold, gnu::noinline]] Failure persist(const RequestTraits& request, Attempt attempt, OnFailure on_failure,
                                               u32 state, Mishap mishap, Message& message);
  void broken(Endpoint exporter, const Message& message, Violation violation);
  bool replay(const Connection& connection);

  static inline ShadowBase* first_ = nullptr;

  Endpoint exporter_;  // zero: not connected
  u16 label_ = 0;      // export index of the contract at the exporter, shifted
  Import import_;
  Endpoint dead_;  // last one that failed: not to be connected to again
  Limits limits_;
  const ShadowContract& contract_;
  std::span<Configuration> configurations_;  // in the order in which they were last made
  std::span<EventHandler> handlers_;
  ShadowBase* next_;
};

}  // namespace contract
