// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/files.hpp"

#include <filesystem>
#include <fstream>

namespace verifier {

std::optional<std::vector<std::byte>> read_file(const std::string& path, Refusals& refusals) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::error_code error;
  if (!file || std::filesystem::is_directory(path, error)) {
    refusals.add("file", {path, 0}, "it cannot be read", "build it, or mend the path");
    return std::nullopt;
  }
  std::vector<std::byte> contents(static_cast<std::size_t>(file.tellg()));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(contents.data()), static_cast<std::streamsize>(contents.size()));
  if (!file) {
    refusals.add("file", {path, 0}, "it cannot be read to its end", "build it again");
    return std::nullopt;
  }
  return contents;
}

void write_file(const std::string& path, std::span<const std::byte> contents, Refusals& refusals) {
  const std::string fresh = path + ".new";
  std::error_code error;
  if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty())
    std::filesystem::create_directories(folder, error);
  {
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(contents.data()), static_cast<std::streamsize>(contents.size()));
    file.flush();
    if (!file) return refusals.add("file", {fresh, 0}, "it cannot be written", "make room, or mend the path");
  }
  std::filesystem::rename(fresh, path, error);
  if (error) refusals.add("file", {path, 0}, "it cannot be replaced: " + error.message(), "mend the path");
}

void write_file(const std::string& path, const std::string& contents, Refusals& refusals) {
  write_file(path, std::as_bytes(std::span(contents)), refusals);
}

}  // namespace verifier
