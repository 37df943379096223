// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>

#include "lib/contract/exporter.hpp"

namespace contract {

/// The duty to answer one request later. A token that is destroyed without having answered ends the component.
template <class... Outs>
class [[nodiscard]] Token {
 public:
  Token() = default;
  Token(Token&& other) noexcept
      : exporter_(std::exchange(other.exporter_, nullptr)),
        caller_(other.caller_),
        tag_(other.tag_),
        once_(other.once_) {}
  Token& operator=(Token&& other) noexcept {
    if (exporter_ != nullptr) defect("a token was overwritten before it answered");
    exporter_ = std::exchange(other.exporter_, nullptr);
    caller_ = other.caller_;
    tag_ = other.tag_;
    once_ = other.once_;
    return *this;
  }
  ~Token() {
    if (exporter_ != nullptr) defect("a token was destroyed before it answered");
  }

  /// Whether an answer is still owed.
  explicit operator bool() const { return exporter_ != nullptr; }
  Endpoint caller() const { return caller_; }
  u16 lane() const { return tag_.lane(); }
  u32 sequence() const { return tag_.sequence(); }

  /// Answers. A caller that died meanwhile loses the answer.
  template <class Out>
    requires(index_of<Out, Outs...> < sizeof...(Outs))
  void answer(const Out& out) {
    if (exporter_ == nullptr) defect("a token answered twice");
    ExporterBase& exporter = *std::exchange(exporter_, nullptr);
    Message message;
    if (!out.is_sound()) defect("an answer breaks the contract");
    out.encode(message);
    message.tag = ExporterBase::reply_tag(tag_, Out::message_number);
    if (!exporter.advance(caller_, tag_, Out::message_number)) defect("an answer that the state does not allow");
    if (once_) exporter.keep_reply(Call(exporter, caller_, tag_), message);
    static_cast<void>(Transport::reply(caller_, message));
  }
  /// The client is gone and its generation drained: nobody waits for an answer.
  void drop() { exporter_ = nullptr; }

 private:
  friend class Call;
  Token(ExporterBase& exporter, Endpoint caller, Tag tag, bool once)
      : exporter_(&exporter), caller_(caller), tag_(tag), once_(once) {}

  ExporterBase* exporter_ = nullptr;
  Endpoint caller_;
  Tag tag_;
  bool once_ = false;
};

template <class... Outs>
Token<Outs...> Call::defer() {
  if (deferred_) defect("a request was deferred twice");
  deferred_ = true;
  return {exporter_, caller_, tag_, once_};
}

}  // namespace contract
