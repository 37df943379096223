// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "tools/verifier/archive.hpp"
#include "tools/verifier/tests/fixture.hpp"

namespace verifier::test {
namespace {

namespace fs = std::filesystem;

struct Entry {
  unsigned mode;
  std::string contents;
};

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "verifier-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Reads an archive as the format says, independently of the writer.
std::vector<std::pair<std::string, Entry>> unpack(const std::vector<std::byte>& archive) {
  std::vector<std::pair<std::string, Entry>> entries;
  const std::string bytes(reinterpret_cast<const char*>(archive.data()), archive.size());
  for (std::size_t at = 0;;) {
    EXPECT_EQ(bytes.substr(at, 6), "070701");
    const auto field = [&](unsigned i) { return std::stoul(bytes.substr(at + 6 + i * 8, 8), nullptr, 16); };
    const std::size_t mode = field(1), size = field(6), length = field(11);
    EXPECT_EQ(field(2) + field(3) + field(5), 0u);  // root's, without a date
    const std::string name = bytes.substr(at + 110, length - 1);
    const std::size_t contents = (at + 110 + length + 3) & ~std::size_t{3};
    at = (contents + size + 3) & ~std::size_t{3};
    if (name == "TRAILER!!!") {
      EXPECT_EQ(at, bytes.size());
      return entries;
    }
    entries.emplace_back(name, Entry{static_cast<unsigned>(mode), bytes.substr(contents, size)});
  }
}

TEST(Archive, HoldsFoldersFilesAndLinks) {
  const Folder folder;
  fs::create_directories(folder.path() / "bin");
  std::ofstream(folder.path() / "bin" / "sh") << "contents";
  std::ofstream(folder.path() / "bin" / "empty").flush();
  std::ofstream(folder.path() / "a") << "x";
  fs::create_symlink("sh", folder.path() / "bin" / "ash");
  chmod((folder.path() / "bin" / "sh").c_str(), 0755);
  chmod((folder.path() / "a").c_str(), 0640);
  Refusals refusals;
  const auto archive = make_archive(folder.path().string(), refusals);
  ASSERT_TRUE(refusals.empty());
  const auto entries = unpack(archive);
  ASSERT_EQ(entries.size(), 5u);
  EXPECT_EQ(entries[0].first, "a");
  EXPECT_EQ(entries[0].second.mode, 0100640u);
  EXPECT_EQ(entries[1].first, "bin");
  EXPECT_EQ(entries[1].second.mode & 0170000, 0040000u);
  EXPECT_EQ(entries[2].first, "bin/ash");
  EXPECT_EQ(entries[2].second.mode, 0120777u);
  EXPECT_EQ(entries[2].second.contents, "sh");
  EXPECT_EQ(entries[3].first, "bin/empty");
  EXPECT_EQ(entries[3].second.contents, "");
  EXPECT_EQ(entries[4].first, "bin/sh");
  EXPECT_EQ(entries[4].second.mode, 0100755u);
  EXPECT_EQ(entries[4].second.contents, "contents");
  EXPECT_EQ(archive, make_archive(folder.path().string(), refusals));
}

TEST(Archive, RefusesWhatItCannotHold) {
  Refusals refusals;
  make_archive("/nonexistent/folder", refusals);
  EXPECT_EQ(to_string(refusals.all().at(0)), refusal("/nonexistent/folder", "the archive's folder is not there",
                                                     "archive", "create it, or leave out --archive"));
  const Folder folder;
  const std::string pipe = (folder.path() / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  Refusals odd;
  make_archive(folder.path().string(), odd);
  EXPECT_EQ(to_string(odd.all().at(0)),
            refusal(pipe, "it is no file, folder or symbolic link", "archive", "remove it from the archive's folder"));
}

}  // namespace
}  // namespace verifier::test
