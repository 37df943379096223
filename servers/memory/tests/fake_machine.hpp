// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "servers/memory/files.hpp"
#include "servers/memory/machine.hpp"

// A kernel and a file server that know what a frame holds and who has it mapped, and that are strict about both.
namespace memory::test {

class FakeMachine final : public Machine {
 public:
  enum class Owner : u8 { nobody, memory, file };
  struct FrameRecord {
    Owner owner = Owner::nobody;
    unsigned mappings = 0;
  };
  struct PageEntry {
    Frame frame;
    u64 rights;
    bool dirty = false;
  };
  using PageTable = std::map<UserPage, PageEntry>;

  explicit FakeMachine(u32 frames) : frames_(frames), memory_(frames * page_size) {
    for (u32 number = frames - 1; number != 0; --number) free_.push_back({number});
  }

  std::map<SpaceIndex, PageTable> spaces;
  unsigned calls = 0;

  u64 free_frames() const { return free_.size(); }
  std::span<std::byte, page_size> bytes(Frame frame) {
    return std::span<std::byte, page_size>(memory_.data() + frame.number * page_size, page_size);
  }
  FrameRecord& record(Frame frame) { return frames_.at(frame.number); }
  Frame take_for(Owner owner) {
    const Frame frame = free_.back();
    free_.pop_back();
    record(frame) = {.owner = owner};
    std::ranges::fill(bytes(frame), std::byte{0});
    return frame;
  }
  void drop(Frame frame) {
    record(frame).owner = Owner::nobody;
    free_.push_back(frame);
  }
  Status map_as(Owner owner, SpaceIndex space, UserPage page, Frame first, u64 count, u64 rights) {
    EXPECT_NE(rights & 6, 6u) << "never writable and executable";
    EXPECT_TRUE(spaces.contains(space));
    for (u64 index = 0; index < count; ++index) {
      EXPECT_EQ(record(first + index).owner, owner);
      if (spaces[space].contains(page + index)) return Status::exists;
      spaces[space][page + index] = {first + index, rights};
      ++record(first + index).mappings;
    }
    return Status::ok;
  }

  Status create(SpaceIndex space) override {
    ++calls;
    if (spaces.contains(space)) return Status::exists;
    spaces[space];
    return Status::ok;
  }
  void destroy(SpaceIndex space) override {
    ++calls;
    unmap(space, program_range);
    spaces.erase(space);
  }
  Status map(SpaceIndex space, UserPage page, Frame first, u64 count, u64 rights) override {
    ++calls;
    return map_as(Owner::memory, space, page, first, count, rights);
  }
  void unmap(SpaceIndex space, Range range) override {
    ++calls;
    auto& table = spaces.at(space);
    for (auto at = table.lower_bound(range.begin); at != table.end() && at->first < range.end; at = table.erase(at))
      --record(at->second.frame).mappings;
  }
  void protect(SpaceIndex space, Range range, u64 rights) override {
    ++calls;
    EXPECT_NE(rights & 6, 6u);
    auto& table = spaces.at(space);
    for (auto at = table.lower_bound(range.begin); at != table.end() && at->first < range.end; ++at)
      at->second.rights = rights;
  }
  Status clone(SpaceIndex to, SpaceIndex from, Range range) override {
    ++calls;
    auto& table = spaces.at(from);
    for (auto at = table.lower_bound(range.begin); at != table.end() && at->first < range.end; ++at) {
      at->second.rights &= ~u64{writable};
      if (spaces.at(to).contains(at->first)) return Status::exists;
      spaces.at(to)[at->first] = {at->second.frame, at->second.rights};
      ++record(at->second.frame).mappings;
    }
    return Status::ok;
  }
  void query(SpaceIndex space, UserPage page, std::span<Entry> entries) override {
    ++calls;
    ASSERT_LE(entries.size(), pages_at_once);
    for (Entry& entry : entries) {
      const auto found = spaces.at(space).find(page);
      page = page + 1;
      entry = found == spaces.at(space).end()
                  ? Entry{}
                  : Entry::of(found->second.frame, (found->second.rights & writable ? abi::entry_writable : 0));
    }
  }
  UserPage next_present(SpaceIndex space, UserPage page) override {
    ++calls;
    const auto found = spaces.at(space).lower_bound(page);
    return found == spaces.at(space).end() ? program_range.end : found->first;
  }
  std::size_t take(std::span<Frame> frames) override {
    ++calls;
    std::size_t count = 0;
    for (; count < frames.size() && !free_.empty(); ++count) frames[count] = take_for(Owner::memory);
    return count;
  }
  std::optional<Frame> take_row() override {
    ++calls;
    // The upper half of the table is kept for rows.
    for (u32 first = 0; first + frames_in_row <= frames_.size(); first += frames_in_row) {
      std::vector<Frame> row;
      for (u32 number = first; number < first + frames_in_row; ++number)
        if (number != 0 && frames_[number].owner == Owner::nobody) row.push_back({number});
      if (row.size() != frames_in_row) continue;
      for (const Frame frame : row) {
        std::erase(free_, frame);
        record(frame) = {.owner = Owner::memory};
        std::ranges::fill(bytes(frame), std::byte{0});
      }
      return row.front();
    }
    return {};
  }
  void give_back(Frame first, u64 count) override {
    ++calls;
    for (u64 index = 0; index < count; ++index) {
      if (record(first + index).mappings != 0) continue;
      ASSERT_EQ(record(first + index).owner, Owner::memory);
      drop(first + index);
    }
  }
  FrameUse use(Frame frame) override {
    ++calls;
    return {record(frame).owner == Owner::memory, record(frame).mappings};
  }
  std::span<std::byte, page_size> contents(Frame frame) override {
    EXPECT_EQ(record(frame).owner, Owner::memory) << "only own frames can be looked into";
    return bytes(frame);
  }

