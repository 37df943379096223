// SPDX-License-Identifier: BSD-2-Clause
// What the processes of an arena share: one page, mapped by all of them.
#pragma once

struct Arena {
  volatile long laps;          // of the bystander
  volatile long failures;      // its calls that did not do what they should
  volatile int failed_errno;   // why the first of them failed
  volatile long rounds;        // steps of the attack
  volatile int steady;         // the attack was refused, or has made many rounds
  volatile int refused_errno;  // what the attack was refused with, 0 for nothing yet
  int bystander;               // its process
};

struct Attack {
  const char* name;
  void (*step)(struct Arena* arena);  // made again and again
  int processes;                      // that attack at once
  int as_root;
  int exhausts;  // goes on until it is refused
};

extern const struct Attack attacks[];

// A step was answered with an error.
void refused(struct Arena* arena);
// The arithmetic that a well-behaved program would do.
void compute(long rounds);
