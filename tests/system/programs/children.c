// SPDX-License-Identifier: BSD-2-Clause
// Processes: how they end and are waited for, groups and sessions, what execve keeps.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

static pid_t start(void (*what)(void)) {
  fflush(stdout);
  const pid_t child = fork();
  DEMAND(child >= 0);
  if (child != 0) return child;
  what();
  fflush(stdout);
  _exit(0);
}

static void told(int status) {
  if (WIFEXITED(status)) printf("status %d\n", WEXITSTATUS(status));
  if (WIFSIGNALED(status)) printf("signal %d\n", WTERMSIG(status));
  if (WIFSTOPPED(status)) printf("stopped by %d\n", WSTOPSIG(status));
  if (WIFCONTINUED(status)) printf("continued\n");
}

static void seven(void) { _exit(7); }
static void aborts(void) { abort(); }
static void waits(void) {
  for (;;) pause();
}
static void zero(void) {
  volatile int nothing = 0;
  printf("%d\n", 1 / nothing);
}
static void illegal(void) { __asm__ volatile("ud2"); }
static void privileged(void) { __asm__ volatile("hlt"); }
static void ports(void) { __asm__ volatile("outb %%al, $0x80" ::: "memory"); }
static void jump(void) { ((void (*)(void))0x1000)(); }
static void run_data(void) {
  static char code[] = {(char)0xc3};
  ((void (*)(void))(void*)code)();
}

static void ends(const char* name, void (*what)(void)) {
  const pid_t child = start(what);
  int status;
  DEMAND(waitpid(child, &status, 0) == child);
  printf("%s: ", name);
  told(status);
}

static void orphan(void) {
  int pipes[2];
  DEMAND(pipe(pipes) == 0);
  const pid_t parent = fork();
  if (parent == 0) {
    if (fork() == 0) {
      while (getppid() != 1) usleep(1000);
      if (write(pipes[1], "adopted", 7) != 7) _exit(1);
      _exit(0);
    }
    _exit(0);
  }
  char text[10] = "";
  DEMAND(waitpid(parent, 0, 0) == parent && read(pipes[0], text, 7) == 7);
  printf("%s\n", text);
}

int main(int count, char** arguments) {
  if (count > 1) {
    printf("%s %s %s\n", arguments[0], arguments[1], getenv("NAME"));
    SAY(fcntl(20, F_GETFD));
    SAY(fcntl(21, F_GETFD));
    sigset_t mask;
    sigprocmask(SIG_BLOCK, 0, &mask);
    printf("blocked %d, ignored %d, handler gone %d\n", sigismember(&mask, SIGUSR1),
           signal(SIGUSR2, SIG_DFL) == SIG_IGN, signal(SIGTERM, SIG_DFL) == SIG_DFL);
    return 9;
  }
  ends("exit", seven);
  ends("abort", aborts);
  ends("division", zero);
  ends("illegal", illegal);
  ends("privileged", privileged);
  ends("port", ports);
  ends("jump", jump);
  ends("data", run_data);
  SAY(wait(0));
  SAY(waitpid(999999, 0, 0));
  SAY(waitpid(-1, 0, 0x1000));

  pid_t child = start(waits);
  int status;
  SAY(waitpid(child, &status, WNOHANG));
  SAY(kill(child, SIGSTOP));
  DEMAND(waitpid(child, &status, WUNTRACED) == child);
  told(status);
  SAY(kill(child, SIGCONT));
  DEMAND(waitpid(child, &status, WCONTINUED) == child);
  told(status);
  siginfo_t info;
  SAY(kill(child, SIGTERM));
  SAY(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
  printf("code %d status %d of the child: %d\n", info.si_code == CLD_KILLED, info.si_status, info.si_pid == child);
  SAY(waitid(P_PID, (id_t)child, &info, WEXITED));
  SAY(waitid(P_PID, (id_t)child, &info, WEXITED));
  SAY(waitid(P_ALL, 0, &info, 0));

  child = start(waits);
  SAY(setpgid(child, child));
  SAY(getpgid(child) == child);
  SAY(setpgid(child, 999999));
  SAY(getsid(child) == getsid(0));
  SAY(kill(-child, SIGKILL));
  SAY(waitpid(-child, &status, 0) == child);
  told(status);
  SAY(kill(999999, 0));
  SAY(kill(0x7fffffff, 99));
  SAY(kill(getpid(), 99));
  SAY(setpgid(0, 0));
  SAY(setsid());
  SAY(getpriority(PRIO_PROCESS, 0));
  SAY(setpriority(PRIO_PROCESS, 0, 5));
  SAY(getpriority(PRIO_PROCESS, 0));
  char name[40] = "a name that is too long";
  SAY(prctl(PR_SET_NAME, name));
  SAY(prctl(PR_GET_NAME, name));
  printf("%s\n", name);
  orphan();

  const int null = open("/dev/null", O_RDONLY);
  SAY(dup2(null, 20));
  SAY(dup3(null, 21, O_CLOEXEC));
  signal(SIGUSR2, SIG_IGN);
  signal(SIGTERM, told);
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  sigprocmask(SIG_BLOCK, &mask, 0);
  char* const words[] = {"other-name", "again", 0};
  char* const environment[] = {"NAME=value", 0};
  SAY(execve("/none", words, environment));
  SAY(execve("/etc", words, environment));
  SAY(execve("/etc/passwd", words, environment));
  char self[200] = "";
  DEMAND(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
  fflush(stdout);
  execve(self, words, environment);
  printf("execve: %s\n", strerror(errno));
  return 1;
}
