// SPDX-License-Identifier: BSD-2-Clause
// A second thread changes the arguments of a call while the call checks them. What the program may not read must never
// come out. The control checks and then uses the same words without a copy of its own, and is fooled: so the changes
// do fall between a check and a use.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { fewest_rounds = 2000, most_rounds = 200000, stranger = 1234 };
static const char allowed[] = "/tmp/race-allowed", secret[] = "/tmp/race-secret";
static const uintptr_t kernel = 0xffffffff80100000;

static char path[sizeof allowed + sizeof secret];
static char own[64];
static struct iovec vector = {own, sizeof own};
static atomic_int over;

// Both names have the same length but for their last part: which of them it is hangs on the bytes that differ.
static void* change(void* unused) {
  for (unsigned long turn = 0; !over; ++turn) {
    strcpy(path, turn % 2 == 0 ? secret : allowed);
    *(void* volatile*)&vector.iov_base = turn % 2 == 0 ? (void*)kernel : own;
  }
  return unused;
}

static void make(const char* name, const char* text, int mode) {
  unlink(name);
  const int file = open(name, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) perror(name), _exit(2);
  close(file);
}

// Whether the words were others when they were used than when they were checked.
static int fooled(void) {
  volatile const char* const shared = path;
  if (strcmp(path, allowed) != 0) return 0;
  for (int pause = 0; pause < 1000; ++pause) __asm__ volatile("");
  char used[sizeof path] = {0};
  for (unsigned i = 0; i < sizeof path - 1 && shared[i] != 0; ++i) used[i] = shared[i];
  return strcmp(used, allowed) != 0;
}

int main(void) {
  make(allowed, "allowed", 0644);
  make(secret, "secret!", 0600);
  memset(own, 'o', sizeof own);
  int pipes[2];
  if (setgid(stranger) != 0 || setuid(stranger) != 0 || pipe(pipes) != 0) return perror("race"), 2;
  pthread_t changer;
  strcpy(path, allowed);
  if (pthread_create(&changer, NULL, change, NULL) != 0) return perror("race: a thread"), 2;

  long opened = 0, denied = 0, leaked = 0, written = 0, refused = 0, foreign = 0, controls = 0;
  // Until all of it has happened: otherwise nothing was tried.
  for (int round = 0; round < most_rounds; ++round) {
    if (round >= fewest_rounds && opened > 0 && denied > 0 && written > 0 && refused > 0 && controls > 0) break;
    char text[64] = {0};
    const int file = open(path, O_RDONLY);
    if (file >= 0) {
      ++opened;
      if (read(file, text, 7) != 7 || strcmp(text, "allowed") != 0) ++leaked;
      close(file);
    } else {
      ++denied;
    }
    if (writev(pipes[1], &vector, 1) == (ssize_t)sizeof own) {
      ++written;
      if (read(pipes[0], text, sizeof own) != (ssize_t)sizeof own || memcmp(text, own, sizeof own) != 0) ++foreign;
    } else {
      ++refused;
    }
    controls += fooled();
  }
  over = 1;
  pthread_join(changer, NULL);
  printf("race path both=%s leaked=%ld\n", opened > 0 && denied > 0 ? "yes" : "no", leaked);
  printf("race vector both=%s leaked=%ld\n", written > 0 && refused > 0 ? "yes" : "no", foreign);
  printf("race control fooled=%s\n", controls > 0 ? "yes" : "no");
  fprintf(stderr, "race: %ld opened, %ld denied, %ld written, %ld refused, the control was fooled %ld times\n", opened,
          denied, written, refused, controls);
  return 0;
}
