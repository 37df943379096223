// SPDX-License-Identifier: BSD-2-Clause
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>

#include "programs/init/init.hpp"

namespace init {

Window::Window() {
  const char* const lines = getenv("LINES");
  const char* const columns = getenv("COLUMNS");
  if (lines == nullptr || columns == nullptr) return;
  set(static_cast<unsigned>(atoi(lines)), static_cast<unsigned>(atoi(columns)));
  // They would go on to say it when it is true no more.
  unsetenv("LINES");
  unsetenv("COLUMNS");
  port_ = open("/dev/ttyS1", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (port_ < 0) return;
  make_raw(port_);
  write_all(port_, "ready\n", 6);
}

void Window::set(unsigned rows, unsigned columns) {
  if (rows == 0 || columns == 0 || rows > 0xffff || columns > 0xffff) return;
  const int console = open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (console < 0) return;
  const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
  ioctl(console, TIOCSWINSZ, &size);
  close(console);
}

void Window::hear() {
  char bytes[64];
  const ssize_t got = read(port_, bytes, sizeof bytes);
  for (ssize_t at = 0; at < got; ++at) {
    if (bytes[at] != '\n') {
      if (length_ + 1 < sizeof line_) line_[length_++] = bytes[at];
      continue;
    }
    line_[length_] = 0;
    length_ = 0;
    unsigned rows, columns;
    if (sscanf(line_, "size %u %u", &rows, &columns) == 2) set(rows, columns);
  }
}

}  // namespace init
