// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <type_traits>
#include <utility>

#include "lib/contract/types.hpp"

namespace contract {

/// Arithmetic of a `requires`: on whole numbers of 64 bits, signed as soon as one operand is; what does not fit makes
/// the condition false instead of wrapping round.
class Condition {
 public:
  template <class A, class B>
  using Wide = std::conditional_t<std::is_signed_v<A> || std::is_signed_v<B>, i64, u64>;

  constexpr auto add(auto a, auto b) {
    Wide<decltype(a), decltype(b)> result{};
    overflow_ |= __builtin_add_overflow(a, b, &result);
    return result;
  }
  constexpr auto subtract(auto a, auto b) {
    Wide<decltype(a), decltype(b)> result{};
    overflow_ |= __builtin_sub_overflow(a, b, &result);
    return result;
  }
  constexpr auto multiply(auto a, auto b) {
    Wide<decltype(a), decltype(b)> result{};
    overflow_ |= __builtin_mul_overflow(a, b, &result);
    return result;
  }
  constexpr auto divide(auto a, auto b) {
    using Result = Wide<decltype(a), decltype(b)>;
    return fits<Result>(a) && fits<Result>(b) && divisible<Result>(a, b) ? Result(a) / Result(b) : failed<Result>();
  }
  constexpr auto remainder(auto a, auto b) {
    using Result = Wide<decltype(a), decltype(b)>;
    return fits<Result>(a) && fits<Result>(b) && divisible<Result>(a, b) ? Result(a) % Result(b) : failed<Result>();
  }
  constexpr i64 negate(auto a) { return subtract(i64{0}, a); }
  constexpr u64 shift_left(u64 a, u64 b) { return b < 64 && a << b >> b == a ? a << b : failed<u64>(); }
  constexpr u64 shift_right(u64 a, u64 b) { return b < 64 ? a >> b : failed<u64>(); }

  constexpr bool holds(bool value) const { return value && !overflow_; }

 private:
  template <class Result>
  constexpr Result failed() {
    overflow_ = true;
    return 0;
  }
  template <class Result>
  static constexpr bool fits(auto value) {
    return std::in_range<Result>(value);
  }
  template <class Result>
  static constexpr bool divisible(auto a, auto b) {
    if (b == 0) return false;
    if constexpr (std::is_signed_v<Result>) {
      if (Result(b) == -1 && Result(a) == INT64_MIN) return false;
    }
    return true;
  }

  bool overflow_ = false;
};

}  // namespace contract
