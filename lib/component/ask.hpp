// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>

#include "lib/contract/runtime.hpp"
#include "lib/contract/transport.hpp"

namespace component {

/// One attempt at a request, without a shadow: for the runtime, which shadows stand on, and for the reincarnation
/// server, which cannot wait for what it restarts itself. The reply is one of the contract's, checked by
/// `check_reply`; nothing where the exporter is gone or breaks the contract.
template <class Request>
std::optional<contract::Message> ask(contract::Connection to, const Request& request,
                                     contract::Violation (*check_reply)(const contract::Message&)) {
  contract::ThreadState& thread = contract::this_thread();
  contract::Message message;
  request.encode(message);
  message.tag = contract::Tag::of(
      static_cast<contract::u16>(to.export_index << abi::label_export_shift | Request::message_number), thread.lane,
      Request::message_lends, ++thread.sequence);
  const contract::Status status = contract::Transport::call(to.exporter, message, Request::message_within_ms);
  if (status != contract::Status::ok) {
    contract::Transport::failed(to.exporter, status);
    return std::nullopt;
  }
  if (check_reply(message) != contract::Violation::none) return std::nullopt;
  return message;
}

/// The reply as `Out`, where it is that one.
template <class Out>
std::optional<Out> answer(const std::optional<contract::Message>& reply) {
  if (!reply || contract::number_of(reply->tag) != Out::message_number) return std::nullopt;
  return Out::decode(*reply, {});
}

}  // namespace component
