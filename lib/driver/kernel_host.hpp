// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

#include "abi/message.hpp"
#include "lib/driver/status.hpp"

namespace driver {

/// What stands for the kernel and the devices in a test on the host. What a test does not override is refused.
class HostDevices {
 public:
  virtual Result<u32> port_in(u16, unsigned) { return std::unexpected(Error::refused); }
  virtual Result<void> port_out(u16, unsigned, u32) { return std::unexpected(Error::refused); }
  virtual Result<u32> port_in_block(u16, u64*, u64, u16, u8) { return std::unexpected(Error::refused); }
  virtual u32 window_read(unsigned, u64, unsigned) { return ~u32{0}; }
  virtual void window_write(unsigned, u64, unsigned, u32) {}
  virtual Result<void> irq_ack(unsigned) { return std::unexpected(Error::refused); }
  virtual std::span<std::byte> dma_region(u64) { return {}; }
  virtual Result<u64> dma_address(const void*) { return std::unexpected(Error::refused); }
  virtual Result<u64> dma_pin(abi::Endpoint, unsigned, u64, u64, std::span<u64>, bool) {
    return std::unexpected(Error::refused);
  }
  virtual Result<void> dma_unpin(std::span<const u64>) { return std::unexpected(Error::refused); }
  virtual Result<void> device_bind(unsigned, unsigned, u64, u64) { return std::unexpected(Error::refused); }
  virtual Result<std::pair<u64, u32>> irq_bind(unsigned, unsigned) { return std::unexpected(Error::refused); }
  virtual Result<void> processor_start(unsigned) { return std::unexpected(Error::refused); }

 protected:
  ~HostDevices() = default;
};

struct Kernel {
  /// The devices from now on; owned by the test, and there must be some while a driver's code runs.
  static inline HostDevices* devices = nullptr;

  static Result<u32> port_in(u16 port, unsigned size) { return devices->port_in(port, size); }
  static Result<void> port_out(u16 port, unsigned size, u32 value) { return devices->port_out(port, size, value); }
  static Result<u32> port_in_block(u16 port, u64* received, u64 capacity, u16 status_port, u8 mask) {
    return devices->port_in_block(port, received, capacity, status_port, mask);
  }
  static u32 window_read(unsigned window, u64 offset, unsigned size) {
    return devices->window_read(window, offset, size);
  }
  static void window_write(unsigned window, u64 offset, unsigned size, u32 value) {
    devices->window_write(window, offset, size, value);
  }
  static Result<void> irq_ack(unsigned index) { return devices->irq_ack(index); }
  static std::span<std::byte> dma_region(u64 length) { return devices->dma_region(length); }
  static Result<u64> dma_address(const void* address) { return devices->dma_address(address); }
  static Result<u64> dma_pin(abi::Endpoint peer, unsigned lend, u64 offset, u64 length, std::span<u64> pages,
                             bool device_writes) {
    return devices->dma_pin(peer, lend, offset, length, pages, device_writes);
  }
  static Result<void> dma_unpin(std::span<const u64> pages) { return devices->dma_unpin(pages); }
  static Result<void> device_bind(unsigned slot, unsigned window, u64 physical, u64 pages) {
    return devices->device_bind(slot, window, physical, pages);
  }
  static Result<std::pair<u64, u32>> irq_bind(unsigned slot, unsigned index) { return devices->irq_bind(slot, index); }
  static Result<void> processor_start(unsigned apic) { return devices->processor_start(apic); }
};

}  // namespace driver
