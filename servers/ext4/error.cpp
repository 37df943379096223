// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/error.hpp"

namespace ext4 {

const char* describe(Error error) {
  switch (error) {
    case Error::device_failed:
      return "the block device failed";
    case Error::cache_exhausted:
      return "the block cache is too small for the operation";
    case Error::table_full:
      return "a table of the server is full";
    case Error::not_ext4:
      return "no ext4 file system is there";
    case Error::unsupported_block_size:
      return "the block size is not 4096 bytes; make it with mke2fs -b 4096";
    case Error::unsupported_feature:
      return "the file system has a feature that this server does not know";
    case Error::unsupported_inode:
      return "the inode is of a kind that this server leaves alone";
    case Error::device_too_small:
      return "the file system is larger than its device";
    case Error::bad_checksum:
      return "a metadata block has a wrong checksum; run e2fsck";
    case Error::damaged:
      return "the metadata contradict themselves; run e2fsck";
    case Error::read_only:
      return "the file system is mounted read-only";
    case Error::not_found:
      return "no such name";
    case Error::already_exists:
      return "the name is in use";
    case Error::not_a_directory:
      return "not a directory";
    case Error::is_a_directory:
      return "a directory";
    case Error::directory_not_empty:
      return "the directory is not empty";
    case Error::no_space:
      return "no blocks are free";
    case Error::no_inodes:
      return "no inodes are free";
    case Error::name_too_long:
      return "the name is longer than 255 bytes, or the link's target than 4095";
    case Error::bad_name:
      return "the name is empty or has a slash or NUL in it";
    case Error::too_many_links:
      return "the inode has as many links as it can have";
    case Error::file_too_large:
      return "a file cannot be that large";
    case Error::stale:
      return "the inode is not in use";
    case Error::bad_argument:
      return "the request makes no sense";
  }
  return "unknown";
}

}  // namespace ext4
