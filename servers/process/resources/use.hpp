// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/process/state/process.hpp"
#include "servers/process/time/records.hpp"

namespace process {

/// struct rusage.
struct ResourceUse {
  TimeValue user, system;
  u64 peak_kilobytes;
  u64 unused_sizes[3];
  u64 minor_faults, major_faults;
  u64 unused_counts[8];

  static ResourceUse of(const Times& times) {
    return {TimeValue::of(times.user),
            TimeValue::of(times.system),
            times.peak_pages * (page_size / 1024),
            {},
            times.minor_faults,
            times.major_faults,
            {}};
  }
};
static_assert(sizeof(ResourceUse) == 144);

}  // namespace process
