// SPDX-License-Identifier: BSD-2-Clause
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/bench/row.hpp"

namespace bench {
namespace {

const char* own_path;
int to_other[2], from_other[2];

bool reaped(pid_t child) {
  int status;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
bool fork_exit() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  return reaped(child);
}
bool fork_exec() {
  const pid_t child = fork();
  if (child == 0) {
    char* const arguments[] = {const_cast<char*>("bench"), const_cast<char*>("exit"), nullptr};
    execv(own_path, arguments);
    _exit(127);
  }
  return reaped(child);
}

bool thread() {
  pthread_t other;
  return pthread_create(
             &other, nullptr, [](void* given) { return given; }, nullptr) == 0 &&
         pthread_join(other, nullptr) == 0;
}

/// A byte there and another one back, through two pipes.
bool pipe_round() {
  char byte = 1;
  return write(to_other[1], &byte, 1) == 1 && read(from_other[0], &byte, 1) == 1;
}
bool start_other(unsigned) {
  static bool started = false;
  if (started) return true;
  if (pipe(to_other) != 0 || pipe(from_other) != 0) return false;
  started = true;
  const pid_t child = fork();
  if (child != 0) return child > 0;
  // Ends when nobody can write to it any more.
  close(to_other[1]);
  for (char byte; read(to_other[0], &byte, 1) == 1 && write(from_other[1], &byte, 1) == 1;) {
  }
  _exit(0);
}

constexpr Row rows[] = {{"pipe", pipe_round, 500, start_other},
                        {"thread", thread, 100},
                        {"fork_exit", fork_exit, 50},
                        {"fork_exec", fork_exec, 25}};

}  // namespace

std::span<const Row> process_rows(const char* path) {
  own_path = path;
  return rows;
}

}  // namespace bench
