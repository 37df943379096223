// SPDX-License-Identifier: BSD-2-Clause
// The control: this very driver, but for one line (CMakeLists.txt), by which it gives only its first request once more
// to a device that it has reset.
#include "drivers/block/virtio_blk/tests/conformance_rig.hpp"

namespace {

TEST(Planted, ForgettingARequestAtAResetIsFound) {
  const auto verdict = conformance::conforms<conformance::DiskWorkload, virtio_blk::tests::Rig<7>>();
  ASSERT_FALSE(verdict.wrong.empty());
  EXPECT_EQ(verdict.wrong.front(), "a request was forgotten");
}

}  // namespace
