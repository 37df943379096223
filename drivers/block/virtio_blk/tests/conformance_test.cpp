// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/block/virtio_blk/tests/conformance_rig.hpp"

namespace {

using virtio_blk::tests::Rig;

TEST(Conformance, WhereverItDies) {
  const auto verdict = conformance::conforms<conformance::DiskWorkload, Rig<0>>();
  EXPECT_EQ(verdict.wrong, std::vector<std::string>{});
  EXPECT_GT(verdict.trials, 200u);
}

TEST(Conformance, WhereverItDiesWithADeviceThatBreaks) {
  const auto verdict = conformance::conforms<conformance::DiskWorkload, Rig<7>>();
  EXPECT_EQ(verdict.wrong, std::vector<std::string>{});
}

}  // namespace
