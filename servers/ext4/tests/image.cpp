// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/tests/image.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>

namespace ext4::testing {
namespace {

SparseImage made(const std::string& command_tail, std::uint64_t megabytes, const Folder& folder) {
  const std::filesystem::path image = folder.path() / "image";
  std::ofstream(image).close();
  std::filesystem::resize_file(image, megabytes << 20);
  const Output output = run("mke2fs -q -F -t ext4 -b 4096 " + command_tail + " " + image.string());
  if (output.status != 0) throw std::runtime_error("mke2fs: " + output.text);
  return SparseImage::load(image);
}

}  // namespace

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "ext4-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Output run(const std::string& command) {
  Output output;
  // The tools lie in sbin, which is not in the path of a user.
  const std::string line = "PATH=$PATH:/usr/sbin:/sbin; (" + command + ") 2>&1";
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen");
  std::array<char, 4096> buffer;
  for (std::size_t read = 0; (read = fread(buffer.data(), 1, buffer.size(), pipe)) != 0;)
    output.text.append(buffer.data(), read);
  const int status = pclose(pipe);
  output.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return output;
}

SparseImage make_image(std::uint64_t megabytes, const std::string& options) {
  static std::map<std::pair<std::uint64_t, std::string>, SparseImage> known;
  auto& image = known[{megabytes, options}];
  if (image.block_count() == 0) image = made(options, megabytes, Folder());
  return image;
}

SparseImage make_image_from(const std::filesystem::path& folder, std::uint64_t megabytes) {
  return made("-d " + folder.string(), megabytes, Folder());
}

Output e2fsck(const MemoryDevice& device, const std::string& options) {
  const Folder folder;
  device.content().save(folder.path() / "image");
  return run("e2fsck " + options + " " + (folder.path() / "image").string());
}

SparseImage repaired(const MemoryDevice& device, const std::string& options) {
  const Folder folder;
  device.content().save(folder.path() / "image");
  run("e2fsck " + options + " " + (folder.path() / "image").string());
  return SparseImage::load(folder.path() / "image");
}

std::string debugfs(const MemoryDevice& device, const std::string& request) {
  const Folder folder;
  device.content().save(folder.path() / "image");
  return run("debugfs -R '" + request + "' " + (folder.path() / "image").string() + " 2>/dev/null").text;
}

SparseImage changed_by_debugfs(const MemoryDevice& device, const std::string& requests) {
  const Folder folder;
  device.content().save(folder.path() / "image");
  std::ofstream(folder.path() / "requests") << requests;
  run("cd " + folder.path().string() + " && debugfs -w -f requests image");
  return SparseImage::load(folder.path() / "image");
}

Mounted::Mounted(SparseImage image, FileSystem::Access access)
    : device{std::move(image)}, state{fs.mount(access, {.seconds = 1'700'000'000, .nanoseconds = 5})} {}

Timestamp Mounted::now() { return {.seconds = ++seconds_, .nanoseconds = 123'456'789}; }

Caller Mounted::caller() { return {.now = now(), .privilege = Privilege::superuser}; }

std::string Mounted::check() {
  if (const auto synced = fs.sync(now()); !synced) return describe(synced.error());
  const Output output = e2fsck(device);
  return output.status == 0 ? "" : output.text;
}

Result<MountState> Mounted::crash() { return fs.mount(FileSystem::Access::read_write, now()); }

Result<MountState> Mounted::remount() {
  if (auto unmounted = fs.unmount(now()); !unmounted) return std::unexpected(unmounted.error());
  return fs.mount(FileSystem::Access::read_write, now());
}

Result<InodeNumber> Mounted::resolve(std::string_view path) {
  InodeNumber inode = root_inode;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
    if (!name.empty()) inode = EXT4_TRY(fs.lookup(inode, name)).inode;
  }
  return inode;
}

Result<void> Mounted::write(InodeNumber inode, std::uint64_t offset, std::string_view data) {
  const std::uint64_t end = offset + data.size();
  const LogicalBlock last{static_cast<std::uint32_t>((end + block_size - 1) / block_size)};
  for (LogicalBlock at{static_cast<std::uint32_t>(offset / block_size)}; at < last;) {
    std::array<Mapping, 8> mappings;
    const std::size_t count = EXT4_TRY(fs.reserve(inode, at, last - at, mappings, caller()));
    for (const Mapping& mapping : std::span(mappings).first(count)) {
      for (std::uint32_t i = 0; i < mapping.length; ++i) {
        const auto block = device.block(mapping.physical + i);
        if (mapping.content != Content::written) std::ranges::fill(block, std::byte{0});
        const std::uint64_t start = std::uint64_t{(mapping.logical + i).value} * block_size;
        const std::uint64_t from = std::max(start, offset);
        const std::uint64_t to = std::min(start + block_size, end);
        if (from < to) std::memcpy(block.data() + (from - start), data.data() + (from - offset), to - from);
      }
      EXT4_TRY(fs.link_blocks(inode, mapping, std::min(end, std::uint64_t{mapping.end().value} * block_size), now()));
      at = mapping.end();
    }
  }
  return {};
}

Result<std::string> Mounted::read(InodeNumber inode) {
  const Attributes attributes = EXT4_TRY(fs.attributes(inode));
  std::string content(attributes.size, '\0');
  const LogicalBlock end{static_cast<std::uint32_t>((attributes.size + block_size - 1) / block_size)};
  for (LogicalBlock at{0}; at < end;) {
    std::array<Mapping, 8> mappings;
    const std::size_t count = EXT4_TRY(fs.map(inode, at, end - at, mappings));
    for (const Mapping& mapping : std::span(mappings).first(count)) {
      for (std::uint32_t i = 0; i < mapping.length && mapping.content == Content::written; ++i) {
        const std::uint64_t start = std::uint64_t{(mapping.logical + i).value} * block_size;
        const std::size_t bytes = std::min<std::uint64_t>(block_size, attributes.size - start);
        std::memcpy(content.data() + start, device.block(mapping.physical + i).data(), bytes);
      }
      at = mapping.end();
    }
  }
  return content;
}

Result<Attributes> Mounted::create(InodeNumber directory, std::string_view name, FileKind kind) {
  const std::uint16_t permissions = kind == FileKind::directory ? 0755 : 0644;
  return fs.create(directory, name, {.kind = kind, .permissions = permissions}, Handle::none, caller());
}

}  // namespace ext4::testing
