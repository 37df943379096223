// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/archive.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <format>

#include "tools/verifier/files.hpp"

namespace verifier {
namespace {

namespace fs = std::filesystem;

class Writer {
 public:
  // Header: "070701" and thirteen numbers of eight hexadecimal digits; name and contents padded to four bytes.
  void add(const std::string& name, unsigned mode, std::span<const std::byte> contents) {
    const unsigned inode = name == trailer ? 0 : ++inodes_, links = S_ISDIR(mode) ? 2 : 1;
    put(std::format("070701{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}", inode, mode,
                    0, 0, links, 0, contents.size(), 0, 0, 0, 0, name.size() + 1, 0));
    put(name);
    bytes_.push_back(std::byte{0});
    pad();
    bytes_.insert(bytes_.end(), contents.begin(), contents.end());
    pad();
  }

  std::vector<std::byte> finish() {
    add(trailer, 0, {});
    return std::move(bytes_);
  }

 private:
  static constexpr const char* trailer = "TRAILER!!!";

  void put(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void pad() { bytes_.resize((bytes_.size() + 3) & ~std::size_t{3}); }

  std::vector<std::byte> bytes_;
  unsigned inodes_ = 0;
};

void add_entry(Writer& writer, const fs::path& path, const std::string& name, Refusals& refusals) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) return refusals.add("archive", {path, 0}, "it went away", "build again");
  const unsigned mode = status.st_mode & 07777;
  if (S_ISDIR(status.st_mode)) {
    writer.add(name, S_IFDIR | mode, {});
  } else if (S_ISLNK(status.st_mode)) {
    const std::string target = fs::read_symlink(path).string();
    writer.add(name, S_IFLNK | 0777, std::as_bytes(std::span(target)));
  } else if (S_ISREG(status.st_mode)) {
    if (const auto contents = read_file(path.string(), refusals)) writer.add(name, S_IFREG | mode, *contents);
  } else {
    refusals.add("archive", {path, 0}, "it is no file, folder or symbolic link", "remove it from the archive's folder");
  }
}

}  // namespace

std::vector<std::byte> empty_archive() { return Writer().finish(); }

std::vector<std::byte> make_archive(const std::string& folder, Refusals& refusals) {
  Writer writer;
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    refusals.add("archive", {folder, 0}, "the archive's folder is not there", "create it, or leave out --archive");
    return {};
  }
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) paths.push_back(entry.path());
  std::ranges::sort(paths);  // a folder comes before what is in it
  for (const fs::path& path : paths) add_entry(writer, path, path.lexically_relative(folder).string(), refusals);
  return writer.finish();
}

}  // namespace verifier
