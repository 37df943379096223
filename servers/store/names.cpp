// SPDX-License-Identifier: BSD-2-Clause
#include "servers/store/names.hpp"

namespace store {

bool is_name(std::string_view text) {
  if (text.size() < 2 || text.size() > max_name || text.front() != '/' || text.back() == '/') return false;
  for (std::size_t i = 1; i < text.size(); ++i)
    if (text[i] == 0 || (text[i] == '/' && text[i - 1] == '/')) return false;
  return true;
}

const Name* Names::find(std::string_view text) const {
  for (u32 i = 0; i < root_->names; ++i)
    if (root_->name[i].text.view() == text) return &root_->name[i];
  return nullptr;
}

const Name* Names::resolve(std::string_view text) const {
  const Name* best = nullptr;
  for (u32 i = 0; i < root_->names; ++i) {
    const Name& name = root_->name[i];
    const std::string_view node = name.text.view();
    if (node == text) return &name;
    const bool above = name.kind == Kind::mount && text.starts_with(node) && text[node.size()] == '/';
    if (above && (best == nullptr || node.size() > best->text.length())) best = &name;
  }
  return best;
}

std::expected<bool, Reason> Names::publish(std::string_view text, u8 slot, u8 export_index, u32 generation) {
  if (!is_name(text)) return std::unexpected(Reason::invalid);
  Name changed{.text = text, .slot = slot, .export_index = export_index, .generation = generation};
  if (const Name* const known = find(text)) {
    if (known->presence == Presence::present && known->slot == slot && known->export_index == export_index &&
        known->generation == generation)
      return false;
    if (known->slot == slot) changed.kind = known->kind;  // a name server that was restarted still is one
    vault_.set(*known, changed);
    return true;
  }
  if (root_->names == max_names) return std::unexpected(Reason::full);
  vault_.transaction(
      [](auto& change, const Root& root, const Name& name) {
        change.set(root.name[root.names], name);
        change.set(root.names, root.names + 1);
      },
      *root_, changed);
  return true;
}

std::expected<bool, Reason> Names::give_up(std::string_view text) {
  const Name* const known = find(text);
  if (known == nullptr) return std::unexpected(Reason::absent);
  if (known->presence == Presence::given_up) return false;
  vault_.set(known->presence, Presence::given_up);
  return true;
}

std::expected<void, Reason> Names::mount(std::string_view text, u8 slot) {
  const Name* const known = find(text);
  if (known == nullptr) return std::unexpected(Reason::absent);
  if (known->slot != slot) return std::unexpected(Reason::not_permitted);
  if (known->kind != Kind::mount) vault_.set(known->kind, Kind::mount);
  return {};
}

std::expected<void, Reason> Names::subscribe(std::string_view prefix, u8 slot) {
  if (prefix.empty() || prefix.front() != '/') return std::unexpected(Reason::invalid);
  for (u32 i = 0; i < root_->subscriptions; ++i)
    if (root_->subscription[i].slot == slot && root_->subscription[i].prefix.view() == prefix) return {};
  if (root_->subscriptions == max_subscriptions) return std::unexpected(Reason::full);
  vault_.transaction(
      [](auto& change, const Root& root, const Subscription& subscription) {
        change.set(root.subscription[root.subscriptions], subscription);
        change.set(root.subscriptions, root.subscriptions + 1);
      },
      *root_, Subscription{prefix, slot});
  return {};
}

bool Names::subscribed(std::string_view text, u8 slot) const {
  for (u32 i = 0; i < root_->subscriptions; ++i) {
    const Subscription& subscription = root_->subscription[i];
    if (subscription.slot == slot && text.starts_with(subscription.prefix.view())) return true;
  }
  return false;
}

}  // namespace store
