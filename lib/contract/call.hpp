// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/contract/types.hpp"

namespace contract {

class ExporterBase;
template <class... Outs>
class Token;

/// The request that a handler works on.
class Call {
 public:
  Call(ExporterBase& exporter, Endpoint caller, Tag tag, bool once = false)
      : exporter_(exporter), caller_(caller), tag_(tag), once_(once) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Who asks: slot and generation.
  Endpoint caller() const { return caller_; }
  u16 lane() const { return tag_.lane(); }
  /// Of the caller's requests on this lane; the same when it is issued again.
  u32 sequence() const { return tag_.sequence(); }
  MessageNumber number() const { return number_of(tag_); }
  /// An earlier exporter may have performed this request already.
  bool reissued() const { return tag_.bits & tag_reissued; }

  /// For a handler that returns `deferred`: what answers later. `Outs` are those of the handler's Answer, in its order.
  template <class... Outs>
  Token<Outs...> defer();

 private:
  friend class ExporterBase;
  template <class...>
  friend class Token;

  ExporterBase& exporter_;
  Endpoint caller_;
  Tag tag_;
  bool once_ = false;
  bool deferred_ = false;
};

}  // namespace contract
