// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/ext4/block_role.hpp"
#include "servers/ext4/checksum.hpp"

namespace ext4 {

/// Whether a block's lengths, counts and offsets stay inside it and agree with each other. Every block is asked
/// once after it was read, so that whoever walks through it afterwards need not ask again. What can only be
/// judged together with another block (keys of a parent, numbers of inodes) is judged where the two meet.
bool well_formed(const Geometry& geometry, BlockRole role, ConstBlock block);

}  // namespace ext4
