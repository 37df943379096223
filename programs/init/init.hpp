// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <sys/types.h>

namespace init {

/// Waits for `child`, reaping whatever else ends meanwhile; its status as wait(2) tells it.
int wait_for(pid_t child);

/// Puts a terminal into a state in which bytes pass as they are.
void make_raw(int terminal);

/// Writes all of it; false: nobody takes it any more.
bool write_all(int to, const char* bytes, size_t count);

/// The window in which the console is shown, as the host says it: first in the environment, LINES and COLUMNS, and
/// then, whenever it changes, as a line "size ROWS COLUMNS" on the port ttyS1.
class Window {
 public:
  Window();
  /// To be polled for input; -1: nobody says anything.
  int port() const { return port_; }
  /// There is input.
  void hear();

 private:
  static void set(unsigned rows, unsigned columns);

  int port_ = -1;
  char line_[32];
  size_t length_ = 0;
};

/// Ends all processes, writes everything to the disks, and turns the machine off or starts it anew.
[[noreturn]] void shut_down(bool restart);

/// Runs one command for `bulkhead exec`, then turns the machine off.
[[noreturn]] void run_one_command();

}  // namespace init
