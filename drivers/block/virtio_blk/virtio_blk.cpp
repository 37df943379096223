// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/block/virtio_blk/server.hpp"
#include "generated/contract/pci.hpp"
#include "lib/component/component.hpp"
#include "lib/driver/interrupt.hpp"
#include "lib/driver/virtio/find.hpp"

namespace virtio_blk {

using component::log;

/// A virtio block device as /dev/disk0.
class VirtioBlk final : public component::Component, public Server {
 public:
  VirtioBlk() : Server([](std::string_view line) { log(line); }) {}

  std::expected<void, component::StartError> start(component::Start) override {
    const auto claimed = pci_.claim();
    if (claimed.failed()) return std::unexpected(component::StartError{"the PCI bus does not answer"});
    if (claimed.is<contract::pci::Failed>()) {
      const auto reason = claimed.get<contract::pci::Failed>().reason;
      if (reason == contract::pci::Reason::stuck)
        return std::unexpected(component::StartError{"the device does not come out of its reset"});
      log(reason == contract::pci::Reason::absent ? "there is no virtio disk" : "the disk's registers cannot be bound");
      give_up(reason == contract::pci::Reason::absent ? answer::Reason::absent : answer::Reason::unsuitable);
      return {};
    }
    const auto& found = claimed.get<contract::pci::Claimed>();
    const auto structures = find_structures(found.windows);
    if (found.interrupts == 0 || !structures.complete()) {
      log("the disk is not served: it has no message-signalled interrupt, or lacks a structure of virtio 1.x");
      give_up(answer::Reason::unsuitable);
      return {};
    }
    // The device has been reset by the claim, so the old generation's memory is not its any more.
    driver::DmaRegion region{record().dma_size};
    if (!disk_.place(region)) return std::unexpected(component::StartError{"the DMA region is too small"});
    attach(disk_, driver::virtio::Device{structures});
    // A successor finds the same, and the log is slow: callers wait for it.
    if (attached() && generation() == 1)
      log(disk_.geometry().blocks, " blocks, ", disk_.requests(), " requests in flight");
    return {};
  }

  void on_interrupt(unsigned) override {
    (void)interrupt_.acknowledge();
    on_completion();
  }

 private:
  driver::virtio::Structures find_structures(u8 windows) {
    driver::virtio::BoundWindow bound[contract::pci::max_windows];
    unsigned count = 0;
    for (u8 index = 0; index < windows && count < contract::pci::max_windows; ++index) {
      const auto outcome = pci_.window(index);
      if (!outcome.is<contract::pci::WindowIs>()) continue;
      const auto& window = outcome.get<contract::pci::WindowIs>();
      bound[count++] = {index, window.bar, window.start, window.bar_offset, window.length};
    }
    contract::pci::CapabilityIs held;
    return driver::virtio::find_structures(
        std::span{bound, count}, [&](u8 index) -> std::optional<std::span<const u8>> {
          const auto outcome = pci_.capability(driver::virtio::vendor_capability, index);
          if (!outcome.is<contract::pci::CapabilityIs>()) return std::nullopt;
          held = outcome.get<contract::pci::CapabilityIs>();
          return std::span{held.bytes.begin(), held.bytes.length()};
        });
  }

  contract::pci::Shadow pci_{import("/service/pci")};
  driver::Interrupt interrupt_{0};
  Disk disk_;
};

}  // namespace virtio_blk

COMPONENT(virtio_blk::VirtioBlk, contract::disk::Exporter)
