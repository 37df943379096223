// SPDX-License-Identifier: BSD-2-Clause
// Makes system calls with arguments chosen at random: `linux_calls SEED WORKERS CALLS`. Each worker is a process of its
// own, every second one of a user without rights, and may come to any end. What the system must not do for it is to
// fail anybody else: whoever started this looks at that.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { nobody = 65534, page = 4096, greatest_call = 460 };

static uint64_t state;
static uint64_t random64(void) {  // splitmix64 (Steele, Lea, Flood 2014)
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}
static unsigned below(unsigned end) { return (unsigned)(random64() % end); }

static char* memory;  // four pages, and one behind them that is not there
static char* const names[] = {"a",
                              "b",
                              "folder",
                              "folder/a",
                              "link",
                              "fifo",
                              "missing/a",
                              "",
                              "/",
                              ".",
                              "..",
                              "/tmp",
                              "/proc",
                              "/dev/null",
                              "/dev/zero",
                              "/proc/self/maps",
                              "/proc/self/fd",
                              "/proc/1/stat",
                              "/etc/hosts",
                              "./folder/../a//"};
enum { name_count = sizeof names / sizeof *names };

// What is dangerous to everybody by what it is for, or only ends the worker, or waits for ever.
static int left_out(long call, int privileged) {
  switch (call) {
    case SYS_exit:
    case SYS_exit_group:
    case SYS_pause:
    case SYS_reboot:
    case SYS_vfork:
    case SYS_rt_sigreturn:
      return 1;
    case SYS_kill:
    case SYS_tkill:
    case SYS_tgkill:
    case SYS_rt_sigqueueinfo:
    case SYS_rt_tgsigqueueinfo:
    case SYS_clone:
    case SYS_fork:
    case SYS_mount:
    case SYS_umount2:
    case SYS_settimeofday:
    case SYS_clock_settime:
    case SYS_sethostname:
    case SYS_syslog:
    case SYS_setpriority:
    case SYS_prlimit64:
      return privileged;
    default:
      return 0;
  }
}

static uint64_t an_address(void) {
  switch (below(10)) {
    case 0:
      return 0;
    case 1:
      return random64();
    case 2:
      return 0xffff800000000000 | random64() >> 20;  // the kernel's
    case 3:
      return (uint64_t)memory + 4 * page - below(32);  // across the end
    case 4:
      return (uint64_t)memory + 4 * page + below(page);
    case 5:
      return (uint64_t)&left_out;  // not to be written
    case 6:
      return 0x7fffffffe000 + below(2 * page);  // the end of what programs have
    default:
      return (uint64_t)memory + below(3 * page);
  }
}

static uint64_t a_number(void) {
  static const uint64_t interesting[] = {
      0,          1,         2,          3,       8,       16,         64,       100,        4095,
      4096,       4097,      65536,      1 << 20, INT_MAX, 0x80000000, UINT_MAX, 1ull << 32, 1ull << 40,
      1ull << 47, INT64_MAX, 1ull << 63, -1ull,   -2ull,   -100ull,    -4096ull};
  switch (below(4)) {
    case 0:
      return below(20);
    case 1:
      return 1ull << below(64) | 1ull << below(64);
    case 2:
      return random64() >> below(64);
    default:
      return interesting[below(sizeof interesting / sizeof *interesting)];
  }
}

static uint64_t an_argument(void) {
  switch (below(8)) {
    case 0:
    case 1:
      return below(12);  // a descriptor, often
    case 2: {
      char* const place = memory + below(2) * page;
      strcpy(place, names[below(name_count)]);
      return (uint64_t)place;
    }
    case 3:
    case 4:
    case 5:
      return an_address();
    default:
      return a_number();
  }
}

// Structures that are half right go further than noise.
static void fill_memory(void) {
  for (unsigned i = 0; i < page / 8; ++i) {
    const uint64_t value = below(3) == 0 ? an_address() : below(2) == 0 ? a_number() : below(12);
    memcpy(memory + 2 * page + 8 * i, &value, sizeof value);
  }
}

