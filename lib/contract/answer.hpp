// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/contract/choice.hpp"

namespace contract {

/// Says that a request is answered later, by the token that `Call::defer` made.
struct Deferred {};
inline constexpr Deferred deferred{};

/// What a handler returns: one of the answers that the contract allows to its request, or `deferred`.
template <class... Outs>
class [[nodiscard]] Answer : public Choice<Outs...> {
 public:
  Answer(Deferred) {}
  template <class T>
    requires(Choice<Outs...>::template has<T>)
  Answer(const T& message) {
    this->set(message);
  }
};

}  // namespace contract
