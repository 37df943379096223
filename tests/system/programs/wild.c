// SPDX-License-Identifier: BSD-2-Clause
// Each pointer of the usual calls leads to nowhere, to the kernel's half, to memory that may only be read, or across
// the end of what is mapped: EFAULT, and nothing else happens.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

enum { page = 4096 };
static char* edge;  // the last page before nothing
static const char fixed[2 * page] = "no program writes here";
static const char* const kinds[] = {"null", "absent", "kernel", "noncanonical", "read-only", "edge"};

static long pointer(int kind) {
  switch (kind) {
    case 0:
      return 0;
    case 1:
      return 0x10000;
    case 2:
      return (long)0xffff888000000000;
    case 3:
      return (long)0x1234000000000000;
    case 4:
      return (long)fixed;
    default:
      return (long)(edge + page - 3);
  }
}

static int file, pipes[2];

static void call(const char* name, long number, long a, long b, long c, long d, long e, int kind) {
  errno = 0;
  printf("%s %s: %s\n", name, kinds[kind], result_of(syscall(number, a, b, c, d, e, 0)));
}

#define P pointer(kind)

static void into_program(int kind) {
  lseek(file, 0, SEEK_SET);
  call("read", SYS_read, file, P, 100, 0, 0, kind);
  call("pread64", SYS_pread64, file, P, 100, 0, 0, kind);
  call("stat", SYS_stat, (long)"/etc/passwd", P, 0, 0, 0, kind);
  call("fstat", SYS_fstat, file, P, 0, 0, 0, kind);
  call("newfstatat", SYS_newfstatat, AT_FDCWD, (long)"/etc/passwd", P, 0, 0, kind);
  call("statfs", SYS_statfs, (long)"/", P, 0, 0, 0, kind);
  call("uname", SYS_uname, P, 0, 0, 0, 0, kind);
  call("pipe2", SYS_pipe2, P, 0, 0, 0, 0, kind);
  call("getcwd", SYS_getcwd, P, 100, 0, 0, 0, kind);
  call("getrandom", SYS_getrandom, P, 100, 0, 0, 0, kind);
  call("clock_gettime", SYS_clock_gettime, 0, P, 0, 0, 0, kind);
  call("sysinfo", SYS_sysinfo, P, 0, 0, 0, 0, kind);
  call("prlimit64", SYS_prlimit64, 0, 7, 0, P, 0, kind);
  call("rt_sigprocmask", SYS_rt_sigprocmask, 0, 0, P, 8, 0, kind);
  call("getdents64", SYS_getdents64, open("/", O_RDONLY), P, 1000, 0, 0, kind);
  call("readlink", SYS_readlink, (long)"/proc/self/exe", P, 100, 0, 0, kind);
  if (P != 0) {
    call("gettimeofday", SYS_gettimeofday, P, 0, 0, 0, 0, kind);
    call("times", SYS_times, P, 0, 0, 0, 0, kind);
    call("rt_sigaction old", SYS_rt_sigaction, SIGUSR1, 0, P, 8, 0, kind);
    call("sigaltstack old", SYS_sigaltstack, 0, P, 0, 0, 0, kind);
    if (fork() == 0) _exit(3);
    call("wait4", SYS_wait4, -1, P, 0, 0, 0, kind);
  }
}

static void out_of_program(int kind) {
  if (kind == 4) return;
  call("open", SYS_open, P, O_RDONLY, 0, 0, 0, kind);
  call("mkdir", SYS_mkdir, P, 0755, 0, 0, 0, kind);
  call("rename from", SYS_rename, P, (long)"to", 0, 0, 0, kind);
  call("rename to", SYS_rename, (long)"wild-file", P, 0, 0, 0, kind);
  call("unlink", SYS_unlink, P, 0, 0, 0, 0, kind);
  call("link", SYS_link, (long)"wild-file", P, 0, 0, 0, kind);
  call("symlink", SYS_symlink, P, (long)"to", 0, 0, 0, kind);
  call("chdir", SYS_chdir, P, 0, 0, 0, 0, kind);
  call("write", SYS_write, pipes[1], P, 100, 0, 0, kind);
  call("write to a file", SYS_write, file, P, 100, 0, 0, kind);
  call("writev", SYS_writev, pipes[1], P, 2, 0, 0, kind);
  call("execve", SYS_execve, P, 0, 0, 0, 0, kind);
  call("nanosleep", SYS_nanosleep, P, 0, 0, 0, 0, kind);
  call("poll", SYS_poll, P, 2, 0, 0, 0, kind);
  if (P == 0) return;
  call("execve arguments", SYS_execve, (long)"/bin/busybox", P, 0, 0, 0, kind);
  call("execve environment", SYS_execve, (long)"/bin/busybox", 0, P, 0, 0, kind);
  call("rt_sigaction", SYS_rt_sigaction, SIGUSR1, P, 0, 8, 0, kind);
  call("sigaltstack", SYS_sigaltstack, P, 0, 0, 0, 0, kind);
  call("rt_sigprocmask", SYS_rt_sigprocmask, 0, P, 0, 8, 0, kind);
  call("pselect6", SYS_pselect6, 20, P, 0, 0, 0, kind);
  call("utimensat", SYS_utimensat, AT_FDCWD, (long)"wild-file", P, 0, 0, kind);
  call("setitimer", SYS_setitimer, 0, P, 0, 0, 0, kind);
}

// A wild pointer that the program itself follows.
static void follow(int kind) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    *(volatile char*)P = 1;
    if (kind == 5) ((volatile char*)P)[8] = 1;
    _exit(0);
  }
  int status;
  DEMAND(waitpid(child, &status, 0) == child);
  printf("write %s: %s %d\n", kinds[kind], WIFSIGNALED(status) ? "signal" : "status",
         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

int main(void) {
  char* const two = mmap(0, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  DEMAND(two != MAP_FAILED && munmap(two + page, page) == 0);
  edge = two;
  memset(edge, 'x', page);
  file = open("wild-file", O_RDWR | O_CREAT | O_TRUNC, 0644);
  DEMAND(file >= 0 && pipe(pipes) == 0);
  for (int i = 0; i < 100; ++i) DEMAND(write(file, "0123456789", 10) == 10);
  for (int kind = 0; kind < 6; ++kind) {
    into_program(kind);
    out_of_program(kind);
    follow(kind);
  }
  struct stat information;
  SAY(fstat(file, &information));
  printf("the file has %ld bytes\n", (long)information.st_size);
  return 0;
}
