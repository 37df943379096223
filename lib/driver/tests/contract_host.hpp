// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "lib/contract/runtime.hpp"

// What generated code needs of the runtime, for tests of exporters: no imports, every report kept, a defect ends the
// test. Included by one source of a test program.
namespace contract {

inline std::vector<ViolationReport> reports;

ThreadState& this_thread() {
  static ThreadState state;
  return state;
}
std::expected<Connection, LookupError> Directory::lookup(u8) { return std::unexpected(LookupError::refused); }
bool Directory::wait(u8, u64) { return false; }
u64 Directory::liveness_ns() { return 0; }
void report(const ViolationReport& what) { reports.push_back(what); }
void defect(std::string_view what) {
  std::fprintf(stderr, "defect: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace contract
