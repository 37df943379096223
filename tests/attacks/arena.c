// SPDX-License-Identifier: BSD-2-Clause
// arena NAME [PROCESSES]: how many laps a bystander makes beside the attack, of its fair share: of N that attack it, an
// (N + 1)th of what it makes alone. With PROCESSES, so many attack and the share stays what it was: the control.
#define _GNU_SOURCE
#include "arena.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { page = 4096, many_rounds = 200, stranger = 1234 };
static const long shortest = 200, longest = 5000;  // ms of a phase

void compute(long rounds) {
  for (long round = 0; round < rounds; ++round) __asm__ volatile("");
}

void refused(struct Arena* arena) {
  if (arena->refused_errno == 0) arena->refused_errno = errno;
  arena->steady = 1;
}

// A lap: a file read and checked, memory taken and given back, a pipe, and arithmetic.
static void bystand(struct Arena* arena) {
  const int file = open("/bin/busybox", O_RDONLY);
  static char first[page], now[page];
  int both[2];
  if (file < 0 || pread(file, first, page, 0) != page || pipe(both) != 0) exit(2);
  for (;; ++arena->laps) {
    char* memory;
    errno = 0;
    const int right =
        pread(file, now, page, 0) == page && memcmp(first, now, page) == 0 && write(both[1], now, 8) == 8 &&
        read(both[0], now, 8) == 8 &&
        (memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED &&
        munmap(memory, page) == 0;
    if (!right && arena->failures++ == 0) arena->failed_errno = errno;
    compute(20000);
  }
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// In a group of its own, which ends with it.
static pid_t attack(struct Arena* arena, const struct Attack* what, int processes) {
  const pid_t first = fork();
  if (first != 0) return first;
  setpgid(0, 0);
  for (int more = 1; more < processes; ++more)
    if (fork() == 0) break;
  if (!what->as_root && (setgid(stranger) != 0 || setuid(stranger) != 0)) exit(2);
  for (;; ++arena->rounds) {
    what->step(arena);
    if (!what->exhausts && arena->rounds >= many_rounds) arena->steady = 1;
  }
}

// Laps in a second while that goes on, or nothing does.
static double phase(struct Arena* arena, const struct Attack* what, int processes, int* ended) {
  arena->rounds = arena->steady = arena->refused_errno = 0;
  *ended = 0;
  const long begin = milliseconds(), laps = arena->laps;
  const pid_t group = what == NULL ? 0 : attack(arena, what, processes);
  if (group < 0) exit(2);
  long took;
  do {
    const struct timespec part = {0, 20000000};
    nanosleep(&part, NULL);
    took = milliseconds() - begin;
    if (group > 0 && *ended == 0 && waitpid(group, ended, WNOHANG) == group && *ended == 0) *ended = -1;
  } while (took < shortest || (group > 0 && !arena->steady && *ended == 0 && took < longest));
  const long made = arena->laps - laps;
  if (group == 0) return made * 1000.0 / took;
  kill(-group, SIGKILL);
  kill(group, SIGKILL);
  while (waitpid(group, NULL, 0) < 0 && errno == EINTR);
  return made * 1000.0 / took;
}

int main(int count, char** words) {
  const struct Attack* what = attacks;
  while (count > 1 && what->name != NULL && strcmp(what->name, words[1]) != 0) ++what;
  if (count < 2 || what->name == NULL) {
    fprintf(stderr, "arena: there is no attack %s; the names stand in floods.c\n",
            count < 2 ? "without a name" : words[1]);
    return 2;
  }
  const int processes = count > 2 ? atoi(words[2]) : what->processes;
  struct Arena* const arena = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (arena == MAP_FAILED) return 2;
  const pid_t bystander = fork();
  if (bystander == 0) bystand(arena);
  arena->bystander = bystander;
  while (arena->laps < 10) usleep(1000);
  int ended;
  const double share = phase(arena, NULL, 0, &ended) / (what->processes + 1);
  if (arena->failures != 0) {
    printf("arena %s: the bystander fails by itself: %s\n", what->name, strerror(arena->failed_errno));
    return 2;
  }
  const double beside = phase(arena, what, processes, &ended);
  const int alive = waitpid(bystander, NULL, WNOHANG) == 0;
  printf("arena %s answer=%s attacker=%s rounds=%s bystander=%s kept=%d\n", what->name,
         arena->refused_errno == 0 ? "none" : strerrorname_np(arena->refused_errno), ended == 0 ? "lives" : "ended",
         arena->rounds > 0 ? "some" : "none",
         !alive                 ? "killed"
         : arena->failures == 0 ? "right"
                                : strerrorname_np(arena->failed_errno),
         (int)(100 * beside / share + 0.5));
  fflush(stdout);
  kill(bystander, SIGKILL);
  return 0;
}
