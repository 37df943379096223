// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/file_server.hpp"

namespace memory {

namespace {

namespace file = contract::file;

constexpr int error_io = 5;

FileError error_of(file::Reason reason) {
  return reason == file::Reason::no_memory ? FileError::no_memory : FileError::failed;
}

}  // namespace

std::expected<FileObject, int> FileServer::map(u32 pid, file::Source source, int descriptor, u8 rights, bool shared) {
  const auto outcome = file_.map_object(pid, source, descriptor, rights, shared);
  if (outcome.is<file::Object>()) {
    const auto& object = outcome.get<file::Object>();
    return FileObject{object.object, object.size, object.serial, object.kind == file::Kind::zero};
  }
  if (outcome.is<file::Failed>()) return std::unexpected(static_cast<int>(outcome.get<file::Failed>().reason));
  return std::unexpected(error_io);
}

std::expected<FileObject, int> FileServer::map_descriptor(u32 pid, int descriptor, u8 rights, bool shared) {
  return map(pid, file::Source::descriptor, descriptor, rights, shared);
}

std::expected<FileObject, int> FileServer::map_image(u32 pid, Image image, u8 rights) {
  const auto source = image == Image::program ? file::Source::program : file::Source::interpreter;
  return map(pid, source, -1, rights, false);
}

std::expected<u64, FileError> FileServer::page(u64 object, u64 index, SpaceIndex space, UserPage page, u64 count,
                                               u8 rights) {
  const auto outcome = file_.page(object, index, page.address(), space, static_cast<u8>(count), rights);
  if (outcome.is<file::Mapped>()) return outcome.get<file::Mapped>().count;
  if (outcome.is<file::BeyondEnd>()) return std::unexpected(FileError::beyond_end);
  if (outcome.is<file::Failed>()) return std::unexpected(error_of(outcome.get<file::Failed>().reason));
  return std::unexpected(FileError::failed);
}

std::expected<void, FileError> FileServer::fill(u64 object, u64 index, std::span<std::byte> data) {
  const auto outcome = file_.fill(object, index, contract::Lend::writing(data));
  if (outcome.is<file::Bytes>()) return {};
  if (outcome.is<file::BeyondEnd>()) return std::unexpected(FileError::beyond_end);
  if (outcome.is<file::Failed>()) return std::unexpected(error_of(outcome.get<file::Failed>().reason));
  return std::unexpected(FileError::failed);
}

void FileServer::release(u64 object, u32 serial) { static_cast<void>(file_.release(object, serial)); }

std::expected<void, FileError> FileServer::sync(u64 object, u64 index, u64 count) {
  const auto outcome = file_.sync_object(object, index, count);
  if (outcome.is<file::Done>()) return {};
  return std::unexpected(FileError::failed);
}

bool FileServer::shrink(u32 pages) {
  const auto outcome = file_.shrink(pages);
  return outcome.is<file::Shrunk>() && outcome.get<file::Shrunk>().pages != 0;
}

std::optional<FileServer::Cut> FileServer::take_cut() {
  const auto outcome = file_.take_truncated();
  if (!outcome.is<file::Cut>()) return {};
  const auto& cut = outcome.get<file::Cut>();
  return Cut{cut.object, cut.index};
}

std::optional<u32> FileServer::take_use_wanted() {
  const auto outcome = file_.take_use_wanted();
  if (!outcome.is<file::Wanted>()) return {};
  return outcome.get<file::Wanted>().pid;
}

void FileServer::tell_use(u32 pid, const Usage& usage) {
  static_cast<void>(file_.memory_use(pid, usage.pages, usage.resident, static_cast<u32>(usage.minor_faults),
                                     static_cast<u32>(usage.major_faults)));
}

void FileServer::traced(u32 pid, std::span<const std::byte> record) {
  static_cast<void>(file_.traced(pid, contract::Lend::reading(record)));
}

}  // namespace memory
