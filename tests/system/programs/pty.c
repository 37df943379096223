// SPDX-License-Identifier: BSD-2-Clause
// A pseudo-terminal with a session of its own at the other end: line editing, echo, signals, window size, hang-up.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "say.h"

static int master;

// What the terminal shows until nothing comes for a while.
static void show(const char* what) {
  char text[1000];
  size_t length = 0;
  struct pollfd wait = {master, POLLIN, 0};
  while (length < sizeof text && poll(&wait, 1, 300) == 1 && (wait.revents & POLLIN)) {
    const ssize_t more = read(master, text + length, sizeof text - length);
    if (more <= 0) break;
    length += (size_t)more;
  }
  printf("%s: \"", what);
  for (size_t i = 0; i < length; ++i) {
    const unsigned char c = (unsigned char)text[i];
    if (c < ' ' || c > '~')
      printf("\\x%02x", c);
    else
      putchar(c);
  }
  printf("\"\n");
}

static void type(const char* keys) { DEMAND(write(master, keys, strlen(keys)) == (ssize_t)strlen(keys)); }

static void note(int signal) {
  static const char* const names[] = {[SIGINT] = "INT\n", [SIGQUIT] = "QUIT\n", [SIGWINCH] = "WINCH\n"};
  if (write(1, names[signal], strlen(names[signal])) < 0) _exit(9);
}

static void session(const char* name) {
  DEMAND(setsid() > 0);
  const int slave = open(name, O_RDWR);
  DEMAND(slave >= 0 && ioctl(slave, TIOCSCTTY, 0) == 0);
  for (int i = 0; i < 3; ++i) dup2(slave, i);
  const struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
  sigaction(SIGINT, &action, 0);
  sigaction(SIGQUIT, &action, 0);
  sigaction(SIGWINCH, &action, 0);
  char line[100];
  dprintf(1, "ready %d %d\n", tcgetpgrp(0) == getpid(), tcgetsid(0) == getpid());
  for (;;) {
    const ssize_t length = read(0, line, sizeof line);
    if (length == 0) dprintf(1, "end\n");
    if (length > 0) dprintf(1, "got %zd %.*s\n", length, (int)length - (line[length - 1] == '\n'), line);
    if (length < 0) pause();  // the hang-up is under way
  }
}

int main(void) {
  master = posix_openpt(O_RDWR | O_NOCTTY);
  DEMAND(master >= 0);
  int number = -1;
  SAY(open("/dev/pts/0", O_RDWR | O_NOCTTY));  // locked
  DEMAND(grantpt(master) == 0 && unlockpt(master) == 0 && ioctl(master, TIOCGPTN, &number) == 0);
  char name[40];
  snprintf(name, sizeof name, "/dev/pts/%d", number);
  printf("the name is right: %d\n", strcmp(name, ptsname(master)) == 0);
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    close(master);
    session(name);
  }
  show("start");
  type("hello\n");
  show("line");
  type("helxx\x7f\x7flo\n");
  show("erased");
  type("one two\x17three\n");
  show("word erased");
  type("all of it\x15new\n");
  show("line erased");
  type("\x16\x03\n");
  show("literal");
  type("\x03");
  show("interrupt");
  type("half\x1c");
  show("quit");
  type("\x04");
  show("end of file");
  type("part\x04");
  show("pushed");
  type("\xc3\xa4\x7fy\n");
  show("UTF-8 off");
  struct termios modes;
  DEMAND(tcgetattr(master, &modes) == 0);
  modes.c_iflag |= IUTF8;
  DEMAND(tcsetattr(master, TCSANOW, &modes) == 0);
  type("\xc3\xa4\x7fy\n");
  show("UTF-8 on");
  const struct winsize size = {.ws_row = 40, .ws_col = 132};
  SAY(ioctl(master, TIOCSWINSZ, &size));
  show("window");
  SAY(ioctl(master, TIOCSWINSZ, &size));
  show("window as it was");
  struct winsize now;
  SAY(ioctl(master, TIOCGWINSZ, &now));
  printf("%d x %d\n", now.ws_row, now.ws_col);
  modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
  modes.c_cc[VMIN] = 1;
  DEMAND(tcsetattr(master, TCSANOW, &modes) == 0);
  type("a\x03");
  show("raw");
  modes.c_oflag &= ~(tcflag_t)OPOST;
  DEMAND(tcsetattr(master, TCSANOW, &modes) == 0);
  type("b");
  show("raw output");
  int waiting;
  SAY(ioctl(master, FIONREAD, &waiting));
  printf("%d waiting\n", waiting);
  close(master);
  int status;
  DEMAND(waitpid(child, &status, 0) == child);
  printf("hang-up: signal %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : -1);

  master = posix_openpt(O_RDWR | O_NOCTTY);
  DEMAND(master >= 0 && unlockpt(master) == 0);
  const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  DEMAND(slave >= 0);
  close(slave);
  char byte;
  struct pollfd wait = {master, POLLIN, 0};
  SAY(poll(&wait, 1, 0));
  printf("hung up: %d\n", (wait.revents & POLLHUP) != 0);
  SAY(read(master, &byte, 1));
  SAY(open("/dev/tty", O_RDWR));
  return 0;
}
