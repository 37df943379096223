// SPDX-License-Identifier: BSD-2-Clause
// The guest's side of `bulkhead exec` (tools/command/session.py has the host's): one command, whose standard input and
// output are the port ttyS1 and whose standard error is ttyS2, bytes as they are; orders and answers go over ttyS3.
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "programs/init/init.hpp"

namespace init {

namespace {

constexpr size_t longest_line = 64;
constexpr size_t longest_command = 1 << 20;

int open_port(const char* name) {
  const int port = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (port >= 0) make_raw(port);
  return port;
}

/// A line without its end; false: there will be none.
bool read_line(int from, char (&line)[longest_line]) {
  size_t length = 0;
  for (;;) {
    char byte;
    const ssize_t got = read(from, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    if (byte == '\n') break;
    if (length + 1 < sizeof line) line[length++] = byte;
  }
  line[length] = 0;
  return true;
}

char* read_command(int control) {
  char line[longest_line];
  unsigned long length = 0;
  do {
    if (!read_line(control, line)) return nullptr;
  } while (sscanf(line, "exec %lu", &length) != 1);
  if (length > longest_command) return nullptr;
  char* const command = static_cast<char*>(malloc(length + 1));
  for (size_t done = 0; command != nullptr && done < length;) {
    const ssize_t got = read(control, command + done, length - done);
    if (got <= 0 && errno != EINTR) return nullptr;
    if (got > 0) done += static_cast<size_t>(got);
  }
  if (command != nullptr) command[length] = 0;
  return command;
}

/// Passes on as many bytes as the host says that there are, then ends the command's input. What a command does not read
/// any more is thrown away, so that the host is not held up.
[[noreturn]] void relay_input(int control, int streams, int input) {
  unsigned long total = ~0ul, passed = 0;
  bool taken = true;
  char buffer[16384];
  signal(SIGPIPE, SIG_IGN);
  while (passed < total) {
    pollfd ports[] = {{streams, POLLIN, 0}, {total == ~0ul ? control : -1, POLLIN, 0}};
    if (poll(ports, 2, -1) < 0 && errno != EINTR) break;
    if (ports[1].revents != 0) {
      char line[longest_line];
      unsigned long count;
      if (!read_line(control, line)) break;
      if (sscanf(line, "eof %lu", &count) == 1) total = count;
    }
    if (ports[0].revents == 0) continue;
    const size_t most = total - passed < sizeof buffer ? total - passed : sizeof buffer;
    const ssize_t got = read(streams, buffer, most);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    passed += static_cast<unsigned long>(got);
    taken = taken && write_all(input, buffer, static_cast<size_t>(got));
  }
  close(input);
  _exit(0);
}

[[noreturn]] void run(const char* command, int input, int streams, int errors) {
  setsid();
  dup2(input, 0);
  dup2(streams, 1);
  dup2(errors, 2);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGPIPE}) ::signal(signal, SIG_DFL);
  setenv("HOME", "/root", 1);
  setenv("USER", "root", 1);
  setenv("LOGNAME", "root", 1);
  setenv("SHELL", "/bin/sh", 1);
  if (chdir("/root") != 0) static_cast<void>(chdir("/"));
  execl("/bin/sh", "sh", "-c", command, nullptr);
  _exit(127);
}

}  // namespace

void run_one_command() {
  const int control = open_port("/dev/ttyS3"), streams = open_port("/dev/ttyS1"), errors = open_port("/dev/ttyS2");
  write_all(control, "ready\n", 6);
  const char* const command = read_command(control);
  int status = 125 << 8;
  int input[2];
  if (command != nullptr && pipe2(input, O_CLOEXEC) == 0) {
    const pid_t relay = fork();
    if (relay == 0) {
      close(input[0]);
      relay_input(control, streams, input[1]);
    }
    const pid_t child = fork();
    if (child == 0) run(command, input[0], streams, errors);
    close(input[0]);
    close(input[1]);
    if (child > 0) status = wait_for(child);
    kill(relay, SIGKILL);
  }
  tcdrain(streams);
  tcdrain(errors);
  sync();
  char line[longest_line];
  const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  write_all(control, line, static_cast<size_t>(snprintf(line, sizeof line, "status %d\n", code)));
  write_all(control, "done\n", 5);
  tcdrain(control);
  shut_down(false);
}

}  // namespace init
