// SPDX-License-Identifier: BSD-2-Clause
// Mappings: of nothing, of files, shared and own; their protection, and what happens at their ends.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

enum { page = 4096 };

static char* map(size_t bytes, int rights, int flags, int file, long offset) {
  return mmap(0, bytes, rights, flags, file, offset);
}
#define TELL(call) (errno = 0, printf("%s: %s\n", #call, (call) == MAP_FAILED ? strerror(errno) : "ok"))

static void touch(const char* name, volatile char* where, int write) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    if (write)
      *where = 1;
    else
      (void)*where;
    _exit(0);
  }
  int status;
  DEMAND(waitpid(child, &status, 0) == child);
  printf("%s: %d\n", name, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

// What is cut off a file nobody has any more, neither the file's pages nor copies that were written.
static void cut(void) {
  const int file = open("cut", O_RDWR | O_CREAT | O_TRUNC, 0644);
  DEMAND(file >= 0 && ftruncate(file, 4 * page) == 0);
  char* const shared = map(4 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  char* const copy = map(4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  memset(shared, 1, 4 * page);
  for (int i = 0; i < 4; ++i) copy[i * page] = 2;
  SAY(ftruncate(file, page + 10));
  printf("kept: %d %d %d %d\n", shared[page - 1], shared[page + 9], shared[page + 10], copy[page]);
  touch("shared, cut", shared + 2 * page, 0);
  touch("copy, cut", copy + 2 * page, 0);
  SAY(ftruncate(file, 3 * page));
  printf("empty: %d %d\n", shared[2 * page], copy[2 * page]);
  SAY(close(open("cut", O_WRONLY | O_TRUNC)));
  touch("shared, emptied", shared, 0);
  touch("copy, emptied", copy, 1);
  SAY(truncate("cut", 1));
  printf("empty: %d %d\n", shared[0], copy[0]);
  SAY(close(file));
  SAY(unlink("cut"));
}

int main(void) {
  const int own = MAP_PRIVATE | MAP_ANONYMOUS, shared = MAP_SHARED | MAP_ANONYMOUS, both = PROT_READ | PROT_WRITE;
  const int file = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0644), reader = open("mapped", O_RDONLY);
  DEMAND(file >= 0 && reader >= 0 && write(file, "contents", 8) == 8);
  TELL(map(0, both, own, -1, 0));
  TELL(map(page, both, own, -1, 0));
  TELL(map(page, both, MAP_ANONYMOUS, -1, 0));
  TELL(map(page, both, MAP_PRIVATE, -1, 0));
  TELL(map(page, both, MAP_PRIVATE, 99, 0));
  TELL(map(page, both, MAP_PRIVATE, file, 1));
  TELL(map(page, both, MAP_SHARED, reader, 0));
  TELL(map(page, both, MAP_PRIVATE, reader, 0));
  TELL(map(1L << 60, both, own, -1, 0));
  TELL(map(page, both, MAP_PRIVATE, open("/", O_RDONLY), 0));
  TELL(mmap((void*)123, page, both, own | MAP_FIXED, -1, 0));
  TELL(mmap((void*)(1L << 50), page, both, own | MAP_FIXED, -1, 0));

  char* area = map(8 * page, both, own, -1, 0);
  memset(area, 1, 8 * page);
  SAY(mprotect(area + page, page, PROT_READ));
  SAY(mprotect(area + 2 * page, page, PROT_NONE));
  SAY(munmap(area + 3 * page, page));
  SAY(mprotect(area, 8 * page, PROT_READ));
  SAY(mprotect(area + 1, page, PROT_READ));
  touch("read", area + page, 0);
  touch("write to read-only", area + page, 1);
  touch("read nothing", area + 3 * page, 0);
  SAY(mprotect(area + 4 * page, 4 * page, PROT_NONE));
  touch("read forbidden", area + 4 * page, 0);
  SAY(madvise(area, page, MADV_DONTNEED));
  touch("read again", area, 0);
  SAY(munmap(area, 8 * page));
  SAY(munmap(area, 8 * page));
  SAY(munmap(area + 1, page));

  area = map(3 * page, both, own, -1, 0);
  memset(area, 7, 3 * page);
  char* moved = mremap(area, 3 * page, 20 * page, MREMAP_MAYMOVE);
  printf("grown: %d %d\n", moved[0] + moved[3 * page - 1], moved[3 * page] + moved[20 * page - 1]);
  moved = mremap(moved, 20 * page, page, 0);
  printf("shrunk: %d\n", moved[page - 1]);

  volatile int* const together = (int*)map(page, both, shared, -1, 0);
  volatile int* const apart = (int*)map(page, both, own, -1, 0);
  *together = *apart = 1;
  pid_t child = fork();
  if (child == 0) {
    ++*together;
    ++*apart;
    _exit(0);
  }
  DEMAND(waitpid(child, 0, 0) == child);
  printf("shared %d, own %d\n", *together, *apart);

  char* const of_file = map(page, both, MAP_SHARED, file, 0);
  char* const copy = map(page, both, MAP_PRIVATE, file, 0);
  char text[20] = "";
  printf("mapped: %s %s, behind its end %d\n", of_file, copy, of_file[page - 1]);
  of_file[0] = 'C';
  copy[1] = 'O';
  SAY(pread(file, text, 8, 0));
  printf("file %s, shared %s, copy %s\n", text, of_file, copy);
  SAY(pwrite(file, "new", 3, 4));
  printf("shared %s, copy %s\n", of_file, copy);
  SAY(msync(of_file, page, MS_SYNC));
  SAY(msync(of_file + 1, page, MS_SYNC));
  child = fork();
  if (child == 0) {
    of_file[2] = 'X';
    copy[3] = 'Y';
    _exit(0);
  }
  DEMAND(waitpid(child, 0, 0) == child);
  printf("after the child: shared %s, copy %s\n", of_file, copy);
  SAY(ftruncate(file, 2 * page + 100));
  char* const long_map = map(4 * page, both, MAP_SHARED, file, 0);
  touch("within the file", long_map + 2 * page + 50, 1);
  touch("behind the file", long_map + 3 * page, 1);
  SAY(ftruncate(file, 10));
  touch("cut off", long_map + page, 0);
  SAY(ftruncate(file, page + 1));
  printf("zero again: %d %d\n", long_map[11], long_map[page]);
  SAY(close(file));
  printf("still there: %s\n", of_file);
  SAY(unlink("mapped"));
  printf("and now: %s\n", of_file);

  char* const at_end = (char*)syscall(SYS_brk, 0);
  SAY((char*)syscall(SYS_brk, at_end + 3 * page) == at_end + 3 * page);
  at_end[3 * page - 1] = 5;
  SAY((char*)syscall(SYS_brk, at_end) == at_end);
  touch("behind the heap", at_end + 2 * page, 0);
  cut();
  return 0;
}
