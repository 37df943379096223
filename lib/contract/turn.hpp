// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>

#include "lib/contract/outcome.hpp"

namespace contract {

/// An answer, and the state that it leads to.
template <class Out, class Next>
struct Leads {
  using Answer = Out;
  using State = Next;
};

/// Says that a state is reached by a conversation that goes on, not begun. Only a Turn has one.
class Continued {
  template <class, class...>
  friend class Turn;
  Continued() = default;
};

/// What an answered request of a conversation holds until it is looked at: one of the answers with the state behind it,
/// or a failure. Generated classes derive from it; they alone can be made and looked at.
template <class Shadow, class... Steps>
class Turn {
 protected:
  template <class Outcome>
  Turn(Shadow& shadow, const Outcome& outcome) : shadow_(&shadow), outcome_(outcome.failure()) {
    if (outcome.failed()) return;
    outcome.template visit<void>(
        [&]<class Out>(const Out& out) {
          // Requests that other states answer otherwise have outcomes of more kinds; the monitor has excluded those.
          if constexpr (Held::template has<Out>) outcome_ = out;
        },
        [] {});
  }

  template <class... Handlers>
  auto resolve_(Handlers&&... handlers) {
    Overloaded all{std::forward<Handlers>(handlers)...};
    using All = decltype(all);
    constexpr bool handles_answers =
        (std::is_invocable_v<All&, const typename Steps::Answer&, typename Steps::State> && ...);
    constexpr bool handles_failure = std::is_invocable_v<All&, Failure>;
    static_assert(handles_answers, "an answer has no handler: each takes the answer and the state that it leads to");
    static_assert(handles_failure, "Failure has no handler: the conversation may end at any request");
    if constexpr (handles_answers && handles_failure) {
      using Result = std::invoke_result_t<All&, Failure>;
      if (outcome_.failed()) return all(outcome_.failure());
      return step_<Result, Steps...>(all);
    }
  }

 private:
  using Held = Outcome<typename Steps::Answer...>;

  template <class Result, class First, class... Rest>
  Result step_(auto& all) {
    using Answer = typename First::Answer;
    if (outcome_.template is<Answer>())
      return all(outcome_.template get<Answer>(), typename First::State(*shadow_, Continued{}));
    if constexpr (sizeof...(Rest) != 0)
      return step_<Result, Rest...>(all);
    else
      defect("an outcome without an answer");
  }

  Shadow* shadow_;
  Held outcome_;
};

/// What every state of a conversation is: a right to send, which is used up by sending and cannot be copied.
template <class Shadow>
class Position {
 protected:
  explicit Position(Shadow& shadow) : shadow_(&shadow) {}
  ~Position() = default;
  Position(Position&&) = default;
  Position& operator=(Position&&) = default;

  Shadow* shadow_;
};

}  // namespace contract
