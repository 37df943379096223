// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstring>
#include <type_traits>

#include "servers/file/storage/frames.hpp"

namespace file {

/// Records of one type in frames that are taken as they are needed, up to a capacity fixed when building. A record is
/// named by an index that never moves; records are plain memory, so that the table outlives an instance of the server.
template <class T, class Index, u32 capacity>
class Pool {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) >= sizeof(u32));
  static constexpr u32 per_page = abi::page_size / sizeof(T);
  static constexpr u32 none = 0xffff'ffff;

 public:
  explicit Pool(Frames& frames) : frames_(frames) {}

  T& operator[](Index index) {
    const u32 i = static_cast<u32>(index);
    return pages_[i / per_page][i % per_page];
  }
  const T& operator[](Index index) const { return const_cast<Pool&>(*this)[index]; }

  /// A record set to `T{}`.
  Result<Index> take() {
    if (free_ == none && !grow()) return fail(Error::no_memory);
    const Index index = static_cast<Index>(free_);
    T& record = (*this)[index];
    std::memcpy(&free_, &record, sizeof free_);
    record = T{};
    ++used_;
    return index;
  }

  void give(Index index) {
    T& record = (*this)[index];
    std::memset(static_cast<void*>(&record), 0, sizeof record);
    std::memcpy(static_cast<void*>(&record), &free_, sizeof free_);
    free_ = static_cast<u32>(index);
    --used_;
  }

  u32 used() const { return used_; }
  /// One behind the largest index ever taken.
  u32 end() const { return end_; }

 private:
  bool grow() {
    if (end_ >= capacity) return false;
    const Result<Frame> frame = frames_.take_urgently();
    if (!frame) return false;
    const u32 page = end_ / per_page;
    pages_[page] = reinterpret_cast<T*>(frames_.address(*frame));
    for (u32 i = per_page; i-- > 0;) {
      const u32 index = page * per_page + i;
      if (index >= capacity) continue;
      std::memcpy(static_cast<void*>(&pages_[page][i]), &free_, sizeof free_);
      free_ = index;
    }
    end_ += per_page;
    return true;
  }

  Frames& frames_;
  u32 free_ = none;
  u32 end_ = 0;
  u32 used_ = 0;
  std::array<T*, (capacity + per_page - 1) / per_page> pages_{};
};

/// As Pool, with every record there from the beginning and named from outside; pages come with their first use.
template <class T, u32 capacity>
class Table {
  static_assert(std::is_trivially_copyable_v<T>);
  static constexpr u32 per_page = abi::page_size / sizeof(T);

 public:
  explicit Table(Frames& frames) : frames_(frames) {}

  /// Null where nothing was ever put.
  T* find(u32 index) {
    T* page = pages_[index / per_page];
    return page == nullptr ? nullptr : page + index % per_page;
  }
  Result<T*> make(u32 index) {
    T*& page = pages_[index / per_page];
    if (page == nullptr) {
      const Result<Frame> frame = frames_.take_urgently();
      if (!frame) return fail(frame.error());
      page = reinterpret_cast<T*>(frames_.address(*frame));
      for (u32 i = 0; i < per_page; ++i) page[i] = T{};
    }
    return page + index % per_page;
  }
  template <class Function>
  void for_each(Function&& function) {
    for (T* page : pages_)
      for (u32 i = 0; page != nullptr && i < per_page; ++i) function(page[i]);
  }

 private:
  Frames& frames_;
  std::array<T*, (capacity + per_page - 1) / per_page> pages_{};
};

}  // namespace file
