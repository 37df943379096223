// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <new>

#include "servers/process/kernel.hpp"

namespace process {

/// Records in pages that are taken when needed. The lowest places are used first, so that few pages are, and those that
/// become empty are given back. A record's address stays as long as it lives. Places are numbered from 1 on.
template <class T, std::size_t capacity>
class Pool {
  static constexpr std::size_t in_page = page_size / sizeof(T);
  static_assert(in_page >= 1 && in_page <= 64);
  static constexpr std::size_t page_count = (capacity + in_page - 1) / in_page;

 public:
  explicit Pool(Kernel& kernel) : kernel_(kernel) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// A new record, its `index` set; nullptr: there is no room.
  T* make() {
    for (std::size_t page = 0; page < page_count; ++page) {
      Page& here = pages_[page];
      if (here.used == full) continue;
      if (here.memory == nullptr && (here.memory = kernel_.take_page()) == nullptr) return nullptr;
      const auto place = static_cast<std::size_t>(std::countr_one(here.used));
      here.used |= u64{1} << place;
      T* const record = new (here.memory + place * sizeof(T)) T{};
      record->index = static_cast<u16>(page * in_page + place + 1);
      ++count_;
      return record;
    }
    return nullptr;
  }
  void drop(T& record) {
    Page& here = pages_[(record.index - 1u) / in_page];
    here.used &= ~(u64{1} << (record.index - 1u) % in_page);
    --count_;
    if (here.used != 0 || &here == pages_.data()) return;
    kernel_.give_page(here.memory);
    here.memory = nullptr;
  }
  /// nullptr: nothing has this index.
  T* find(u16 index) const {
    if (index == 0 || index > page_count * in_page) return nullptr;
    const Page& here = pages_[(index - 1u) / in_page];
    const std::size_t place = (index - 1u) % in_page;
    return here.used >> place & 1 ? reinterpret_cast<T*>(here.memory + place * sizeof(T)) : nullptr;
  }
  T& operator[](u16 index) const { return *find(index); }
  std::size_t count() const { return count_; }

  /// Calls `visit` with each record. It may drop records and make new ones; those it may or may not come to.
  template <class Visitor>
  void each(Visitor visit) const {
    for (std::size_t page = 0; page < page_count; ++page)
      for (std::size_t place = 0; place < in_page; ++place)
        if (pages_[page].used >> place & 1) visit(*reinterpret_cast<T*>(pages_[page].memory + place * sizeof(T)));
  }

 private:
  static constexpr u64 full = in_page == 64 ? ~u64{0} : (u64{1} << in_page) - 1;
  struct Page {
    std::byte* memory = nullptr;
    u64 used = 0;
  };

  Kernel& kernel_;
  std::array<Page, page_count> pages_{};
  std::size_t count_ = 0;
};

}  // namespace process
