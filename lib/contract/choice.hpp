// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "lib/contract/runtime.hpp"
#include "lib/contract/types.hpp"

namespace contract {

/// Handlers as one: `Overloaded{[](const Done&) {...}, [](const Failed&) {...}}`.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

/// Index of T in the list; the length of the list where it isn't in it.
template <class T, class... List>
inline constexpr u8 index_of = [] {
  constexpr bool same[] = {std::is_same_v<T, List>..., true};
  u8 index = 0;
  while (!same[index]) ++index;
  return index;
}();

/// One of several messages, or none. Trivially copyable and as small as can be, so that it travels in registers.
template <class... Messages>
class Choice {
 public:
  static constexpr u8 nothing = sizeof...(Messages);

  template <class T>
  static constexpr bool has = index_of<T, Messages...> < nothing;

  u8 index() const { return index_; }

  template <class T>
    requires has<T>
  bool is() const {
    return index_ == index_of<T, Messages...>;
  }

  template <class T>
    requires has<T>
  const T& get() const {
    if (index_ != index_of<T, Messages...>) [[unlikely]]
      not_held();
    return *reinterpret_cast<const T*>(storage_);
  }

  /// Calls the handler for what is held; `otherwise` where nothing is.
  template <class Result, class Handlers, class Otherwise>
  Result visit(Handlers&& handlers, Otherwise&& otherwise) const {
    return visit_from<Result, 0, Messages...>(handlers, otherwise);
  }

 protected:
  Choice() = default;

  template <class T>
    requires has<T>
  void set(const T& message) {
    static_assert(std::is_trivially_copyable_v<T>);
    index_ = index_of<T, Messages...>;
    if constexpr (!std::is_empty_v<T>) __builtin_memcpy(storage_, &message, sizeof message);
  }

 private:
  [[noreturn, gnu::cold, gnu::noinline]] static void not_held() {
    defect("an outcome does not hold what was taken out of it");
  }

  template <class Result, u8 index, class First, class... Rest>
  Result visit_from(auto& handlers, auto& otherwise) const {
    if (index_ == index) return handlers(get<First>());
    if constexpr (sizeof...(Rest) != 0)
      return visit_from<Result, index + 1, Rest...>(handlers, otherwise);
    else
      return otherwise();
  }

  alignas(std::max({alignof(Messages)...})) std::byte storage_[std::max({sizeof(Messages)...})];
  u8 index_ = nothing;
};

}  // namespace contract
