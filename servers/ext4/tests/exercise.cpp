// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/tests/exercise.hpp"

#include <random>
#include <string>

namespace ext4::testing {
namespace {

class Entries final : public EntrySink {
 public:
  bool take(const Entry& entry) override {
    if (all.size() == 60) return false;
    all.emplace_back(std::string(entry.name), entry.inode);
    return true;
  }
  std::vector<std::pair<std::string, InodeNumber>> all;
};

/// Goes through a file system breadth-first, noting errors.
class Visitor {
 public:
  Visitor(FileSystem& fs, std::uint32_t seed, std::uint32_t budget) : fs_{fs}, engine_{seed}, left_{budget} {}

  Walk go() {
    std::vector<InodeNumber> directories{root_inode};
    for (std::size_t i = 0; i < directories.size() && left_ != 0; ++i) visit(directories[i], directories);
    for (const InodeNumber directory : directories) change(directory);
    note(fs_.sync(now()));
    return walk_;
  }

 private:
  template <typename T>
  bool note(const Result<T>& result) {
    if (left_ != 0) --left_;
    ++walk_.answers;
    if (!result) walk_.errors.push_back(result.error());
    return result.has_value();
  }
  Timestamp now() { return {.seconds = 1'800'000'000 + static_cast<std::int64_t>(left_)}; }
  Caller caller() { return {.now = now(), .privilege = Privilege::superuser}; }

  void visit(InodeNumber directory, std::vector<InodeNumber>& directories) {
    for (ScanEnd end{}; !end.complete && left_ != 0;) {
      Entries entries;
      const auto result = fs_.read_directory(directory, end.cookie, entries);
      if (!note(result)) return;
      end = *result;
      for (const auto& [name, inode] : entries.all) {
        const auto found = fs_.lookup(directory, name);
        if (!note(found) || left_ == 0) continue;
        names_.emplace_back(directory, name);
        if (found->kind == FileKind::directory && name != "." && name != ".." && directories.size() < 200)
          directories.push_back(found->inode);
        if (found->kind == FileKind::regular) read(found->inode);
        std::array<char, 5000> target;
        if (found->kind == FileKind::symbolic_link) note(fs_.read_link(found->inode, target));
      }
      if (entries.all.empty() && !end.complete) return;
    }
  }

  void read(InodeNumber file) {
    std::array<Mapping, 4> mappings;
    for (LogicalBlock at{0}; at.value < maximum_file_blocks && left_ != 0;) {
      const auto count = fs_.map(file, at, maximum_file_blocks - at.value, mappings);
      if (!note(count) || *count == 0) return;
      at = mappings[*count - 1].end();
    }
  }

  void change(InodeNumber directory) {
    if (left_ == 0) return;
    const std::string fresh = "fresh" + std::to_string(engine_());
    const auto made = fs_.create(directory, fresh, {.kind = FileKind::regular}, Handle::none, caller());
    if (note(made)) write(made->inode);
    note(fs_.create(directory, fresh + std::string(100, 'd'), {.kind = FileKind::directory}, Handle::none, caller()));
    for (int i = 0; i < 12 && !names_.empty() && left_ != 0; ++i) {
      const auto& [parent, name] = names_[engine_() % names_.size()];
      switch (engine_() % 6) {
        case 0:
          note(fs_.unlink(parent, name, LastName::free_now, caller()));
          break;
        case 1:
          note(fs_.remove_directory(parent, name, LastName::free_now, caller()));
          break;
        case 2:
          note(fs_.rename(parent, name, directory, name + "r", Replace::allowed, LastName::free_now, caller()));
          break;
        case 3:
          if (const auto found = fs_.lookup(parent, name))
            note(fs_.set_size(found->inode, engine_() % 1'000'000, caller()));
          break;
        case 4:
          if (const auto found = fs_.lookup(parent, name)) write(found->inode);
          break;
        default:
          if (const auto removed = fs_.unlink(parent, name, LastName::keep_inode, caller()))
            note(fs_.release(removed->inode, caller()));
      }
    }
  }

  void write(InodeNumber file) {
    std::array<Mapping, 3> mappings;
    const auto count = fs_.reserve(file, LogicalBlock{static_cast<std::uint32_t>(engine_() % 3000)},
                                   1 + static_cast<std::uint32_t>(engine_() % 40), mappings, caller());
    if (!note(count)) return;
    for (const Mapping& mapping : std::span(mappings).first(*count)) note(fs_.link_blocks(file, mapping, 77, now()));
  }

  FileSystem& fs_;
  std::mt19937 engine_;
  std::uint32_t left_;
  Walk walk_;
  std::vector<std::pair<InodeNumber, std::string>> names_;
};

}  // namespace

void populate(Mounted& disk) {
  const InodeNumber indexed = disk.create(root_inode, "indexed", FileKind::directory)->inode;
  for (int i = 0; i < 300; ++i) (void)disk.create(indexed, "name" + std::to_string(i));
  const InodeNumber deep = disk.create(root_inode, "deep", FileKind::directory)->inode;
  const InodeNumber file = disk.create(deep, "holes")->inode;
  for (int i = 0; i < 400; ++i) (void)disk.write(file, static_cast<std::uint64_t>(i) * 3 * block_size, "data");
  InodeNumber below = deep;
  for (int i = 0; i < 5; ++i) below = disk.create(below, "below", FileKind::directory)->inode;
  for (const char* name : {"a", "b", "c"})
    (void)disk.write(disk.create(below, name)->inode, 0, std::string(20'000, 'f'));
  (void)disk->link(file, below, "hard", disk.caller());
  (void)disk->make_link(deep, "short", "target", {}, Handle::none, disk.caller());
  (void)disk->make_link(deep, "long", std::string(500, 't'), {}, Handle::none, disk.caller());
  (void)disk->create(deep, "device", {.kind = FileKind::block_device, .device_major = 8}, Handle::none, disk.caller());
  const InodeNumber orphan = disk.create(root_inode, "orphan")->inode;
  (void)disk.write(orphan, 0, std::string(30'000, 'o'));
  (void)disk->unlink(root_inode, "orphan", LastName::keep_inode, disk.caller());
  (void)disk->sync(disk.now());
}

Walk exercise(FileSystem& fs, std::uint32_t seed, std::uint32_t budget) { return Visitor(fs, seed, budget).go(); }

}  // namespace ext4::testing
