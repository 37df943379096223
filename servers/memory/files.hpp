// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <expected>
#include <span>

#include "servers/memory/machine.hpp"

namespace memory {

/// An object of the file server's, as it names it.
struct FileObject {
  u64 name = 0;
  u64 bytes = 0;
  u32 serial = 0;      // of its last map_object: what releases it
  bool zeros = false;  // /dev/zero: anonymous memory, and no object
};

/// Which of a process's images.
enum class Image : u8 { program = 1, interpreter = 2 };

enum class FileError : u8 {
  beyond_end,  // SIGBUS
  no_memory,
  failed,  // the disk, or a server that is gone
};

/// What memory asks of the file server. Each of them may take long, and other requests are served meanwhile.
class Files {
 public:
  /// Errors are Linux's.
  virtual std::expected<FileObject, int> map_descriptor(u32 pid, int descriptor, u8 rights, bool shared) = 0;
  virtual std::expected<FileObject, int> map_image(u32 pid, Image image, u8 rights) = 0;
  /// Maps at most `count` pages of the object from `index` on; how many it were, at least one.
  virtual std::expected<u64, FileError> page(u64 object, u64 index, SpaceIndex space, UserPage page, u64 count,
                                             u8 rights) = 0;
  /// Copies pages of the object; zero beyond its end inside its last page.
  virtual std::expected<void, FileError> fill(u64 object, u64 index, std::span<std::byte> data) = 0;
  virtual void release(u64 object, u32 serial) = 0;
  virtual std::expected<void, FileError> sync(u64 object, u64 index, u64 count) = 0;
  /// Asks for frames of clean cache to be given to the kernel; whether there were any.
  virtual bool shrink(u32 pages) = 0;

 protected:
  ~Files() = default;
};

/// Most pages in one request to the file server.
inline constexpr u64 file_pages_at_once = 16;

}  // namespace memory
