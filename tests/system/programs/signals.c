// SPDX-License-Identifier: BSD-2-Clause
// Signals: handlers, masks, what they interrupt, alternate stacks, timers.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "say.h"

static volatile sig_atomic_t count, last_code, last_value, on_alternate;
static char* alternate;
enum { alternate_bytes = 65536 };

static void plain(int signal) {
  (void)signal;
  ++count;
}
static void informed(int signal, siginfo_t* info, void* context) {
  (void)context;
  ++count;
  last_code = info->si_code;
  last_value = signal >= SIGRTMIN ? info->si_value.sival_int : 0;
  char here;
  on_alternate = &here >= alternate && &here < alternate + alternate_bytes;
}

static void handle(int signal, int flags) {
  struct sigaction action = {.sa_flags = flags};
  if (flags & SA_SIGINFO)
    action.sa_sigaction = informed;
  else
    action.sa_handler = plain;
  DEMAND(sigaction(signal, &action, 0) == 0);
}

static void in_a_while(void) {
  const struct itimerval soon = {{0, 0}, {0, 50000}};
  DEMAND(setitimer(ITIMER_REAL, &soon, 0) == 0);
}

static void interrupted(int flags) {
  printf("flags %x\n", (unsigned)flags);
  handle(SIGALRM, flags);
  char byte;
  int pipes[2], closed;
  DEMAND(pipe(pipes) == 0);
  const struct timespec second = {5, 0};
  struct pollfd wait = {pipes[0], POLLIN, 0};
  fd_set set;
  if (!(flags & SA_RESTART)) {  // else they would go on for ever
    in_a_while();
    SAY(read(pipes[0], &byte, 1));
    in_a_while();
    SAY(waitpid(-1, &closed, 0));
    const pid_t child = fork();
    if (child == 0) {
      for (;;) pause();
    }
    in_a_while();
    SAY(waitpid(child, &closed, 0));
    kill(child, SIGKILL);
    in_a_while();
    SAY(waitpid(child, &closed, 0) == child);
    usleep(100000);
  } else {
    const pid_t child = fork();
    if (child == 0) {
      usleep(200000);
      if (write(pipes[1], "x", 1) != 1) _exit(1);
      usleep(200000);
      _exit(3);
    }
    in_a_while();
    SAY(read(pipes[0], &byte, 1));
    in_a_while();
    SAY(waitpid(child, &closed, 0) == child);
  }
  in_a_while();
  SAY(nanosleep(&second, 0));
  in_a_while();
  SAY(poll(&wait, 1, 5000));
  FD_ZERO(&set);
  FD_SET(pipes[0], &set);
  in_a_while();
  SAY(select(pipes[0] + 1, &set, 0, 0, 0));
  in_a_while();
  SAY(pause());
  in_a_while();
  sigset_t none;
  sigemptyset(&none);
  SAY(sigsuspend(&none));
  printf("handled %d\n", (int)count);
  count = 0;
  close(pipes[0]);
  close(pipes[1]);
}

static sigjmp_buf back;
static void leap(int signal) { siglongjmp(back, signal); }

static void faults(void) {
  const struct sigaction action = {.sa_handler = leap};
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGFPE, &action, 0);
  sigaction(SIGILL, &action, 0);
  sigaction(SIGBUS, &action, 0);
  volatile int round = 0;
  int signal = sigsetjmp(back, 1);
  printf("round %d signal %d\n", round, signal);
  volatile int nothing = 0;
  volatile int* volatile nowhere = (volatile int*)8;
  switch (round++) {
    case 0:
      *nowhere = 1;
      break;
    case 1:
      nothing = 1 / nothing;
      break;
    case 2:
      __asm__ volatile("ud2");
      break;
    case 3: {
      const int file = open("short", O_RDWR | O_CREAT | O_TRUNC, 0644);
      char* const map = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      DEMAND(map != MAP_FAILED);
      map[5000] = 1;
      break;
    }
    case 4:
      raise(SIGBUS);
      break;
  }
}

