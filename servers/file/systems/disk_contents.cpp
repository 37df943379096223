// SPDX-License-Identifier: BSD-2-Clause
// Contents of files between the page cache and a disk.
#include <algorithm>
#include <cstring>

#include "servers/file/systems/disk_system.hpp"

namespace file {

namespace ext4 = contract::ext4;
namespace disk = contract::disk;

namespace {

constexpr u64 page_bytes = abi::page_size;
static_assert(page_bytes == ext4::block_size && page_bytes == disk::block_size);
constexpr u32 blocks_asked = 1024;  // of a file at once: one answer serves many reads
constexpr u64 max_file_blocks = 0xffff'fffe;

constexpr Content content_of(ext4::Content content) {
  switch (content) {
    case ext4::Content::hole:
      return Content::hole;
    case ext4::Content::written:
      return Content::written;
    case ext4::Content::unwritten:
      return Content::unwritten;
    case ext4::Content::reserved:
      return Content::reserved;
  }
  return Content::hole;
}

template <class Outcome>
Result<> moved(const Outcome& outcome) {
  if (outcome.template is<disk::Done>()) return {};
  const bool protected_disk =
      outcome.template is<disk::Failed>() && outcome.template get<disk::Failed>().reason == disk::Reason::read_only;
  return fail(protected_disk ? Error::read_only : Error::io);
}

/// The first piece of an answer about the file's blocks from `page` on.
Result<Extent> first_of(const ext4::Mapped& mapped, u64 page, u32 count) {
  if (mapped.extents.size == 0 || mapped.extents[0].length == 0) return fail(Error::io);
  const ext4::Extent& first = mapped.extents[0];
  return Extent{.physical = first.physical,
                .first = static_cast<u32>(page),
                .length = std::min(first.length, count),
                .content = content_of(first.content)};
}

}  // namespace

void DiskSystem::learn(NodeId id, u64 page, const ext4::Mapped& mapped) {
  for (const ext4::Extent& each : mapped.extents) {
    extents_.learn(id, {.physical = each.physical,
                        .first = static_cast<u32>(page),
                        .length = each.length,
                        .content = content_of(each.content)});
    page += each.length;
  }
}

Result<Extent> DiskSystem::find_or_map(NodeId id, u64 page, u32 count) {
  if (page + count > max_file_blocks) return fail(Error::file_too_large);
  if (const Extent known = extents_.find(id, page); known.length != 0) return known;
  const u32 cuts = cuts_;
  const u32 asked = static_cast<u32>(std::min<u64>(blocks_asked, max_file_blocks - page));
  const auto answer = metadata_.map(inode(id), static_cast<u32>(page), asked);
  if (!answer.is<ext4::Mapped>()) return refused(answer);
  if (cuts == cuts_) learn(id, page, answer.get<ext4::Mapped>());
  return first_of(answer.get<ext4::Mapped>(), page, count);
}

Result<Extent> DiskSystem::find_or_reserve(NodeId id, u64 page, u32 count) {
  if (const Extent known = extents_.find(id, page); known.length != 0) return known;
  const auto answer = metadata_.reserve(inode(id), static_cast<u32>(page), count, true, now());
  if (!answer.is<ext4::Mapped>()) return refused(answer);
  return first_of(answer.get<ext4::Mapped>(), page, count);
}

Result<> DiskSystem::load(NodeId id, u64 first, std::span<std::byte> pages) {
  while (!pages.empty()) {
    const u32 left = static_cast<u32>(pages.size() / page_bytes);
    const Result<Extent> extent = find_or_map(id, first, left);
    if (!extent) return fail(extent.error());
    const u32 count = std::min({extent->length, left, disk::max_count});
    const std::span part = pages.first(count * page_bytes);
    if (extent->content == Content::written) {
      if (const Result<> read = moved(disk_.read(extent->physical, count, contract::Lend::writing(part))); !read)
        return read;
    } else {
      std::memset(part.data(), 0, part.size());
    }
    first += count;
    pages = pages.subspan(part.size());
  }
  return {};
}

Result<> DiskSystem::store(NodeId id, u64 first, std::span<const std::byte> pages) {
  while (!pages.empty()) {
    const u32 left = static_cast<u32>(pages.size() / page_bytes);
    const Result<Extent> extent = find_or_reserve(id, first, left);
    if (!extent) return fail(extent.error());
    if (extent->content == Content::hole) return fail(Error::io);
    const u32 count = std::min({extent->length, left, disk::max_count});
    const std::span part = pages.first(count * page_bytes);
    if (const Result<> written = moved(disk_.write(extent->physical, count, contract::Lend::reading(part))); !written)
      return written;
    // The disk's size never reaches beyond what has been written.
    const u64 size = std::min(tree_[id].size, (first + count) * page_bytes);
    if (extent->content != Content::written || size > tree_[id].source_length) {
      const auto linked = metadata_.link_blocks(inode(id), static_cast<u32>(first), count, extent->physical, size,
                                                tree_[id].modify_time);
      if (!linked.is<ext4::Done>()) return refused(linked);
      Node& node = tree_[id];
      node.source_length = std::max(node.source_length, size);
      node.stale = true;
    }
    extents_.learn(
        id,
        {.physical = extent->physical, .first = static_cast<u32>(first), .length = count, .content = Content::written});
    first += count;
    pages = pages.subspan(part.size());
  }
  return {};
}

/// Whether writing the page back needs nothing but the write: it is the file's, or promised to it.
bool DiskSystem::has_place(NodeId id, u64 page) {
  const BlockId block = tree_.cache.find(id, page);
  if (block != BlockId::none &&
      ((tree_.cache[block].dirty | tree_.cache[block].writing) >> page % block_pages & 1) != 0)
    return true;
  return extents_.find(id, page).length != 0;
}

Result<> DiskSystem::reserve(NodeId id, u64 first, u32 count) {
  if (first + count > max_file_blocks) return fail(Error::file_too_large);
  const u64 end = first + count;
  Asking asking(*this, id, first, count);
  for (u64 page = first; page < end;) {
    if (has_place(id, page)) {
      ++page;
      continue;
    }
    u64 behind = page + 1;
    while (behind < end && !has_place(id, behind)) ++behind;
    if (const Result<> promised = promise(id, page, static_cast<u32>(behind - page)); !promised) {
      asking.end();
      unreserve(id, first, count);
      return promised;
    }
    page = behind;
  }
  return {};
}

void DiskSystem::Asking::end() {
  if (ended_) return;
  ended_ = true;
  Asking** link = &system_.asking_;
  while (*link != this) link = &(*link)->next_;
  *link = next_;
}

bool DiskSystem::Asking::any(const DiskSystem& system, NodeId id, u64 page) {
  for (const Asking* each = system.asking_; each != nullptr; each = each->next_)
    if (each->id_ == id && page >= each->first_ && page - each->first_ < each->count_) return true;
  return false;
}

Result<> DiskSystem::promise(NodeId id, u64 first, u32 count) {
  while (count != 0) {
    const u32 cuts = cuts_;
    const bool privileged = tree_[id].user == 0;
    const auto answer = metadata_.reserve(inode(id), static_cast<u32>(first), count, privileged, now());
    if (answer.is<ext4::Mapped>()) {
      const ext4::Mapped& mapped = answer.get<ext4::Mapped>();
      if (cuts == cuts_) learn(id, first, mapped);
      u32 done = 0;
      for (const ext4::Extent& each : mapped.extents) done += each.length;
      if (done == 0) return fail(Error::io);
      done = std::min(done, count);
      first += done;
      count -= done;
      tree_[id].stale = true;
      continue;
    }
    const Error error = refused(answer).error();
    if (error != Error::again) return fail(error);
    // The server can keep no more promises: those given so far are redeemed, by this thread or by those that are at it.
    if (core_.contents.write_all_back()) continue;
    return fail(core_.contents.wait_for_write_back(id) ? Error::pages_busy : Error::no_space);
  }
  return {};
}

void DiskSystem::unreserve(NodeId id, u64 first, u32 count) {
  for (u64 page = first; page < first + count; ++page)
    if (!has_place(id, page) && !Asking::any(*this, id, page))
      static_cast<void>(metadata_.cancel(inode(id), static_cast<u32>(page), 1));
}

Result<> DiskSystem::truncate(NodeId id, u64 size) {
  const u64 first = (size + page_bytes - 1) / page_bytes;
  if (first > max_file_blocks) return fail(Error::file_too_large);
  ++cuts_;
  extents_.forget(id, first, ~u64{0});
  const auto set = metadata_.set_size(inode(id), size, now());
  ++cuts_;
  // What readers of the rest learnt meanwhile.
  extents_.forget(id, first, ~u64{0});
  if (!set.is<ext4::Attributes>()) return refused(set);
  Node& node = tree_[id];
  node.source_length = size;
  node.blocks = set.get<ext4::Attributes>().sectors;
  node.stale = true;
  return {};
}

Result<> DiskSystem::flush(NodeId) {
  const auto done = metadata_.sync(now(), false);
  if (!done.is<ext4::Done>()) return refused(done);
  return {};
}

Result<> DiskSystem::put_away() {
  if (read_only_) return {};
  const auto done = metadata_.sync(now(), true);
  if (!done.is<ext4::Done>()) return refused(done);
  return {};
}

}  // namespace file
