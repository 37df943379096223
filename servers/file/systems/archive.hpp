// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/systems/ramfs.hpp"

namespace file {

/// Why the boot archive was not unpacked to its end; what came before is there.
enum class ArchiveError : u8 { none, not_an_archive, cut_short, no_room };

/// Makes the files of a cpio archive (format newc, cpio(5)) below the root of a file system in memory, which was given
/// the same archive. Contents stay where they are. Folders that no entry describes are made as they are needed.
ArchiveError unpack(Tree& tree, RamFs& into, std::span<const std::byte> archive);

}  // namespace file
