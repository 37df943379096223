// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "generated/contract/store.hpp"
#include "lib/component/vault.hpp"

namespace store {

using abi::u32;
using abi::u8;
using contract::store::Kind;
using contract::store::Presence;
using contract::store::Reason;

inline constexpr unsigned max_names = 160;
inline constexpr unsigned max_subscriptions = 64;
inline constexpr std::size_t max_name = 31;

using Text = contract::String<max_name>;

/// A node of the name space, and who answers to it.
struct Name {
  Text text;
  Presence presence = Presence::present;
  Kind kind = Kind::service;
  u8 slot = 0;
  u8 export_index = 0;
  u32 generation = 0;
};

struct Subscription {
  Text prefix;
  u8 slot = 0;
};

/// The whole state of the store.
struct Root {
  u32 names = 0;
  u32 subscriptions = 0;
  Name name[max_names];
  Subscription subscription[max_subscriptions];
};

/// "/", then parts of at least one character, without a slash at the end.
bool is_name(std::string_view text);

/// The name space, as it lies in the vault. Few names, asked for at starts and restarts only: searched from the front.
class Names {
 public:
  explicit Names(component::Vault& vault) : vault_(vault), root_(vault, "root") {}

  const Name* find(std::string_view text) const;
  /// The name itself, or else the longest mount above it.
  const Name* resolve(std::string_view text) const;
  const Name* at(u32 position) const { return position < root_->names ? &root_->name[position] : nullptr; }

  /// Whether that changed anything.
  std::expected<bool, Reason> publish(std::string_view text, u8 slot, u8 export_index, u32 generation);
  std::expected<bool, Reason> give_up(std::string_view text);
  /// Only whoever exports a name may answer for what is below it.
  std::expected<void, Reason> mount(std::string_view text, u8 slot);
  std::expected<void, Reason> subscribe(std::string_view prefix, u8 slot);
  /// Whether the slot asked for changes of that name.
  bool subscribed(std::string_view text, u8 slot) const;

  component::Found found() const { return root_.found(); }

 private:
  component::Vault& vault_;
  component::VaultRecord<Root> root_;
};

}  // namespace store
