// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <iterator>

#include "tests/unit/kernel/search.hpp"

namespace explore {
namespace {

constexpr int unnoticed = 0, noticed = 1;

// In a process of its own: without its guard the core may run wild.
int search_without(std::size_t guard) {
  const pid_t child = fork();
  if (child == 0) {
    deleted_guard = guard;
    alarm(600);  // a search that runs in circles has noticed nothing, and says so by its end
    for (std::size_t i = 0; i < shape_count; ++i) {
      if (!search(shapes[i], 2'000'000).violation.empty()) _exit(noticed);
    }
    _exit(unnoticed);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGALRM ? unnoticed : noticed;
  return WEXITSTATUS(status) == unnoticed ? unnoticed : noticed;
}

class DeletedGuard : public testing::TestWithParam<std::size_t> {};

TEST_P(DeletedGuard, IsNoticed) { EXPECT_EQ(search_without(GetParam()), noticed) << guard_names[GetParam()]; }

INSTANTIATE_TEST_SUITE_P(Guards, DeletedGuard, testing::Range<std::size_t>(0, std::size(guard_names)));

// The same copy with all its guards is sound: what the others notice is the deletion.
TEST(AllGuards, AreEnough) { EXPECT_EQ(search_without(~std::size_t{0}), unnoticed); }

}  // namespace
}  // namespace explore
