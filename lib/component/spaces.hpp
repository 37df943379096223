// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "lib/component/frames.hpp"

// Programs' spaces: for memory, which makes them, and file, which maps its cache into them. Each returns the kernel's
// status; long work is continued until it is done.
namespace component::space {

/// One of the kernel's max_spaces.
enum class Space : abi::u16 {};
/// An address in a program.
enum class UserAddress : abi::u64 {};

abi::Status create(Space space);
abi::Status destroy(Space space);
/// `rights` as abi::right_*.
abi::Status map(Space space, UserAddress address, Frame first, abi::u32 count, abi::u64 rights);
abi::Status unmap(Space space, UserAddress address, abi::u64 pages);
abi::Status protect(Space space, UserAddress address, abi::u64 pages, abi::u64 rights);
/// The same frames in both, writable in neither.
abi::Status clone(Space to, Space from, UserAddress address, abi::u64 pages);
/// Page entries (abi::entry_*), one for each page from `address` on.
abi::Status query(Space space, UserAddress address, std::span<abi::u64> entries);
/// The first address from this one on that has a page entry; abi::layout::user_end: none.
UserAddress next_mapped(Space space, UserAddress address);

}  // namespace component::space
