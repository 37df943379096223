// SPDX-License-Identifier: BSD-2-Clause
// What a program may not have is refused with an error, and everything else goes on: processes, memory, descriptors,
// file sizes, stack.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

static void limit(int which, rlim_t value) {
  const struct rlimit both = {value, value};
  DEMAND(setrlimit(which, &both) == 0);
}

// In a process of its own; how it ended.
static void apart(const char* name, void (*what)(void)) {
  fflush(stdout);
  const pid_t child = fork();
  DEMAND(child >= 0);
  if (child == 0) {
    what();
    fflush(stdout);
    _exit(0);
  }
  int status;
  DEMAND(waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status))
    printf("%s: signal %d\n", name, WTERMSIG(status));
  else
    printf("%s: status %d\n", name, WEXITSTATUS(status));
}

static void descriptors(void) {
  limit(RLIMIT_NOFILE, 16);
  int count = 0;
  while (dup(0) >= 0) ++count;
  printf("%d more descriptors, then %s\n", count, strerror(errno));
  int pipes[2];
  SAY(pipe(pipes));
  SAY(open("/", O_RDONLY));
  SAY(fcntl(0, F_DUPFD, 16));
  SAY(dup2(0, 16));
  SAY(dup2(0, 15));
}

static void file_size(void) {
  limit(RLIMIT_FSIZE, 1000);
  signal(SIGXFSZ, SIG_IGN);
  const int file = open("limited", O_RDWR | O_CREAT | O_TRUNC, 0644);
  static char text[800];
  SAY(write(file, text, sizeof text));
  SAY(write(file, text, sizeof text));
  SAY(write(file, text, sizeof text));
  SAY(ftruncate(file, 2000));
  SAY(lseek(file, 0, SEEK_END));
  signal(SIGXFSZ, SIG_DFL);
  SAY(ftruncate(file, 900));
  fflush(stdout);
  SAY(write(file, text, sizeof text));
  fflush(stdout);
  if (write(file, text, sizeof text) < 0) _exit(1);
}

static void address_space(void) {
  limit(RLIMIT_AS, 64 << 20);
  SAY(mmap(0, 1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
  int count = 0;
  while (mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) ++count;
  printf("some MiB: %d, then %s\n", count > 40 && count < 64, strerror(errno));
  SAY((long)sbrk(32 << 20) == -1);
}

static int deeper(int left) {
  volatile char much[4000];
  much[0] = (char)left;
  return left == 0 ? 0 : deeper(left - 1) + much[0];
}
static void stack(void) { printf("%d\n", deeper(1000) != 1); }
static void stack_overflow(void) { printf("%d\n", deeper(1 << 20)); }

// As another user, for root has no such limit.
static void processes(void) {
  limit(RLIMIT_NPROC, 20);
  DEMAND(setuid(1234) == 0);
  int count = 0;
  pid_t children[100];
  for (; count < 100; ++count) {
    children[count] = fork();
    if (children[count] == 0) {
      pause();
      _exit(0);
    }
    if (children[count] < 0) break;
  }
  printf("%d children, then %s\n", count, strerror(errno));
  for (int i = 0; i < count; ++i) DEMAND(kill(children[i], SIGKILL) == 0);
  for (int i = 0; i < count; ++i) DEMAND(waitpid(children[i], 0, 0) == children[i]);
  const pid_t again = fork();
  if (again == 0) _exit(0);
  printf("afterwards again: %d\n", again > 0);
  SAY(waitpid(again, 0, 0) == again);
}

static void bounds(void) {
  struct rlimit now;
  limit(RLIMIT_CORE, 0);
  const struct rlimit more = {100, 100}, wrong = {5, 4};
  DEMAND(setuid(1234) == 0);
  SAY(setrlimit(RLIMIT_CORE, &more));
  SAY(setrlimit(RLIMIT_CORE, &wrong));
  SAY(setrlimit(99, &more));
  SAY(getrlimit(RLIMIT_CORE, &now));
  printf("%ld %ld\n", (long)now.rlim_cur, (long)now.rlim_max);
}

int main(void) {
  apart("descriptors", descriptors);
  apart("file size", file_size);
  apart("address space", address_space);
  apart("stack", stack);
  apart("stack overflow", stack_overflow);
  apart("processes", processes);
  apart("bounds", bounds);
  return 0;
}
