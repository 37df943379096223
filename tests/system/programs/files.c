// SPDX-License-Identifier: BSD-2-Clause
// Calls on files and folders, with their errors.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "say.h"

static long rename2(const char* from, const char* to, int flags) {
  return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void mode_of(const char* name) {
  struct stat s;
  if (lstat(name, &s) < 0)
    printf("%s: %s\n", name, strerror(errno));
  else
    printf("%s: mode %o links %ld size %ld\n", name, s.st_mode, (long)s.st_nlink,
           S_ISDIR(s.st_mode) ? 0L : (long)s.st_size);
}

static int by_name(const void* a, const void* b) { return strcmp(*(char* const*)a, *(char* const*)b); }

static void list(const char* name) {
  DIR* const folder = opendir(name);
  DEMAND(folder != 0);
  char* names[100];
  size_t count = 0;
  for (struct dirent* entry; (entry = readdir(folder)) != 0;) names[count++] = strdup(entry->d_name);
  closedir(folder);
  qsort(names, count, sizeof names[0], by_name);
  printf("%s:", name);
  for (size_t i = 0; i < count; ++i) printf(" %s", names[i]);
  printf("\n");
}

static void opening(void) {
  SAY(open("none", O_RDONLY));
  SAY(open("none/below", O_RDONLY | O_CREAT, 0644));
  TRY(open("a", O_RDWR | O_CREAT | O_EXCL, 0640));
  SAY(open("a", O_RDWR | O_CREAT | O_EXCL, 0640));
  SAY(open("a/", O_RDONLY));
  SAY(open("a/b", O_RDONLY));
  SAY(open("a", O_RDONLY | O_DIRECTORY));
  SAY(open(".", O_RDWR));
  SAY(open(".", O_RDONLY | O_CREAT, 0644));
  SAY(open("", O_RDONLY));
  char name[300];
  memset(name, 'n', 256);
  name[256] = 0;
  SAY(open(name, O_RDONLY | O_CREAT, 0644));
  name[255] = 0;
  TRY(open(name, O_RDONLY | O_CREAT, 0644));
  SAY(unlink(name));
  SAY(symlink("a", "link"));
  SAY(symlink("loop2", "loop1"));
  SAY(symlink("loop1", "loop2"));
  SAY(open("loop1", O_RDONLY));
  SAY(open("link", O_RDONLY | O_NOFOLLOW));
  TRY(open("link", O_PATH | O_NOFOLLOW));
  TRY(open("link", O_RDWR));
  mode_of("a");
  mode_of("link");
  SAY(open("a", O_RDONLY | O_TMPFILE));
}

static void reading_and_writing(void) {
  const int file = open("data", O_RDWR | O_CREAT | O_TRUNC, 0644);
  DEMAND(file >= 0);
  char text[40] = "";
  SAY(write(file, "0123456789", 10));
  SAY(lseek(file, -3, SEEK_END));
  SAY(read(file, text, 20));
  printf("%s\n", text);
  SAY(read(file, text, 20));
  SAY(lseek(file, -20, SEEK_CUR));
  SAY(lseek(file, 0, 99));
  SAY(pread(file, text, 4, 2));
  SAY(pwrite(file, "AB", 2, 100));
  SAY(lseek(file, 0, SEEK_END));
  SAY(lseek(file, 0, SEEK_HOLE));
  SAY(lseek(file, 0, SEEK_DATA));
  SAY(lseek(file, 102, SEEK_DATA));
  struct iovec parts[2] = {{text, 3}, {text + 3, 4}};
  SAY(lseek(file, 0, SEEK_SET));
  SAY(readv(file, parts, 2));
  printf("%.7s\n", text);
  SAY(writev(file, parts, 2));
  SAY(readv(file, parts, 2000));
  SAY(pread(file, text, 4, -1));
  SAY(ftruncate(file, 5));
  SAY(ftruncate(file, -1));
  SAY(lseek(file, 0, SEEK_END));
  SAY(fsync(file));
  SAY(fdatasync(file));
  mode_of("data");
  SAY(close(file));
  SAY(close(file));
  SAY(read(file, text, 1));
  const int append = open("data", O_WRONLY | O_APPEND);
  SAY(lseek(append, 0, SEEK_SET));
  SAY(write(append, "end", 3));
  SAY(lseek(append, 0, SEEK_CUR));
  SAY(read(append, text, 1));
  SAY(fcntl(append, F_GETFL) & (O_ACCMODE | O_APPEND));
  SAY(fcntl(append, F_SETFL, 0));
  SAY(fcntl(append, F_GETFL) & (O_ACCMODE | O_APPEND));
  SAY(fcntl(append, F_GETFD));
  SAY(fcntl(append, F_SETFD, FD_CLOEXEC));
  SAY(fcntl(append, F_GETFD));
  SAY(fcntl(append, 9999, 0));
  SAY(ioctl(append, 0x1234567, 0));
  const int folder = open(".", O_RDONLY);
  SAY(read(folder, text, 1));
  SAY(ftruncate(folder, 1));
  SAY(truncate("data", 2));
  mode_of("data");
  close(append);
  close(folder);
}

static void names(void) {
  SAY(mkdir("d", 0755));
  SAY(mkdir("d", 0755));
  SAY(mkdir("d/e/f", 0755));
  SAY(mkdir("d/e", 0755));
  SAY(link("a", "d/hard"));
  SAY(link("d", "d2"));
  SAY(link("none", "d3"));
  mode_of("a");
  mode_of("d");
  SAY(rmdir("d"));
  SAY(rmdir("a"));
  SAY(unlink("d"));
  SAY(rename("a", "b"));
  SAY(rename("none", "b"));
  SAY(rename("d", "d/e/inside"));
  SAY(rename("b", "d"));
  SAY(rename("d/e", "b"));
  SAY(rename("d/e", "e"));
  SAY(mkdir("full", 0755));
  SAY(mkdir("full/x", 0755));
  SAY(rename("e", "full"));
  SAY(rmdir("full/x"));
  SAY(rename("e", "full"));
  SAY(rename2("b", "data", 1));
  SAY(rename2("b", "data", 2));
  mode_of("b");
  SAY(rename("b", "d/hard"));
  SAY(rename("d/hard", "d/hard"));
  mode_of("data");
  SAY(unlink("none"));
  SAY(unlink("data/none"));
  SAY(rmdir("."));
  SAY(rmdir("d/.."));
  SAY(unlinkat(AT_FDCWD, "full", AT_REMOVEDIR));
  SAY(unlinkat(AT_FDCWD, "full", 99));
  SAY(mkfifo("fifo", 0600));
  mode_of("fifo");
  SAY(open("fifo", O_WRONLY | O_NONBLOCK));
  list(".");
  list("d");
  char text[10];
  SAY(readlink("link", text, 1));
  SAY(readlink("data", text, 10));
  SAY(readlink("link", text, 0));
}

static void rights(void) {
  umask(027);
  TRY(open("masked", O_RDWR | O_CREAT, 0777));
  mode_of("masked");
  SAY(chmod("masked", 04711));
  mode_of("masked");
  SAY(chown("masked", 12, 34));
  mode_of("masked");
  SAY(chown("masked", -1, -1));
  SAY(access("masked", F_OK));
  SAY(access("masked", 99));
  SAY(access("none", F_OK));
  struct timespec times[2] = {{1000, 5}, {2000, 999999999}};
  SAY(utimensat(AT_FDCWD, "masked", times, 0));
  struct stat s;
  SAY(stat("masked", &s));
  printf("%ld.%09ld %ld.%09ld\n", s.st_atim.tv_sec, s.st_atim.tv_nsec, s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_nsec = 1000000000;
  SAY(utimensat(AT_FDCWD, "masked", times, 0));
  times[1].tv_nsec = UTIME_OMIT;
  SAY(utimensat(AT_FDCWD, "none", times, 0));
  SAY(setegid(77));
  SAY(seteuid(77));
  SAY(open("masked", O_RDONLY));
  SAY(open("masked", O_WRONLY));
  SAY(chmod("masked", 0777));
  SAY(unlink("masked"));
  SAY(mkdir("mine", 0700));
  SAY(access("d", W_OK));
  SAY(faccessat(AT_FDCWD, "d", W_OK, AT_EACCESS));
  SAY(seteuid(0));
  SAY(chroot("d"));
  SAY(chdir("/"));
  SAY(access("/hard", F_OK));
  SAY(access("../../hard", F_OK));
}

static void locks(void) {
  const int one = open("lock", O_RDWR | O_CREAT, 0644), two = open("lock", O_RDWR);
  SAY(flock(one, LOCK_EX));
  SAY(flock(two, LOCK_SH | LOCK_NB));
  SAY(flock(one, LOCK_SH));
  SAY(flock(two, LOCK_SH | LOCK_NB));
  SAY(flock(one, LOCK_EX | LOCK_NB));
  SAY(close(two));
  SAY(flock(one, LOCK_EX | LOCK_NB));
  SAY(flock(one, 16));
  close(one);
}

int main(void) {
  opening();
  reading_and_writing();
  names();
  locks();
  rights();
  return 0;
}
