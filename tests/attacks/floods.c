// SPDX-License-Identifier: BSD-2-Clause
// What a program is allowed to do, without measure.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"

enum { page = 4096, mebibyte = 1 << 20 };

static void spin(struct Arena* arena) {
  (void)arena;
  compute(1000);
}

static void forks(struct Arena* arena) {
  const pid_t child = fork();
  if (child == 0)
    for (;;) pause();
  if (child < 0) refused(arena);
}

static void ending_children(struct Arena* arena) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  if (child < 0)
    refused(arena);
  else
    waitpid(child, NULL, 0);
}

static void crashes(struct Arena* arena) {
  const pid_t child = fork();
  if (child == 0) raise(SIGSEGV);
  if (child < 0)
    refused(arena);
  else
    waitpid(child, NULL, 0);
}

static void memory(struct Arena* arena) {
  char* const more = mmap(NULL, mebibyte, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (more == MAP_FAILED) return refused(arena);
  for (int at = 0; at < mebibyte; at += page) more[at] = 1;
}

// Neighbours of another protection do not join.
static void regions(struct Arena* arena) {
  const int protection = arena->rounds % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE;
  if (mmap(NULL, page, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) refused(arena);
}

static void page_faults(struct Arena* arena) {
  char* const more = mmap(NULL, 16 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (more == MAP_FAILED) return refused(arena);
  for (int at = 0; at < 16 * page; at += page) more[at] = 1;
  munmap(more, 16 * page);
}

static void descriptors(struct Arena* arena) {
  if (open("/etc/passwd", O_RDONLY) < 0) refused(arena);
}

static void pipes(struct Arena* arena) {
  int both[2];
  if (pipe2(both, O_NONBLOCK) != 0) return refused(arena);
  static char much[page];
  while (write(both[1], much, page) > 0);
}

static void calls(struct Arena* arena) {
  (void)arena;
  syscall(SYS_getppid);
}

static void wrong_calls(struct Arena* arena) {
  if (syscall(400 + arena->rounds % 600, -1, -1, -1, -1, -1, -1) < 0) refused(arena);
}

static void paths(struct Arena* arena) {
  if (open("/no/such/file/at/all", O_RDONLY) < 0) refused(arena);
}

static void log_lines(struct Arena* arena) {
  static int log = -1;
  if (log < 0) log = open("/dev/kmsg", O_WRONLY);
  if (log < 0 || write(log, "a line among many\n", 18) != 18) refused(arena);
}

static void files(struct Arena* arena) {
  static int file = -1;
  static char much[16 * page];
  if (file < 0) file = open("/var/tmp/flood", O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || pwrite(file, much, sizeof much, arena->rounds % 64 * sizeof much) < 0) refused(arena);
}

static void signals_to_others(struct Arena* arena) {
  if (kill(arena->bystander, SIGKILL) != 0) refused(arena);
}

static void nothing(int signal) { (void)signal; }
static void timers(struct Arena* arena) {
  signal(SIGALRM, nothing);
  const struct itimerval soon = {{0, 1}, {0, 1}};
  if (setitimer(ITIMER_REAL, &soon, NULL) != 0) refused(arena);
  const struct timespec instant = {0, 1};
  nanosleep(&instant, NULL);
}

static void yields(struct Arena* arena) {
  (void)arena;
  sched_yield();
}

// What is refused is counted once; it spins all the same.
static void top_priority(struct Arena* arena) {
  if (arena->rounds == 0 && setpriority(PRIO_PROCESS, 0, -20) != 0) refused(arena);
  const struct sched_param highest = {.sched_priority = 99};
  if (arena->rounds == 0 && syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &highest) != 0) refused(arena);
  compute(1000);
}

static void never_read(struct Arena* arena) {
  static char much[page];
  static int both[2];
  if (both[1] == 0) {
    if (pipe(both) != 0) return refused(arena);
    for (int writer = 0; writer < 4; ++writer)
      if (fork() == 0)
        while (write(both[1], much, page) > 0);
    fcntl(both[1], F_SETFL, O_NONBLOCK);
  }
  if (write(both[1], "x", 1) < 0) refused(arena);
}

const struct Attack attacks[] = {{"spin", spin, 1, 0, 0},
                                 {"spin-top-priority", top_priority, 1, 0, 0},
                                 {"spin-top-priority-root", top_priority, 1, 1, 0},
                                 {"spin-processes", spin, 4, 0, 0},
                                 {"calls", calls, 1, 0, 0},
                                 {"wrong-calls", wrong_calls, 1, 0, 0},
                                 {"yields", yields, 1, 0, 0},
                                 {"paths", paths, 1, 0, 0},
                                 {"timers", timers, 1, 0, 0},
                                 {"signals-to-others", signals_to_others, 1, 0, 0},
                                 {"signals-to-others-root", signals_to_others, 1, 1, 0},
                                 {"log", log_lines, 1, 0, 0},
                                 {"log-root", log_lines, 1, 1, 0},
                                 {"files", files, 1, 1, 0},
                                 {"never-read", never_read, 1, 0, 1},
                                 {"descriptors", descriptors, 1, 0, 1},
                                 {"pipes", pipes, 1, 0, 1},
                                 {"page-faults", page_faults, 1, 0, 0},
                                 {"ending-children", ending_children, 1, 0, 0},
                                 {"crashes", crashes, 1, 0, 0},
                                 {"forks", forks, 1, 0, 1},
                                 {"memory", memory, 1, 0, 1},
                                 {"regions", regions, 1, 0, 1},
                                 {NULL, NULL, 0, 0, 0}};
