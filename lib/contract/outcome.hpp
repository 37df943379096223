// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>

#include "lib/contract/choice.hpp"
#include "lib/contract/failure.hpp"
#include "lib/contract/runtime.hpp"

namespace contract {

/// What came of a request: one of the contract's answers, or why there is none.
template <class... Outs>
class [[nodiscard]] Outcome : public Choice<Outs...> {
 public:
  Outcome(Failure failure) : failure_(failure) {}
  template <class T>
    requires(Choice<Outs...>::template has<T>)
  Outcome(const T& message) {
    this->set(message);
  }

  bool failed() const { return failure_ != Failure::none; }
  Failure failure() const { return failure_; }

  /// Calls the handler for the answer; one of them takes a Failure. All must return the same type.
  template <class... Handlers>
  auto match(Handlers&&... handlers) const {
    Overloaded all{std::forward<Handlers>(handlers)...};
    using All = decltype(all);
    constexpr bool handles_answers = (std::is_invocable_v<All&, const Outs&> && ...);
    constexpr bool handles_failure = std::is_invocable_v<All&, Failure>;
    static_assert(handles_answers, "an answer has no handler");
    static_assert(handles_failure, "Failure has no handler: a request may have no answer");
    if constexpr (handles_answers && handles_failure) {
      using Result = std::invoke_result_t<All&, Failure>;
      return this->template visit<Result>(all, [&] { return all(failure_); });
    }
  }

 private:
  Failure failure_ = Failure::none;
};

}  // namespace contract
