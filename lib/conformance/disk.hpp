// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <array>

#include "generated/contract/disk.hpp"

namespace conformance {

using abi::u32;
using abi::u64;
using abi::u8;

/// Requests to a disk, with what each must find. What is read is compared with what was written and answered, whoever
/// died since. `region` blocks of the disk are overwritten.
class DiskWorkload {
 public:
  using Shadow = contract::disk::Shadow;

  /// On the region number `number`, so that several may be at work on one disk.
  explicit DiskWorkload(Shadow& disk, u32 number = 0) : disk_(disk), first_(u64{number} * region) {}

  static constexpr u32 region = contract::disk::max_count;
  static constexpr unsigned steps = 14;
  /// So many at a time, where the driver takes several requests.
  static constexpr unsigned clients = 3;

  /// Performs step `number`; null where all is right, else what is not. The first time in their order; later any of
  /// them again.
  const char* step(unsigned number) {
    switch (number) {
      case 0:
        return open();
      case 1:
        return write(0, 1);
      case 2:
        return read(0, 1);
      case 3:
        return write(0, region);
      case 4:
        return read(0, region);
      case 5:
        return write(7, 9);
      case 6:
        return write(8, 1);
      case 7:
        return read(3, 17);
      case 8:
        return flush();
      case 9:
        return write(region - 1, 1);
      case 10:
        return read(region - 2, 2);
      case 11:
        return flush();
      case 12:
        return beyond();
      default:
        return read(0, region);
    }
  }

 private:
  static constexpr std::size_t block_size = contract::disk::block_size;

  /// What version `version` of a block holds: no two blocks or versions share a word.
  static u64 word(u32 block, u32 version, std::size_t index) {
    return (u64{version} << 32 | block << 12 | index) * 0x9e37'79b9'7f4a'7c15;
  }
  std::span<u64> memory(u32 count) { return std::span{memory_}.first(count * block_size / sizeof(u64)); }

  const char* open() {
    const auto outcome = disk_.open();
    if (!outcome.is<contract::disk::Opened>()) return "open is answered";
    const auto& opened = outcome.get<contract::disk::Opened>();
    if (opened.read_only || opened.blocks < first_ + region)
      return "the disk takes writes, and has 64 blocks for each client";
    if (blocks_ != 0 && opened.blocks != blocks_) return "the disk keeps its size";
    blocks_ = opened.blocks;
    return nullptr;
  }

  const char* write(u32 block, u32 count) {
    const auto memory = this->memory(count);
    ++version_;
    for (std::size_t i = 0; i < memory.size(); ++i)
      memory[i] = word(block + static_cast<u32>(i / words_of_block), version_, i % words_of_block);
    const auto outcome = disk_.write(first_ + block, count, contract::Lend::reading(std::as_bytes(memory)));
    if (!outcome.is<contract::disk::Done>()) return "a write is done";
    std::ranges::fill(std::span{versions_}.subspan(block, count), version_);
    return nullptr;
  }

  const char* read(u32 block, u32 count) {
    const auto memory = this->memory(count);
    std::ranges::fill(memory, ~u64{0});
    const auto outcome = disk_.read(first_ + block, count, contract::Lend::writing(std::as_writable_bytes(memory)));
    if (!outcome.is<contract::disk::Done>()) return "a read is done";
    for (std::size_t i = 0; i < memory.size(); ++i) {
      const u32 at = block + static_cast<u32>(i / words_of_block);
      if (versions_[at] != 0 && memory[i] != word(at, versions_[at], i % words_of_block))
        return "what was written is read";
    }
    return nullptr;
  }

  const char* flush() { return disk_.flush().is<contract::disk::Done>() ? nullptr : "a flush is done"; }

  const char* beyond() {
    const auto outcome = disk_.read(blocks_, 1, contract::Lend::writing(std::as_writable_bytes(memory(1))));
    return outcome.is<contract::disk::Failed>() &&
                   outcome.get<contract::disk::Failed>().reason == contract::disk::Reason::out_of_range
               ? nullptr
               : "what lies beyond the end is out of range";
  }

  static constexpr std::size_t words_of_block = block_size / sizeof(u64);

  Shadow& disk_;
  const u64 first_;
  u64 blocks_ = 0;
  u32 version_ = 0;
  std::array<u32, region> versions_{};  // 0: never written by this
  alignas(4096) std::array<u64, region * words_of_block> memory_;
};

}  // namespace conformance
