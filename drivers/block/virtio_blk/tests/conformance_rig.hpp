// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include "drivers/block/virtio_blk/server.hpp"
#include "drivers/block/virtio_blk/tests/fake_disk.hpp"
#include "lib/conformance/disk.hpp"
#include "tests/conformance/suite.hpp"

namespace virtio_blk::tests {

/// The driver as its component starts it, over a device that stays. `breaks`: every so many requests the device says
/// that it needs to be reset, before it has done anything: seldom enough that no request sees it twice, which it would
/// be failed for.
template <unsigned breaks>
class Rig {
 public:
  driver::HostDevices* devices() { return &fake_; }

  contract::disk::Exporter& boot() {
    // What pci does: the device is reset, and the kernel lets go of what it could reach.
    fake_.window_write(0, 0x14, 1, 0);
    fake_.release_pins();
    instance_ = &conformance::make_mortal<Instance>();
    EXPECT_TRUE(instance_->disk.place(instance_->region));
    instance_->server.attach(instance_->disk, driver::virtio::Device{FakeDisk::structures()});
    return instance_->server;
  }
  bool work() {
    if (fake_.waiting() == 0) return false;
    if (breaks != 0 && ++turns_ % breaks == 0)
      fake_.needs_reset = true;
    else
      fake_.work(1);
    return true;
  }
  void interrupt() { instance_->server.on_completion(); }
  void lend(contract::Endpoint caller, std::span<std::byte> memory) { fake_.lend(caller, memory); }
  std::vector<std::string> complaints() {
    if (fake_.pinned() != 0) fake_.complaints.emplace_back("memory stays pinned");
    return fake_.complaints;
  }

 private:
  struct Instance {
    Disk disk;
    driver::DmaRegion region{FakeDisk::dma_bytes};
    Server server{[](std::string_view) {}};
  };
  FakeDisk fake_;
  Instance* instance_ = nullptr;
  unsigned turns_ = 0;
};

}  // namespace virtio_blk::tests
