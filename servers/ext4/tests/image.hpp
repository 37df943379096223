// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "servers/ext4/file_system.hpp"
#include "servers/ext4/tests/memory_device.hpp"

namespace ext4::testing {

/// A folder for a test's files, removed with it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Output {
  int status = 0;
  std::string text;  ///< standard output and error
};
/// Runs a shell command.
Output run(const std::string& command);

/// Makes an image as `mke2fs -t ext4 -b 4096 OPTIONS` does. Images of equal size and options are made once and
/// copied.
SparseImage make_image(std::uint64_t megabytes, const std::string& options = "");
/// As make_image, with the files of `folder` in it.
SparseImage make_image_from(const std::filesystem::path& folder, std::uint64_t megabytes);

/// What `e2fsck -fn` says of an image; status 0 is clean.
Output e2fsck(const MemoryDevice& device, const std::string& options = "-fn");
/// The image after `e2fsck OPTIONS` has repaired it.
SparseImage repaired(const MemoryDevice& device, const std::string& options);
/// What debugfs prints when it is asked `request`.
std::string debugfs(const MemoryDevice& device, const std::string& request);
/// The image after debugfs has done the requests, one a line, with write access.
SparseImage changed_by_debugfs(const MemoryDevice& device, const std::string& requests);

using TestStorage = Storage<>;

/// A mounted file system on an image, with a clock that goes on by itself.
class Mounted {
 public:
  explicit Mounted(SparseImage image, FileSystem::Access access = FileSystem::Access::read_write);

  FileSystem* operator->() { return &fs; }
  Caller caller();
  Timestamp now();

  /// Makes the content durable and asks e2fsck; what it says if it is not content.
  std::string check();
  /// Drops everything that was not made durable, and mounts again.
  Result<MountState> crash();
  /// Unmounts and mounts again.
  Result<MountState> remount();

  /// Follows a path from the root.
  Result<InodeNumber> resolve(std::string_view path);
  /// Writes a file's content as the file server does: reserve, write to the device, link.
  Result<void> write(InodeNumber inode, std::uint64_t offset, std::string_view data);
  Result<std::string> read(InodeNumber inode);
  Result<Attributes> create(InodeNumber directory, std::string_view name, FileKind kind = FileKind::regular);

  MemoryDevice device;
  std::unique_ptr<TestStorage> storage = std::make_unique<TestStorage>();
  FileSystem fs{device, *storage};
  Result<MountState> state;

 private:
  std::int64_t seconds_ = 1'700'000'000;
};

}  // namespace ext4::testing
