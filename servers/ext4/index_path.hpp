// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>

#include "servers/ext4/directory.hpp"
#include "servers/ext4/index_block.hpp"

namespace ext4 {

/// The way through the hash tree of an indexed directory, from its root to an entry that stands for a leaf.
class IndexPath {
 public:
  struct Step {
    BlockPin block;
    BlockKind kind{};
    std::uint32_t position = 0;

    ConstIndex index() const { return ConstIndex(block.data(), kind); }
  };

  /// The root alone.
  static Result<IndexPath> root(Metadata& metadata, const InodePin& directory);
  /// To the first leaf that may hold names with this hash.
  Result<void> descend(std::uint32_t hash);

  HashParameters hash_parameters() const;
  const BlockPin& root_block() const { return steps_[0].block; }
  const Step& step(std::uint32_t level) const { return steps_[level]; }
  const Step& lowest() const { return steps_[levels_]; }
  std::uint32_t levels() const { return levels_; }

  LogicalBlock leaf() const { return lowest().index().block(lowest().position); }
  Result<BlockPin> read_leaf() const;

  bool has_next_leaf() const;
  /// The hash at which the next leaf begins; its lowest bit says that names with it began in this one.
  std::uint32_t next_hash() const;
  /// Whether names with this hash may go on in the next leaf.
  bool continues_with(std::uint32_t hash) const { return has_next_leaf() && next_hash() == (hash | 1); }
  Result<void> next_leaf();

 private:
  IndexPath(Metadata& metadata, const InodePin& directory) : metadata_{&metadata}, directory_{&directory} {}
  Result<void> enter_node();

  Metadata* metadata_;
  const InodePin* directory_;
  std::array<Step, maximum_index_levels + 1> steps_;
  std::uint32_t levels_ = 0;
};

}  // namespace ext4
