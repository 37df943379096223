// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <expected>
#include <type_traits>
#include <utility>

namespace ext4 {

/// Why an operation was not done. After any of them the file system is as it was before the operation.
enum class Error : std::uint8_t {
  // The machine below.
  device_failed = 1,  ///< the block device said no
  cache_exhausted,    ///< more blocks pinned or changed at once than the cache has buffers
  table_full,         ///< a fixed table (reservations, zones) has no entry left; write back or cancel first

  // The image.
  not_ext4,                ///< no ext4 superblock, or none of a revision that has features
  unsupported_block_size,  ///< blocks are not 4096 bytes
  unsupported_feature,     ///< an incompatible feature that this server does not know
  unsupported_inode,       ///< an inode of a kind this server leaves alone (block-mapped, inline, encrypted)
  device_too_small,        ///< the superblock claims more blocks than the device has
  bad_checksum,            ///< a metadata block is not what was written there
  damaged,                 ///< a metadata block has a sound checksum, or none, and contradicts itself or others

  // The request.
  read_only,
  not_found,
  already_exists,
  not_a_directory,
  is_a_directory,
  directory_not_empty,
  no_space,
  no_inodes,
  name_too_long,
  bad_name,  ///< empty, or with a slash or a NUL in it
  too_many_links,
  file_too_large,
  stale,         ///< the inode is free, or is another kind of thing than the request is for
  bad_argument,  ///< a range, kind or combination that the interface does not allow
};

template <typename T = void>
using Result = std::expected<T, Error>;

/// The same fact for logs; never null.
const char* describe(Error error);

namespace detail {
template <typename T>
constexpr T take(std::expected<T, Error>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}
}  // namespace detail

}  // namespace ext4

/// The value of a Result, or a return of its error from the enclosing function.
#define EXT4_TRY(expression)                         \
  ({                                                 \
    auto result_of_try = (expression);               \
    if (!result_of_try) [[unlikely]]                 \
      return std::unexpected(result_of_try.error()); \
    ::ext4::detail::take(std::move(result_of_try));  \
  })
