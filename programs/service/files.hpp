// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string_view>

namespace service {

/// What the command line says.
struct Options {
  bool json = false, follow = false, busy = false, force = false;
  std::string_view words[4];
  std::size_t count = 0;
};

/// A line on standard error, behind what was put out so far.
void complain(std::string_view a, std::string_view b = {}, std::string_view c = {}, std::string_view d = {},
              std::string_view e = {}, std::string_view f = {});

/// A path below /proc/service.
class Path {
 public:
  explicit Path(std::string_view a, std::string_view b = {}, std::string_view c = {}) {
    for (const std::string_view part : {std::string_view("/proc/service/"), a, b, c})
      for (const char character : part)
        if (length_ + 1 < sizeof text_) text_[length_++] = character;
  }
  const char* text() const { return text_; }

 private:
  char text_[128] = {};
  std::size_t length_ = 0;
};

/// The whole file, until the next is read; a null view where it cannot be read, and then it has been said why. `name`
/// is the service that it is about.
std::string_view read_file(const Path& path, std::string_view name = {});

}  // namespace service
