// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "lib/contract/answer.hpp"
#include "lib/contract/call.hpp"
#include "lib/contract/once.hpp"
#include "lib/contract/runtime.hpp"
#include "lib/contract/transport.hpp"
#include "lib/contract/violation.hpp"

namespace contract {

/// A client came back with another generation, or for the first time (`before` 0). What the old one had in flight is to
/// be drained before this handler returns; the new one's first request waits for it.
struct ClientChange {
  u8 slot;
  u32 before;
  u32 now;
};

/// Where a lane stands in its contract, and with which generation of its client.
struct LaneState {
  u32 generation = 0;
  u32 state = 0;  // 0 is the initial one
};

/// What became of a dispatched message.
enum class Disposition : u8 {
  reply,  // the message is now the reply: send it
  later,  // nothing to send: a token answers
};

/// The server side of one exported contract: who its clients are, what state their lanes are in. Generated exporters
/// stand on it; the runtime calls `dispatch` for each message whose label names this export.
class ExporterBase {
 public:
  /// Tells of an importer, from the system table, before its first message: how many lanes it has, and the first bit of
  /// this contract in its event word.
  void add_importer(unsigned slot, unsigned lanes, unsigned event_base);

  /// States of all lanes, all importers one after another in the order of `add_importer`. Needed by contracts with more
  /// than one state; lies in the vault unless all states are volatile.
  void keep_states_in(std::span<LaneState> states);
  /// Needed by contracts with `once` messages.
  void keep_replies_in(OnceStore& store) { once_ = &store; }

  /// The request `message` of `sender`: checks it, calls its handler, and turns `message` into the reply.
  virtual Disposition dispatch(Endpoint sender, Message& message) = 0;

  /// A client has a new generation. Nothing to do for exporters that keep nothing in flight.
  virtual void on_client(ClientChange) {}

  ExporterBase(const ExporterBase&) = delete;
  ExporterBase& operator=(const ExporterBase&) = delete;

 protected:
  explicit ExporterBase(std::string_view contract) : contract_(contract) {}
  ~ExporterBase() = default;

  /// Whether the sender may use this lane: it is an importer, its generation the one last seen, its channel not closed.
  /// All of it but the first message of a generation is one comparison of a word.
  bool admitted(Endpoint sender, Tag tag) {
    const Client& client = clients_[sender.slot() % abi::max_slots];
    return client.generation == sender.generation() && tag.lane() < client.lanes;
  }
  /// What `admitted` did not settle: a new generation, or a violation.
  [[gnu::cold, gnu::noinline]] bool admit(Endpoint sender, const Message& message, Violation& violation);
  /// Reports, closes the channel of this generation of the sender, and makes the reply that says so.
  [[gnu::cold, gnu::noinline]] Disposition violated(Endpoint sender, Message& message, Violation violation);

  static constexpr u32 lane_busy = u32{1} << 31;  // in a state: a request is being worked on

  /// State of an admitted lane; the initial one if it was left by an older generation of the client.
  u32& state_of(Endpoint sender, Tag tag);
  /// The same for an answer; null if the client has another generation by now.
  u32* state_for_answer(Endpoint caller, Tag request);
  /// Moves the lane to where an answer leads; false: the contract does not allow that answer there.
  virtual bool advance(Endpoint, Tag, MessageNumber) { return true; }
  /// Whether a `once` request was performed already; then `message` is its reply.
  bool answered_before(const Call& call, Message& message) const;
  void keep_reply(const Call& call, const Message& reply);

  /// Tag of the reply to a request: its export, lane and sequence, no lends.
  static Tag reply_tag(Tag request, MessageNumber number) {
    return {(request.bits & ~(u64{abi::label_message_mask} | u64{0xff} << 32)) | number};
  }
  /// Turns the answer of a handler into the reply, checks it, and keeps it where the request is `once`. The message is
  /// the caller's own request, so words that the answer does not have need not be cleared.
  template <Monitor monitor, bool has_states, class... Outs>
  [[gnu::always_inline]] Disposition settle(const Answer<Outs...>& answer, const Call& call, Message& message) {
    if (answer.index() == Answer<Outs...>::nothing) [[unlikely]] {
      if (!call.deferred_) misanswered("a handler answered `deferred` without a token");
      return Disposition::later;
    }
    if (call.deferred_) [[unlikely]]
      misanswered("a handler answered although a token is to answer");
    answer.template visit<void>(
        [&](const auto& out) {
          if constexpr (monitor == Monitor::on) {
            if (!out.is_sound()) [[unlikely]]
              misanswered("an answer breaks the contract");
          }
          out.encode_over(message);
          message.tag = reply_tag(call.tag_, out.message_number);
        },
        [] {});
    if constexpr (monitor == Monitor::on && has_states) {
      if (!advance(call.caller_, call.tag_, number_of(message.tag))) [[unlikely]]
        misanswered("an answer that the state does not allow");
    }
    if (call.once_) keep_reply(call, message);
    return Disposition::reply;
  }

  /// Raises one event at every importer, or at one.
  void raise_bit(unsigned event);
  void raise_bit(unsigned event, unsigned slot);

 private:
  [[noreturn, gnu::cold, gnu::noinline]] static void misanswered(std::string_view what) { defect(what); }

  template <class...>
  friend class Token;
  friend class Call;

  static constexpr u32 closed = u32{1} << 31;  // beside the generation, so that no sender's equals it

  struct Client {
    u32 generation = 0;
    u16 first_lane = 0;
    u8 lanes = 0;
    u8 event_base = 0;
  };

  std::array<Client, abi::max_slots> clients_{};
  std::span<LaneState> states_;
  OnceStore* once_ = nullptr;
  std::string_view contract_;
  u16 lanes_ = 0;
};

}  // namespace contract
