// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/names/name_table.hpp"

#include <algorithm>

namespace file {

u32 NameTable::hash_of(NodeId parent, std::string_view name) {
  constexpr u64 factor = 0x9e37'79b9'7f4a'7c15;
  u64 hash = (static_cast<u64>(parent) + 1) * factor;
  const char* at = name.data();
  std::size_t left = name.size();
  for (; left >= 8; left -= 8, at += 8) {
    u64 word;
    std::memcpy(&word, at, 8);
    hash = (hash ^ word) * factor;
    hash ^= hash >> 29;
  }
  u64 word = name.size();
  for (std::size_t i = 0; i < left; ++i) word = word << 8 | static_cast<u8>(at[i]);
  hash = (hash ^ word) * factor;
  return static_cast<u32>(hash >> 32);
}

bool NameTable::equal(const Entry& entry, std::string_view name) const {
  if (entry.length != name.size()) return false;
  const std::size_t head = std::min<std::size_t>(name.size(), Entry::short_length);
  if (std::memcmp(entry.text, name.data(), head) != 0) return false;
  name.remove_prefix(head);
  for (u32 at = entry.rest; !name.empty(); at = part(at).next) {
    const std::size_t count = std::min<std::size_t>(name.size(), NamePart::room);
    if (std::memcmp(part(at).text, name.data(), count) != 0) return false;
    name.remove_prefix(count);
  }
  return true;
}

[[gnu::hot]] EntryId NameTable::find(NodeId parent, std::string_view name) const {
  const u32 hash = hash_of(parent, name);
  EntryId id = buckets_[hash % bucket_count];
  for (; id != EntryId::none; id = pool_[id].hash_next) {
    const Entry& entry = pool_[id];
    if (entry.hash == hash && entry.parent == parent && equal(entry, name)) break;
  }
  return id;
}

Result<> NameTable::write_parts(u32& first, std::string_view text) {
  first = no_part;
  u32* link = &first;
  while (!text.empty()) {
    const Result<EntryId> id = pool_.take();
    if (!id) {
      drop_parts(first);
      first = no_part;
      return fail(id.error());
    }
    *link = static_cast<u32>(*id);
    NamePart& next = part(*link);
    next = NamePart{};
    const std::size_t count = std::min<std::size_t>(text.size(), NamePart::room);
    std::memcpy(next.text, text.data(), count);
    text.remove_prefix(count);
    link = &next.next;
  }
  return {};
}

Result<> NameTable::write_name(Entry& entry, std::string_view name) {
  entry.length = static_cast<u8>(name.size());
  const std::size_t head = std::min<std::size_t>(name.size(), Entry::short_length);
  std::memcpy(entry.text, name.data(), head);
  return write_parts(entry.rest, name.substr(head));
}

Result<u32> NameTable::keep_text(std::string_view text) {
  u32 first;
  if (const Result<> written = write_parts(first, text); !written) return fail(written.error());
  return first;
}

u32 NameTable::read_text(u32 first, std::span<char> to) const {
  // The end is not kept: the caller knows the length and asks for no more.
  std::size_t done = 0;
  for (u32 at = first; at != no_part && done < to.size(); at = part(at).next) {
    const std::size_t count = std::min<std::size_t>(to.size() - done, NamePart::room);
    std::memcpy(to.data() + done, part(at).text, count);
    done += count;
  }
  return static_cast<u32>(done);
}

void NameTable::drop_parts(u32 first) {
  while (first != no_part) {
    const u32 next = part(first).next;
    pool_.give(static_cast<EntryId>(first));
    first = next;
  }
}

Result<> NameTable::reserve(std::string_view name) {
  // Taking and giving back leaves the records in the pool's free list.
  Entry probe;
  const Result<EntryId> id = pool_.take();
  if (!id) return fail(id.error());
  const Result<> parts = write_name(probe, name);
  if (parts) drop_parts(probe.rest);
  pool_.give(*id);
  return parts;
}

Result<EntryId> NameTable::add(NodeId parent, std::string_view name, NodeId child) {
  const Result<EntryId> id = pool_.take();
  if (!id) return id;
  Entry& entry = pool_[*id];
  if (const Result<> written = write_name(entry, name); !written) {
    pool_.give(*id);
    return fail(written.error());
  }
  entry.parent = parent;
  entry.child = child;
  entry.hash = hash_of(parent, name);
  attach(*id);
  if (child == NodeId::none) {
    EntryId& slot = absent_[next_absent_];
    next_absent_ = (next_absent_ + 1) % max_absent;
    if (slot != EntryId::none) remove(slot);
    slot = *id;
  }
  return id;
}

void NameTable::attach(EntryId id) {
  Entry& entry = pool_[id];
  EntryId& bucket = buckets_[entry.hash % bucket_count];
  entry.hash_next = bucket;
  bucket = id;

  Node& parent = nodes_[entry.parent];
  entry.cookie = parent.next_cookie++;
  entry.previous = parent.last_child;
  entry.next = EntryId::none;
  (parent.last_child == EntryId::none ? parent.children : pool_[parent.last_child].next) = id;
  parent.last_child = id;

  if (entry.child == NodeId::none) return;
  Node& child = nodes_[entry.child];
  entry.same_next = child.names;
  child.names = id;
  if (child.is_directory()) child.parent = entry.parent;
}

void NameTable::detach(EntryId id) {
  Entry& entry = pool_[id];
  EntryId* link = &buckets_[entry.hash % bucket_count];
  while (*link != id) link = &pool_[*link].hash_next;
  *link = entry.hash_next;

  Node& parent = nodes_[entry.parent];
  (entry.previous == EntryId::none ? parent.children : pool_[entry.previous].next) = entry.next;
  (entry.next == EntryId::none ? parent.last_child : pool_[entry.next].previous) = entry.previous;

  if (entry.child == NodeId::none) {
    if (const auto slot = std::ranges::find(absent_, id); slot != absent_.end()) *slot = EntryId::none;
    return;
  }
  EntryId* name = &nodes_[entry.child].names;
  while (*name != id) name = &pool_[*name].same_next;
  *name = entry.same_next;
}

void NameTable::remove(EntryId id) {
  detach(id);
  drop_parts(pool_[id].rest);
  pool_.give(id);
}

void NameTable::remove_absent(NodeId parent) {
  for (EntryId id = nodes_[parent].children; id != EntryId::none;) {
    const EntryId next = pool_[id].next;
    if (pool_[id].child == NodeId::none) remove(id);
    id = next;
  }
}

std::string_view NameTable::name_of(EntryId id, std::span<char, max_name> buffer) const {
  const Entry& entry = pool_[id];
  if (entry.length <= Entry::short_length) return {entry.text, entry.length};
  std::memcpy(buffer.data(), entry.text, Entry::short_length);
  std::size_t done = Entry::short_length;
  for (u32 at = entry.rest; done < entry.length; at = part(at).next) {
    const std::size_t count = std::min<std::size_t>(entry.length - done, NamePart::room);
    std::memcpy(buffer.data() + done, part(at).text, count);
    done += count;
  }
  return {buffer.data(), entry.length};
}

EntryId NameTable::at_cookie(NodeId parent, u32 cookie) const {
  EntryId id = nodes_[parent].children;
  while (id != EntryId::none && pool_[id].cookie < cookie) id = pool_[id].next;
  return id;
}

}  // namespace file