static void order(void) {
  sigset_t all, pending, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  handle(SIGUSR1, 0);
  handle(SIGRTMIN, SA_SIGINFO);
  count = 0;
  const union sigval value = {.sival_int = 42};
  for (int i = 0; i < 3; ++i) {
    DEMAND(raise(SIGUSR1) == 0);
    DEMAND(sigqueue(getpid(), SIGRTMIN, value) == 0);
  }
  DEMAND(sigpending(&pending) == 0);
  printf("pending %d %d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGRTMIN),
         sigismember(&pending, SIGUSR2));
  siginfo_t info;
  SAY(sigwaitinfo(&all, &info));
  printf("code %d\n", info.si_code);
  const struct timespec zero = {0, 0};
  sigset_t second;
  sigemptyset(&second);
  sigaddset(&second, SIGUSR2);
  SAY(sigtimedwait(&second, &info, &zero));
  sigprocmask(SIG_SETMASK, &before, 0);
  printf("then %d, code %d, value %d\n", (int)count, (int)last_code, (int)last_value);
  SAY(sigaction(SIGKILL, &(struct sigaction){.sa_handler = plain}, 0));
  SAY(sigaction(99, &(struct sigaction){.sa_handler = plain}, 0));
  struct sigaction old;
  SAY(sigaction(SIGUSR1, 0, &old));
  printf("ours: %d\n", old.sa_handler == plain);
  handle(SIGUSR1, (int)SA_RESETHAND);
  raise(SIGUSR1);
  SAY(sigaction(SIGUSR1, 0, &old));
  printf("default: %d\n", old.sa_handler == SIG_DFL);
}

static void other_stack(void) {
  alternate = malloc(alternate_bytes);
  const stack_t stack = {.ss_sp = alternate, .ss_size = alternate_bytes}, small = {.ss_sp = alternate, .ss_size = 100};
  stack_t now;
  SAY(sigaltstack(&stack, 0));
  SAY(sigaltstack(&small, 0));
  handle(SIGUSR2, SA_SIGINFO | SA_ONSTACK);
  raise(SIGUSR2);
  printf("on it: %d\n", (int)on_alternate);
  SAY(sigaltstack(0, &now));
  printf("size %zu flags %d\n", now.ss_size, now.ss_flags);
  handle(SIGUSR2, SA_SIGINFO);
  raise(SIGUSR2);
  printf("on it: %d\n", (int)on_alternate);
}

// Vector and general registers are as they were before the handler.
static void scramble(int signal) {
  (void)signal;
  __asm__ volatile("pxor %%xmm0, %%xmm0; pxor %%xmm15, %%xmm15" ::: "xmm0", "xmm15");
  ++count;
}
static void registers(void) {
  const struct sigaction action = {.sa_handler = scramble};
  sigaction(SIGALRM, &action, 0);
  const struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
  count = 0;
  DEMAND(setitimer(ITIMER_REAL, &often, 0) == 0);
  unsigned long wrong = 0;
  while (count < 50) {
    unsigned long low = 0x1234567890abcdef, high = 0xfedcba0987654321, a, b;
    __asm__ volatile(
        "movq %2, %%xmm0; movq %3, %%xmm15; mov $1000, %%rcx; 1: dec %%rcx; jnz 1b; movq %%xmm0, %0; movq %%xmm15, %1"
        : "=&r"(a), "=&r"(b)
        : "r"(low), "r"(high)
        : "rcx", "xmm0", "xmm15");
    wrong += a != low || b != high;
  }
  DEMAND(setitimer(ITIMER_REAL, &never, 0) == 0);
  printf("registers lost: %lu\n", wrong);
}

int main(void) {
  interrupted(0);
  interrupted(SA_RESTART);
  faults();
  order();
  other_stack();
  registers();
  signal(SIGPIPE, SIG_IGN);
  int pipes[2];
  DEMAND(pipe(pipes) == 0);
  close(pipes[0]);
  SAY(write(pipes[1], "x", 1));
  SAY(alarm(10));
  SAY(alarm(0));
  return 0;
}