 private:
  std::vector<FrameRecord> frames_;
  std::vector<std::byte> memory_;
  std::vector<Frame> free_;
};

class FakeFiles final : public Files {
 public:
  explicit FakeFiles(FakeMachine& machine) : machine_(machine) {}

  struct File {
    std::vector<std::byte> bytes;
    std::map<u64, Frame> cache;
    u32 serial = 0;
    bool held = false;
  };
  std::map<u64, File> files;
  unsigned requests = 0;
  /// Runs inside of a downcall: what other threads do meanwhile.
  std::function<void()> meanwhile;

  File& make(u64 name, u64 bytes) {
    File& file = files[name];
    for (u64 at = 0; at < bytes; ++at)
      file.bytes.push_back(static_cast<std::byte>(name * 31 + at / 7 + at / page_size));
    return file;
  }
  Frame cached(File& file, u64 index) {
    if (const auto found = file.cache.find(index); found != file.cache.end()) return found->second;
    const Frame frame = machine_.take_for(FakeMachine::Owner::file);
    const u64 from = index * page_size;
    if (from < file.bytes.size())
      std::memcpy(machine_.bytes(frame).data(), file.bytes.data() + from,
                  std::min(page_size, file.bytes.size() - from));
    return file.cache[index] = frame;
  }
  void forget_cache() {
    for (auto& [name, file] : files) {
      for (const auto& [index, frame] : file.cache) machine_.drop(frame);
      file.cache.clear();
    }
  }

  std::expected<FileObject, int> map_descriptor(u32, int descriptor, u8, bool) override {
    File& file = files.at(static_cast<u64>(descriptor));
    file.held = true;
    return FileObject{static_cast<u64>(descriptor), file.bytes.size(), ++file.serial};
  }
  std::expected<FileObject, int> map_image(u32, Image image, u8) override {
    return map_descriptor(0, static_cast<int>(image), 0, false);
  }
  std::expected<u64, FileError> page(u64 object, u64 index, SpaceIndex space, UserPage page, u64 count,
                                     u8 rights) override {
    ++requests;
    EXPECT_LE(count, file_pages_at_once);
    File& file = files.at(object);
    EXPECT_TRUE(file.held);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    const u64 pages = pages_of(file.bytes.size());
    if (index >= pages) return std::unexpected(FileError::beyond_end);
    count = std::min(count, pages - index);
    for (u64 done = 0; done < count; ++done) {
      const Status status =
          machine_.map_as(FakeMachine::Owner::file, space, page + done, cached(file, index + done), 1, rights);
      EXPECT_TRUE(status == Status::ok || status == Status::exists);
    }
    return count;
  }
  std::expected<void, FileError> fill(u64 object, u64 index, std::span<std::byte> data) override {
    ++requests;
    EXPECT_EQ(data.size() % page_size, 0u);
    File& file = files.at(object);
    EXPECT_TRUE(file.held);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    const u64 pages = pages_of(file.bytes.size());
    if (index >= pages) return std::unexpected(FileError::beyond_end);
    for (u64 done = 0; done < data.size() / page_size; ++done) {
      const auto to = data.subspan(done * page_size, page_size);
      if (index + done < pages)
        std::ranges::copy(machine_.bytes(cached(file, index + done)), to.begin());
      else
        std::ranges::fill(to, std::byte{0});
    }
    return {};
  }
  void release(u64 object, u32 serial) override {
    if (files.at(object).serial == serial) files.at(object).held = false;
  }
  std::expected<void, FileError> sync(u64, u64, u64) override { return {}; }
  bool shrink(u32) override { return false; }

 private:
  FakeMachine& machine_;
};

}  // namespace memory::test
