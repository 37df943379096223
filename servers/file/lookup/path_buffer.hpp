// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstring>

#include "servers/file/calls/caller.hpp"

namespace file {

inline constexpr u32 max_path = 4096;  // its end counted

/// A path that is being walked: what is left of it, in front of which the targets of symbolic links are put.
class PathBuffer {
 public:
  /// From a program, or from a server that lent it.
  Result<> read(const Caller& caller, u64 address) {
    const Result<u32> length = caller.copy_string(address, text_);
    if (!length) return fail(length.error());
    begin_ = 0;
    end_ = *length;
    return {};
  }
  Result<> set(std::string_view path) {
    if (path.size() >= max_path) return fail(Error::name_too_long);
    end_ = static_cast<u32>(path.copy(text_, path.size()));
    begin_ = 0;
    return {};
  }

  std::string_view rest() const { return {text_ + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(u32 count) { begin_ += count; }

  /// Room in front of what is left, for a target of unknown length: its text goes there, then `prepend` is told how
  /// long it is.
  std::span<char> room() {
    const u32 left = end_ - begin_;
    std::memmove(text_ + max_path - left, text_ + begin_, left);
    begin_ = max_path - left;
    end_ = max_path;
    return {text_, begin_};
  }
  Result<> prepend(u32 length) {
    const u32 left = end_ - begin_;
    if (length + left + 1 >= max_path) return fail(Error::name_too_long);
    std::memmove(text_ + length, text_ + begin_, left);
    begin_ = 0;
    end_ = length + left;
    return {};
  }

 private:
  u32 begin_ = 0, end_ = 0;
  char text_[max_path];
};

}  // namespace file