static void open_some(void) {
  mkdir("folder", 0777);
  mkfifo("fifo", 0666);
  symlink("folder/a", "link");
  for (const char* name = "ab"; *name; ++name) {
    const char text[2] = {*name, 0};
    if (open(text, O_RDWR | O_CREAT, 0666) < 0) return;
  }
  int ends[2];
  if (pipe2(ends, O_NONBLOCK) != 0) return;
  open("folder", O_RDONLY | O_DIRECTORY);
  open("fifo", O_RDWR | O_NONBLOCK);
  open("/dev/zero", O_RDWR);
  open("/proc/self/stat", O_RDONLY);
}

static void nothing(int signal) { (void)signal; }

// A call that waits is broken off, and one that took the means for it away ends with the worker.
static void be_woken(void) {
  struct sigaction action = {.sa_handler = nothing};
  sigaction(SIGALRM, &action, NULL);
  const struct itimerval soon = {{0, 20000}, {0, 20000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void work(unsigned worker, unsigned calls) {
  const int privileged = worker % 2 == 0;
  char folder[32];
  snprintf(folder, sizeof folder, "worker-%u", worker);
  mkdir(folder, 0777);
  chmod(folder, 0777);
  if (chdir(folder) != 0) _exit(1);
  // What is written to the standard streams is nobody's to read.
  const int null = open("/dev/null", O_RDWR);
  for (int stream = 0; stream < 3; ++stream) dup2(null, stream);
  setsid();
  const struct rlimit few = {64, 64}, some = {64 << 20, 64 << 20}, small = {16 << 20, 16 << 20};
  setrlimit(RLIMIT_NPROC, &few);
  setrlimit(RLIMIT_AS, &some);
  setrlimit(RLIMIT_FSIZE, &small);
  if (!privileged && (setgroups(0, NULL) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0)) _exit(1);
  memory = mmap(NULL, 5 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || munmap(memory + 4 * page, page) != 0) _exit(1);
  open_some();
  const pid_t self = getpid();
  for (unsigned count = 0; count < calls; ++count) {
    if (count % 16 == 0) {
      fill_memory();
      be_woken();
    }
    const long call = below(64) == 0 ? (long)below(4096) : (long)below(greatest_call);
    uint64_t arguments[6];
    for (unsigned i = 0; i < 6; ++i) arguments[i] = an_argument();
    if (left_out(call, privileged)) continue;
    if (call == SYS_clone) arguments[0] &= 0xff;  // a process: a thread would share this stack
    syscall(call, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    if (getpid() != self) _exit(0);  // a child
  }
  _exit(0);
}

int main(int count, char** words) {
  if (count != 4) {
    fprintf(stderr, "usage: %s SEED WORKERS CALLS\n", words[0]);
    return 2;
  }
  const uint64_t seed = strtoull(words[1], NULL, 0);
  const unsigned workers = (unsigned)atoi(words[2]), calls = (unsigned)atoi(words[3]);
  umask(0);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  unsigned ended = 0, killed = 0, late = 0;
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  for (unsigned worker = 0; worker < workers; ++worker) {
    state = seed * 1000003 + worker;
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) work(worker, calls);
    if (pid < 0) {
      printf("fork: %s\n", strerror(errno));
      return 1;
    }
    int status = 0;
    const struct timespec patience = {10, 0};
    while (waitpid(pid, &status, WNOHANG) == 0) {
      if (sigtimedwait(&child, NULL, &patience) >= 0 || errno == EINTR) continue;
      kill(pid, SIGKILL);  // it blocks what would wake it
      waitpid(pid, &status, 0);
      ++late;
      break;
    }
    if (WIFEXITED(status))
      ++ended;
    else
      ++killed;
    // Children that it left behind are this one's now.
    for (;;) {
      const pid_t left = waitpid(-1, &status, WNOHANG);
      if (left <= 0) break;
    }
  }
  printf("workers %u ended %u killed %u late %u\n", workers, ended, killed, late);
  return 0;
}
