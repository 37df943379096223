// SPDX-License-Identifier: BSD-2-Clause
#include "servers/store/waiters.hpp"

#include <utility>

namespace store {

std::expected<contract::store::Found, Reason> resolve(const Names& names, std::string_view text) {
  const Name* const name = names.resolve(text);
  if (name == nullptr) return std::unexpected(Reason::absent);
  if (name->presence == Presence::given_up) return std::unexpected(Reason::given_up);
  return contract::store::Found{.generation = name->generation,
                                .slot = name->slot,
                                .export_index = name->export_index,
                                .matched = static_cast<u8>(name->text.length()),
                                .kind = name->kind};
}

std::optional<std::expected<contract::store::Found, Reason>> answer_for(const Names& names, std::string_view text,
                                                                        u32 seen) {
  const auto found = resolve(names, text);
  if (found && found->generation == seen) return std::nullopt;
  if (!found && found.error() == Reason::absent) return std::nullopt;
  return found;
}

void Waiters::add(Token token, const Text& name, u32 seen, abi::u64 until) {
  Waiter& waiter = waiters_[count_++];
  waiter.token = std::move(token);
  waiter.name = name;
  waiter.seen = seen;
  waiter.until = until;
}

void Waiters::remove(unsigned index) {
  --count_;
  if (index == count_) return;
  Waiter& last = waiters_[count_];
  waiters_[index].token = std::move(last.token);
  waiters_[index].name = last.name;
  waiters_[index].seen = last.seen;
  waiters_[index].until = last.until;
}

void Waiters::look(const Names& names) {
  for (unsigned index = 0; index < count_;) {
    Waiter& waiter = waiters_[index];
    const auto answer = answer_for(names, waiter.name.view(), waiter.seen);
    if (!answer) {
      ++index;
      continue;
    }
    if (*answer)
      waiter.token.answer(**answer);
    else
      waiter.token.answer(contract::store::Failed{answer->error()});
    remove(index);
  }
}

void Waiters::expire(abi::u64 now) {
  for (unsigned index = 0; index < count_;) {
    if (waiters_[index].until > now) {
      ++index;
      continue;
    }
    waiters_[index].token.answer(contract::store::Failed{Reason::absent});
    remove(index);
  }
}

void Waiters::drop(unsigned slot, u32 generation) {
  for (unsigned index = 0; index < count_;) {
    const abi::Endpoint caller = waiters_[index].token.caller();
    if (caller.slot() != slot || caller.generation() != generation) {
      ++index;
      continue;
    }
    waiters_[index].token.drop();
    remove(index);
  }
}

}  // namespace store
