// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "lib/contract/token.hpp"
#include "servers/store/names.hpp"

namespace store {

/// What a request for a name is answered with as things are.
std::expected<contract::store::Found, Reason> resolve(const Names& names, std::string_view text);

/// Threads of components that wait for a name. They are not in the vault: when the store dies, each asks again.
class Waiters {
 public:
  using Token = contract::Token<contract::store::Found, contract::store::Failed>;

  static constexpr unsigned capacity = 128;

  bool full() const { return count_ == capacity; }
  bool empty() const { return count_ == 0; }
  void add(Token token, const Text& name, u32 seen, abi::u64 until);
  /// Answers those whose name has changed as they want.
  void look(const Names& names);
  /// Answers those whose time is up.
  void expire(abi::u64 now);
  /// The generation is dead: nobody waits for these answers.
  void drop(unsigned slot, u32 generation);

 private:
  struct Waiter {
    Token token;
    Text name;
    u32 seen = 0;
    abi::u64 until = 0;
  };

  void remove(unsigned index);

  std::array<Waiter, capacity> waiters_;
  unsigned count_ = 0;
};

/// Whether a waiter that last saw generation `seen` is to be answered; with what.
std::optional<std::expected<contract::store::Found, Reason>> answer_for(const Names& names, std::string_view text,
                                                                        u32 seen);

}  // namespace store
