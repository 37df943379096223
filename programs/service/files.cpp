// SPDX-License-Identifier: BSD-2-Clause
#include "programs/service/files.hpp"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "programs/service/output.hpp"

namespace service {
namespace {

constexpr std::size_t greatest_file = 1 << 18;
char contents[greatest_file];

}  // namespace

void complain(std::string_view a, std::string_view b, std::string_view c, std::string_view d, std::string_view e,
              std::string_view f) {
  flush();
  for (const std::string_view part : {std::string_view("service: "), a, b, c, d, e, f, std::string_view("\n")})
    if (write(2, part.data(), part.size()) < 0) break;
}

std::string_view read_file(const Path& path, std::string_view name) {
  const int file = open(path.text(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT && !name.empty())
      complain("there is no service ", name, "; `service list` shows all");
    else
      complain(path.text(), ": ", strerror(errno));
    return {};
  }
  std::size_t length = 0;
  while (length < sizeof contents) {
    const ssize_t count = read(file, contents + length, sizeof contents - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      complain(path.text(), ": ", strerror(errno));
      close(file);
      return {};
    }
    if (count == 0) break;
    length += static_cast<std::size_t>(count);
  }
  close(file);
  return {contents, length};
}

}  // namespace service
