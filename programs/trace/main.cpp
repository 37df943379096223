// SPDX-License-Identifier: BSD-2-Clause
// trace: runs a command and shows each call that it and what it starts make of the system, with arguments and results.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "generated/contract/process.hpp"
#include "programs/trace/show.hpp"

namespace trace {
namespace {

constexpr int failed = 1, misused = 2, not_found = 127, not_executable = 126;

void say(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

int complain(std::string_view what, std::string_view why, int status) {
  Text line;
  line.add("trace: ").add(what).add(": ").add(why).add('\n');
  say(2, line.view());
  return status;
}

[[noreturn]] void run(char** command, int pipe) {
  if (prctl(contract::process::prctl_trace, pipe) != 0)
    _exit(complain("prctl", errno == EINVAL ? "this system has no traces; Bulkhead has" : strerror(errno), failed));
  close(pipe);
  execvp(command[0], command);
  _exit(complain(command[0], strerror(errno), errno == ENOENT ? not_found : not_executable));
}

/// Until nobody is left who may write records.
void read_all(int pipe, int output) {
  static std::byte bytes[1 << 17];
  static Show show;
  static Text line;
  std::size_t held = 0;
  for (;;) {
    const ssize_t count = read(pipe, bytes + held, sizeof bytes - held);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    held += static_cast<std::size_t>(count);
    std::size_t done = 0;
    bool sound = true;
    while (const auto record = read_record({bytes + done, held - done}, sound)) {
      line.clear();
      show.add(line, *record);
      say(output, line.view());
      done += record->record.length;
    }
    if (!sound) {
      complain("the pipe", "what came is no record; the trace ends here", failed);
      return;
    }
    held -= done;
    memmove(bytes, bytes + done, held);
  }
}

/// Ends as the command did.
int end_as(int status) {
  if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
  signal(WTERMSIG(status), SIG_DFL);
  raise(WTERMSIG(status));
  return 128 + WTERMSIG(status);
}

int main(int count, char** words) {
  int output = 2;
  int option;
  while ((option = getopt(count, words, "+o:")) != -1) {
    if (option != 'o') {
      say(2, "usage: trace [-o FILE] COMMAND [ARGUMENT...]\n");
      return misused;
    }
    output = open(optarg, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (output < 0) return complain(optarg, strerror(errno), failed);
  }
  if (optind == count) {
    say(2, "trace: no command\nusage: trace [-o FILE] COMMAND [ARGUMENT...]\n");
    return misused;
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return complain("pipe", strerror(errno), failed);
  const pid_t child = fork();
  if (child < 0) return complain("fork", strerror(errno), failed);
  if (child == 0) run(words + optind, ends[1]);
  close(ends[1]);
  // What is typed to end the command ends it, and is part of its trace.
  signal(SIGINT, SIG_IGN);
  signal(SIGQUIT, SIG_IGN);
  read_all(ends[0], output);
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return complain("wait", strerror(errno), failed);
  return end_as(status);
}

}  // namespace
}  // namespace trace

int main(int count, char** words) { return trace::main(count, words); }
