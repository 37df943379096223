// SPDX-License-Identifier: BSD-2-Clause
// Address spaces, files and transfers that are far larger than memory: no call works through all of what it names at
// once, and no server is late by it.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

static const size_t huge = 1ul << 45;

static int forks(void) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  int status = -1;
  return waitpid(child, &status, 0) == child ? status : -1;
}

static void address_space(void) {
  struct rusage usage;
  char* at = mmap(0, huge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  DEMAND(at != MAP_FAILED);
  SAY(getrusage(RUSAGE_SELF, &usage));
  SAY(forks());
  SAY(mprotect(at + huge / 2, 4096, PROT_READ | PROT_WRITE));
  SAY(at[huge / 2] = 7);
  SAY(forks());
  SAY(madvise(at, huge, MADV_DONTNEED));
  SAY(at[huge / 2]);
  SAY(msync(at, huge, MS_SYNC));
  SAY(mprotect(at, huge, PROT_NONE));
  SAY(getrusage(RUSAGE_SELF, &usage));
  SAY(munmap(at, huge));
}

static void mapped_file(void) {
  const off_t length = 1l << 43;
  const int file = open("sparse", O_RDWR | O_CREAT | O_TRUNC, 0600);
  DEMAND(file >= 0);
  SAY(ftruncate(file, length));
  char* at = mmap(0, length, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  DEMAND(at != MAP_FAILED);
  SAY(at[length / 2] = 8);
  SAY(forks());
  SAY(msync(at, length, MS_SYNC));
  char* moved = mremap(at, length, length * 2, MREMAP_MAYMOVE);
  SAY(moved != MAP_FAILED);
  SAY(moved[length / 2]);
  SAY(ftruncate(file, 4096));
  SAY(fsync(file));
  SAY(munmap(moved, length * 2));
  SAY(close(file));
}

// 1,022 times the same two MiB.
static void transfers(void) {
  enum { piece = 2 << 20, pieces = 1022 };
  static char memory[piece];
  static struct iovec vectors[pieces];
  for (int i = 0; i < pieces; ++i) vectors[i] = (struct iovec){memory, piece};
  const int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);
  SAY(readv(zero, vectors, pieces));
  SAY(writev(null, vectors, pieces));
  const int file = open("sparse", O_RDWR | O_CREAT | O_TRUNC, 0600);
  SAY(ftruncate(file, (off_t)piece * pieces));
  memory[piece - 1] = 1;
  SAY(readv(file, vectors, 100));
  SAY(lseek(file, 0, SEEK_CUR));
  SAY(memory[piece - 1]);
  memory[piece - 1] = 1;
  SAY(pwritev(file, vectors, 10, 12345));
  SAY(lseek(file, 12345 + 10 * piece - 1, SEEK_SET));
  SAY(read(file, memory, 2));
  SAY(memory[0]);
  SAY(memory[1]);
  // How much one call moves is for the system to say.
  off_t at = 0;
  SAY(sendfile(null, file, &at, huge) > 0);
  SAY(at > 0);
  SAY(ftruncate(file, 0));
}

int main(void) {
  address_space();
  mapped_file();
  transfers();
  return 0;
}
