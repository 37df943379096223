// SPDX-License-Identifier: BSD-2-Clause
#include "programs/service/symbols.hpp"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace service {
namespace {

constexpr const char* symbol_file = "/usr/lib/bulkhead/symbols";
constexpr const char* build_file = "/proc/service/build";

class File {
 public:
  explicit File(const char* path) : descriptor_(open(path, O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return descriptor_ >= 0; }

  /// Without its end; what does not fit is left out. False: there is no more.
  bool next_line(std::string_view& line) {
    std::size_t length = 0;
    for (;;) {
      if (taken_ == filled_) {
        ssize_t count;
        do count = read(descriptor_, buffer_, sizeof buffer_);
        while (count < 0 && errno == EINTR);
        taken_ = 0;
        filled_ = count > 0 ? static_cast<std::size_t>(count) : 0;
        if (filled_ == 0) break;
      }
      const char c = buffer_[taken_++];
      if (c == '\n') return line = {line_, length}, true;
      if (length < sizeof line_) line_[length++] = c;
    }
    line = {line_, length};
    return length != 0;
  }

 private:
  int descriptor_;
  std::size_t taken_ = 0, filled_ = 0;
  char buffer_[16384];
  char line_[1024];
};

}  // namespace

std::string_view look_up(std::span<Query> queries) {
  if (queries.empty()) return {};
  File build(build_file), symbols(symbol_file);
  std::string_view build_name, line;
  if (!symbols.is_open()) return "offsets only: there is no symbol file /usr/lib/bulkhead/symbols on this disk";
  if (!build.is_open() || !build.next_line(build_name))
    return "offsets only: /proc/service/build does not say which build this is";
  if (!symbols.next_line(line) || !Places::is_of(line, build_name))
    return "offsets only: the symbol file /usr/lib/bulkhead/symbols is of another build than the system that runs";
  Places places(queries);
  while (symbols.next_line(line)) places.take(line);
  return {};
}

}  // namespace service
