// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <csetjmp>
#include <type_traits>

#include "lib/contract/transport.hpp"
#include "lib/driver/kernel.hpp"

namespace conformance {

using driver::u16;
using driver::u32;
using driver::u64;
using driver::u8;

/// Stands between a driver and its kernel, counts what it does there, and ends it at the moment that was chosen:
/// control never comes back to it, and nothing of it is destroyed, as when the kernel stops a slot.
class Mortal final : public driver::HostDevices, public contract::HostMachine {
 public:
  Mortal(driver::HostDevices* devices, contract::HostMachine& machine) : devices_(devices), machine_(machine) {
    driver::Kernel::devices = this;
    contract::Transport::machine = this;
  }
  ~Mortal() {
    driver::Kernel::devices = devices_;
    contract::Transport::machine = &machine_;
  }

  /// It dies at moment `first`, counted from 1, and once more `second` moments later; 0: not.
  void choose(u64 first, u64 second) {
    fatal_ = first;
    second_ = second;
    moments_ = 0;
    deaths_ = 0;
  }
  u64 moments() const { return moments_; }
  unsigned deaths() const { return deaths_; }

  /// Whether it dies now.
  bool dies() {
    if (++moments_ != fatal_) return false;
    fatal_ = second_ == 0 ? 0 : moments_ + second_;
    second_ = 0;
    ++deaths_;
    return true;
  }

  /// Lets the driver work. False: it died of it.
  template <class Work>
  bool survives(Work&& work) {
    inside_ = true;
    const bool lives = setjmp(death_) == 0;
    if (lives) work();
    inside_ = false;
    return lives;
  }

  // ---- devices
  driver::Result<u32> port_in(u16 port, unsigned size) override {
    return around([&] { return devices_->port_in(port, size); });
  }
  driver::Result<void> port_out(u16 port, unsigned size, u32 value) override {
    return around([&] { return devices_->port_out(port, size, value); });
  }
  driver::Result<u32> port_in_block(u16 port, u64* received, u64 capacity, u16 status_port, u8 mask) override {
    return around([&] { return devices_->port_in_block(port, received, capacity, status_port, mask); });
  }
  u32 window_read(unsigned window, u64 offset, unsigned size) override {
    return around([&] { return devices_->window_read(window, offset, size); });
  }
  void window_write(unsigned window, u64 offset, unsigned size, u32 value) override {
    around([&] { devices_->window_write(window, offset, size, value); });
  }
  driver::Result<void> irq_ack(unsigned index) override {
    return around([&] { return devices_->irq_ack(index); });
  }
  std::span<std::byte> dma_region(u64 length) override { return devices_->dma_region(length); }
  driver::Result<u64> dma_address(const void* address) override { return devices_->dma_address(address); }
  driver::Result<u64> dma_pin(abi::Endpoint peer, unsigned lend, u64 offset, u64 length, std::span<u64> pages,
                              bool device_writes) override {
    return around([&] { return devices_->dma_pin(peer, lend, offset, length, pages, device_writes); });
  }
  driver::Result<void> dma_unpin(std::span<const u64> pages) override {
    return around([&] { return devices_->dma_unpin(pages); });
  }

  // ---- messages; those of the client's side are not the driver's moments
  contract::Status call(contract::Endpoint to, contract::Message& message, u32 within_ms) override {
    return machine_.call(to, message, within_ms);
  }
  contract::Status reply(contract::Endpoint to, const contract::Message& message) override {
    return around([&] { return machine_.reply(to, message); });
  }
  contract::Status notify(unsigned slot, u64 events) override {
    return around([&] { return machine_.notify(slot, events); });
  }
  contract::Status wake(contract::Endpoint program) override { return machine_.wake(program); }
  contract::Copied copy_in(contract::Endpoint from, unsigned lend, u64 offset, void* to, u64 length) override {
    return around([&] { return machine_.copy_in(from, lend, offset, to, length); });
  }
  contract::Copied copy_out(contract::Endpoint to, unsigned lend, u64 offset, const void* from, u64 length) override {
    return around([&] { return machine_.copy_out(to, lend, offset, from, length); });
  }

 private:
  void moment() {
    if (inside_ && dies()) std::longjmp(death_, 1);
  }
  template <class Access>
  std::invoke_result_t<Access> around(Access&& access) {
    moment();
    if constexpr (std::is_void_v<std::invoke_result_t<Access>>) {
      access();
      moment();
    } else {
      const auto result = access();
      moment();
      return result;
    }
  }

  driver::HostDevices* devices_;
  contract::HostMachine& machine_;
  u64 fatal_ = 0;
  u64 second_ = 0;
  u64 moments_ = 0;
  unsigned deaths_ = 0;
  bool inside_ = false;
  std::jmp_buf death_;
};

}  // namespace conformance
