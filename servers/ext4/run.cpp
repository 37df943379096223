// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/run.hpp"

#include <algorithm>
#include <limits>

namespace ext4 {

bool SystemZones::add(Run run) {
  if (run.count == 0) return true;
  // Most zones continue the one before: bitmaps and tables of neighbouring groups lie side by side.
  if (size_ != 0 && storage_[size_ - 1].end() == run.first &&
      run.count <= std::numeric_limits<std::uint32_t>::max() - storage_[size_ - 1].count) {
    storage_[size_ - 1].count += run.count;
    return true;
  }
  if (size_ == storage_.size()) finish();
  if (size_ == storage_.size()) return false;
  storage_[size_++] = run;
  return true;
}

void SystemZones::finish() {
  if (size_ == 0) return;
  const std::span<Run> runs = storage_.first(size_);
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.first < b.first; });
  std::size_t last = 0;
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const PhysicalBlock end = std::max(runs[last].end(), runs[i].end());
    const std::uint64_t joined = end.value - runs[last].first.value;
    if (runs[i].first <= runs[last].end() && joined <= std::numeric_limits<std::uint32_t>::max())
      runs[last].count = static_cast<std::uint32_t>(joined);
    else
      runs[++last] = runs[i];
  }
  size_ = last + 1;
}

bool SystemZones::overlaps(Run run) const {
  const std::span<const Run> runs = zones();
  const auto after = std::upper_bound(runs.begin(), runs.end(), run.first,
                                      [](PhysicalBlock block, const Run& zone) { return block < zone.first; });
  if (after != runs.end() && after->overlaps(run)) return true;
  return after != runs.begin() && std::prev(after)->overlaps(run);
}

}  // namespace ext4
