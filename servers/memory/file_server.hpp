// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/file.hpp"
#include "servers/memory/files.hpp"
#include "servers/memory/space.hpp"

namespace memory {

/// The file server behind its contract.
class FileServer final : public Files {
 public:
  explicit FileServer(contract::Import import) : file_(import) {
    file_.on_truncated<&FileServer::truncated>(*this);
    file_.on_use_wanted<&FileServer::use_wanted>(*this);
  }

  std::expected<FileObject, int> map_descriptor(u32 pid, int descriptor, u8 rights, bool shared) override;
  std::expected<FileObject, int> map_image(u32 pid, Image image, u8 rights) override;
  std::expected<u64, FileError> page(u64 object, u64 index, SpaceIndex space, UserPage page, u64 count,
                                     u8 rights) override;
  std::expected<void, FileError> fill(u64 object, u64 index, std::span<std::byte> data) override;
  void release(u64 object, u32 serial) override;
  std::expected<void, FileError> sync(u64 object, u64 index, u64 count) override;
  bool shrink(u32 pages) override;

  /// The next file that was cut: its object and its first page that is gone.
  struct Cut {
    u64 object;
    u64 first;
  };
  std::optional<Cut> take_cut();
  /// Whether the event says that there may be one.
  bool cut_pending = false;

  /// The next process that somebody wants to know the use of.
  std::optional<u32> take_use_wanted();
  void tell_use(u32 pid, const Usage& usage);
  bool use_pending = false;  // by the event, likewise

  /// A record of the process's trace.
  void traced(u32 pid, std::span<const std::byte> record);

 private:
  std::expected<FileObject, int> map(u32 pid, contract::file::Source source, int descriptor, u8 rights, bool shared);
  void truncated() { cut_pending = true; }
  void use_wanted() { use_pending = true; }

  contract::file::Shadow file_;
};

}  // namespace memory
