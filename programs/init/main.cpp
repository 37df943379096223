// SPDX-License-Identifier: BSD-2-Clause
// The first process: it prepares the system, keeps a shell on the console, takes in orphans, and turns the machine off.
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "programs/init/init.hpp"

namespace init {

int wait_for(pid_t child) {
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(-1, &status, 0);
    if (ended == child) return status;
    if (ended < 0 && errno != EINTR) return 0;
  }
}

void make_raw(int terminal) {
  termios attributes;
  if (tcgetattr(terminal, &attributes) != 0) return;
  cfmakeraw(&attributes);
  tcsetattr(terminal, TCSANOW, &attributes);
}

bool write_all(int to, const char* bytes, size_t count) {
  while (count != 0) {
    const ssize_t done = write(to, bytes, count);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes += done;
    count -= static_cast<size_t>(done);
  }
  return true;
}

void shut_down(bool restart) {
  // Who is asked to end has the time that it takes to write what it has.
  kill(-1, SIGTERM);
  kill(-1, SIGCONT);
  usleep(100'000);
  kill(-1, SIGKILL);
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  sync();
  reboot(restart ? RB_AUTOBOOT : RB_POWER_OFF);
  for (;;) pause();
}

namespace {

volatile sig_atomic_t wanted = 0;  // 1: off, 2: restart

// The signals of busybox's poweroff, halt and reboot, and Ctrl-Alt-Del.
void on_request(int signal) { wanted = signal == SIGTERM || signal == SIGINT ? 2 : 1; }

void mount_all() {
  // What is mounted already, or not there, is no reason to stop.
  mount("proc", "/proc", "proc", 0, nullptr);
  mount("dev", "/dev", "devtmpfs", 0, nullptr);
  mkdir("/dev/pts", 0755);
  mount("devpts", "/dev/pts", "devpts", 0, nullptr);
}

void set_host_name() {
  char name[64];
  const int file = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  const ssize_t length = read(file, name, sizeof name);
  close(file);
  if (length <= 0) return;
  const void* const end = memchr(name, '\n', static_cast<size_t>(length));
  sethostname(name,
              end != nullptr ? static_cast<size_t>(static_cast<const char*>(end) - name) : static_cast<size_t>(length));
}

void run_start_script() {
  if (access("/etc/rc", R_OK) != 0) return;
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "/etc/rc", nullptr);
    _exit(127);
  }
  if (child > 0) wait_for(child);
}

/// A shell that leads a session of its own, on the console.
pid_t start_shell(const sigset_t& mask) {
  const pid_t child = fork();
  if (child != 0) return child;
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  setsid();
  const int console = open("/dev/console", O_RDWR);
  if (console < 0) _exit(127);
  ioctl(console, TIOCSCTTY, 1);
  for (int descriptor = 0; descriptor < 3; ++descriptor) dup2(console, descriptor);
  if (console > 2) close(console);
  setenv("HOME", "/root", 1);
  setenv("USER", "root", 1);
  setenv("LOGNAME", "root", 1);
  setenv("SHELL", "/bin/sh", 1);
  if (getenv("TERM") == nullptr) setenv("TERM", "vt102", 1);
  if (chdir("/root") != 0) static_cast<void>(chdir("/"));
  execl("/bin/sh", "-sh", nullptr);
  _exit(127);
}

/// Serves until that child ends, reaping all others; its status.
int wait_for_shell(pid_t shell, Window& window, const sigset_t& unblocked) {
  for (;;) {
    int status = 0;
    for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;)
      if (ended == shell && wanted == 0) return status;
    if (wanted != 0) {
      // Before what it waits for is ended, of which it would tell, and ask for the next command.
      kill(shell, SIGHUP);
      shut_down(wanted == 2);
    }
    pollfd port{window.port(), POLLIN, 0};
    if (ppoll(&port, 1, nullptr, &unblocked) > 0) window.hear();
  }
}

[[noreturn]] void keep_a_shell() {
  Window window;
  // Whatever comes between a look and the wait ends the wait.
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  sigaction(SIGCHLD, &action, nullptr);
  sigset_t blocked, unblocked;
  sigemptyset(&blocked);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) sigaddset(&blocked, signal);
  for (;;) {
    sigprocmask(SIG_BLOCK, &blocked, &unblocked);
    const pid_t shell = start_shell(unblocked);
    // One that cannot even begin is not started as fast as it fails.
    const int status = shell < 0 ? 127 << 8 : wait_for_shell(shell, window, unblocked);
    sigprocmask(SIG_SETMASK, &unblocked, nullptr);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) sleep(1);
  }
}

}  // namespace
}  // namespace init

// The words of the kernel's command line are this program's arguments, as Linux has it.
int main(int count, char** words) {
  if (getpid() != 1) {
    fputs("init: the system has one already\n", stderr);
    return 1;
  }
  struct sigaction action = {};
  action.sa_handler = init::on_request;
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) sigaction(signal, &action, nullptr);
  init::mount_all();
  init::set_host_name();
  for (int index = 1; index < count; ++index)
    if (strcmp(words[index], "exec") == 0) init::run_one_command();
  init::run_start_script();
  init::keep_a_shell();
}
