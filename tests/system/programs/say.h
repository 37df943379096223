// SPDX-License-Identifier: BSD-2-Clause
// What the programs print is compared with what they print on Linux: names of errors, no numbers that differ by run.
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A result below 0 by the name of its error, another as it is.
static inline const char* result_of(long result) {
  static char text[4][40];
  static int next;
  char* const place = text[next++ % 4];
  if (result < 0)
    snprintf(place, sizeof text[0], "%s", strerror(errno));
  else
    snprintf(place, sizeof text[0], "%ld", result);
  return place;
}

// The call as it stands here, and its result.
#define SAY(call) (errno = 0, printf("%s = %s\n", #call, result_of((long)(call))))
// Only whether it succeeded.
#define TRY(call) (errno = 0, printf("%s: %s\n", #call, (long)(call) < 0 ? strerror(errno) : "ok"))
#define DEMAND(condition)                                                               \
  do {                                                                                  \
    if (!(condition)) {                                                                 \
      printf("line %d: %s does not hold: %s\n", __LINE__, #condition, strerror(errno)); \
      exit(1);                                                                          \
    }                                                                                   \
  } while (0)
