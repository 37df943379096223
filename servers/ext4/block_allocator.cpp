// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/block_allocator.hpp"

#include <algorithm>

#include "servers/ext4/bitmap.hpp"
#include "servers/ext4/group.hpp"

namespace ext4 {
namespace {

/// A shorter run right at the goal is taken if it has at least so many blocks; below, a new place is better.
constexpr std::uint32_t worth_continuing = 8;
/// Groups that are looked through for a run of the wanted length before the longest one seen is good enough.
constexpr std::uint32_t search_width = 32;

/// Calls `action` with the part of `run` in each group.
template <typename Action>
Result<void> for_each_group(const Geometry& geometry, Run run, Action action) {
  while (run.count != 0) {
    const GroupNumber group = geometry.group_of(run.first);
    const std::uint64_t left = (geometry.first_block(group) + geometry.blocks_per_group) - run.first;
    const Run part{run.first, static_cast<std::uint32_t>(std::min<std::uint64_t>(left, run.count))};
    EXT4_TRY(action(group, part));
    run = {part.end(), run.count - part.count};
  }
  return {};
}

/// Sets the bits of that part of `run` that lies in the group.
void overlay(const Geometry& geometry, GroupNumber group, Run run, Block bitmap) {
  const PhysicalBlock begin = geometry.first_block(group);
  const PhysicalBlock first = std::max(begin, run.first);
  const PhysicalBlock end = std::min(begin + geometry.blocks_in(group), run.end());
  if (first < end) set_bits(bitmap, static_cast<std::uint32_t>(first - begin), static_cast<std::uint32_t>(end - first));
}

/// The bitmap of a group in which nothing but the file system's own blocks is in use (BLOCK_UNINIT).
void initial_bitmap(Metadata& metadata, GroupNumber group, Block bitmap) {
  const Geometry& geometry = metadata.geometry();
  std::ranges::fill(bitmap, std::byte{0});
  for (const Run zone : metadata.zones().zones()) overlay(geometry, group, zone, bitmap);
  const std::uint32_t blocks = geometry.blocks_in(group);
  set_bits(bitmap, blocks, bits_per_block - blocks);
}

BlockRole role_of(GroupNumber group) { return {.kind = BlockKind::block_bitmap, .owner = group.value}; }

}  // namespace

std::uint64_t BlockAllocator::available(Privilege privilege) const {
  const std::uint64_t kept = privilege == Privilege::superuser ? 0 : metadata_.geometry().reserved_blocks;
  const std::uint64_t promised = reservations_.held() + kept;
  const std::uint64_t free = metadata_.totals().free_blocks;
  return free > promised ? free - promised : 0;
}

Result<void> BlockAllocator::load_scratch(GroupNumber number) {
  const Geometry& geometry = metadata_.geometry();
  const Group group = EXT4_TRY(read_group(metadata_, number));
  if (group->has(layout::group_flag::block_bitmap_unwritten)) {
    initial_bitmap(metadata_, number, scratch());
  } else {
    const BlockPin bitmap = EXT4_TRY(metadata_.read(group->block_bitmap(), role_of(number)));
    std::ranges::copy(bitmap.bytes(), scratch().begin());
  }
  for (const Reservation& reservation : reservations_.all()) overlay(geometry, number, reservation.run, scratch());
  for (const Run freed : metadata_.freed().runs()) overlay(geometry, number, freed, scratch());
  return {};
}

Result<Run> BlockAllocator::find_in(GroupNumber group, std::uint32_t from, std::uint32_t wanted, bool at_goal) {
  EXT4_TRY(load_scratch(group));
  const PhysicalBlock begin = metadata_.geometry().first_block(group);
  const std::uint32_t end = metadata_.geometry().blocks_in(group);
  if (at_goal && !is_set(scratch(), from)) {
    const std::uint32_t run = std::min(next_set(scratch(), from, end) - from, wanted);
    if (run >= std::min(wanted, worth_continuing)) return Run{begin + from, run};
  }
  ClearRun found = find_clear_run(scratch(), from, end, wanted);
  if (found.count < wanted && from != 0) {
    const ClearRun before = find_clear_run(scratch(), 0, end, wanted);
    if (before.count > found.count) found = before;
  }
  return Run{begin + found.first, found.count};
}

Result<Run> BlockAllocator::find(PhysicalBlock goal, std::uint32_t wanted, Privilege privilege) {
  const Geometry& geometry = metadata_.geometry();
  const std::uint64_t limit = available(privilege);
  if (limit == 0) return std::unexpected(Error::no_space);
  wanted = static_cast<std::uint32_t>(std::min<std::uint64_t>({wanted, limit, geometry.blocks_per_group}));
  if (!geometry.contains(goal, 1)) goal = PhysicalBlock{0};
  const GroupNumber home = geometry.group_of(goal);
  Run best;
  for (std::uint32_t i = 0, searched = 0; i < geometry.groups; ++i) {
    const auto number = GroupNumber{static_cast<std::uint32_t>((std::uint64_t{home.value} + i) % geometry.groups)};
    const Group group = EXT4_TRY(read_group(metadata_, number));
    if (group->free_blocks() == 0) continue;
    const auto from = i == 0 ? static_cast<std::uint32_t>(goal - geometry.first_block(home)) : 0;
    const Run found = EXT4_TRY(find_in(number, from, wanted, i == 0));
    if (i == 0 && found.count != 0 && found.first == goal) return found;
    if (found.count > best.count) best = found;
    if (best.count == wanted || (++searched >= search_width && best.count != 0)) break;
  }
  if (best.count == 0) return std::unexpected(Error::no_space);
  if (!metadata_.may_belong_to_file(best))
    return metadata_.damaged("bitmap: free, yet in use: block", best.first.value);
  return best;
}

Result<BlockPin> BlockAllocator::bitmap_for_change(Transaction& transaction, GroupNumber number) {
  const Group group = EXT4_TRY(read_group(metadata_, number));
  if (!group->has(layout::group_flag::block_bitmap_unwritten))
    return EXT4_TRY(metadata_.read(group->block_bitmap(), role_of(number)));
  Descriptor descriptor = EXT4_TRY(modify_group(transaction, group));
  descriptor.clear(layout::group_flag::block_bitmap_unwritten);
  BlockPin bitmap = EXT4_TRY(transaction.create(group->block_bitmap(), role_of(number)));
  initial_bitmap(metadata_, number, EXT4_TRY(transaction.modify(bitmap)));
  return bitmap;
}

Result<void> BlockAllocator::take(Transaction& transaction, Run run) {
  if (!metadata_.may_belong_to_file(run)) return metadata_.damaged("taken out of place: block", run.first.value);
  return for_each_group(metadata_.geometry(), run,
                        [&](GroupNumber group, Run part) { return take_in_group(transaction, group, part); });
}

Result<void> BlockAllocator::take_in_group(Transaction& transaction, GroupNumber number, Run run) {
  const Group group = EXT4_TRY(read_group(metadata_, number));
  const BlockPin bitmap = EXT4_TRY(bitmap_for_change(transaction, number));
  const auto first = static_cast<std::uint32_t>(run.first - metadata_.geometry().first_block(number));
  if (next_set(bitmap.bytes(), first, first + run.count) != first + run.count)
    return metadata_.damaged("taken twice: block", run.first.value);
  if (group->free_blocks() < run.count || metadata_.totals().free_blocks < run.count)
    return metadata_.damaged("free blocks of group", number.value);
  set_bits(EXT4_TRY(transaction.modify(bitmap)), first, run.count);
  Descriptor descriptor = EXT4_TRY(modify_group(transaction, group));
  descriptor.set_free_blocks(descriptor.free_blocks() - run.count);
  transaction.totals().free_blocks -= run.count;
  return {};
}

Result<void> BlockAllocator::give_back(Transaction& transaction, Run run) {
  if (!metadata_.may_belong_to_file(run)) return metadata_.damaged("freed out of place: block", run.first.value);
  EXT4_TRY(for_each_group(metadata_.geometry(), run,
                          [&](GroupNumber group, Run part) { return give_back_in_group(transaction, group, part); }));
  return transaction.add_freed(run);
}

Result<void> BlockAllocator::give_back_in_group(Transaction& transaction, GroupNumber number, Run run) {
  const Group group = EXT4_TRY(read_group(metadata_, number));
  const BlockPin bitmap = EXT4_TRY(bitmap_for_change(transaction, number));
  const auto first = static_cast<std::uint32_t>(run.first - metadata_.geometry().first_block(number));
  if (next_clear(bitmap.bytes(), first, first + run.count) != first + run.count)
    return metadata_.damaged("freed twice: block", run.first.value);
  if (group->free_blocks() + run.count > metadata_.geometry().blocks_in(number))
    return metadata_.damaged("free blocks of group", number.value);
  clear_bits(EXT4_TRY(transaction.modify(bitmap)), first, run.count);
  Descriptor descriptor = EXT4_TRY(modify_group(transaction, group));
  descriptor.set_free_blocks(descriptor.free_blocks() + run.count);
  transaction.totals().free_blocks += run.count;
  return {};
}

Result<PhysicalBlock> BlockAllocator::take_one(Transaction& transaction, PhysicalBlock goal, Privilege privilege) {
  const Run run = EXT4_TRY(find(goal, 1, privilege));
  EXT4_TRY(take(transaction, run));
  return run.first;
}

}  // namespace ext4
