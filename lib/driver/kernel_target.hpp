// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

#include "abi/layout.hpp"
#include "abi/raw.hpp"
#include "lib/driver/status.hpp"

namespace driver {

/// The kernel's calls for devices, and the windows that pci has bound into this component.
struct Kernel {
  static Result<u32> port_in(u16 port, unsigned size) {
    const abi::raw::Result done = make(abi::Call::port_in, port, size);
    if (done.status != abi::Status::ok) return std::unexpected(error_of(done.status));
    return static_cast<u32>(done.first);
  }
  static Result<void> port_out(u16 port, unsigned size, u32 value) {
    return result_of(make(abi::Call::port_out, port, size, value).status);
  }
  [[gnu::noinline]] static Result<u32> port_in_block(u16 port, u64* received, u64 capacity, u16 status_port, u8 mask) {
    const abi::raw::Result done =
        make(abi::Call::port_in_block, port, reinterpret_cast<u64>(received), capacity, status_port, mask);
    if (done.status != abi::Status::ok) return std::unexpected(error_of(done.status));
    return static_cast<u32>(done.first);
  }

  static u32 window_read(unsigned window, u64 offset, unsigned size) {
    switch (size) {
      case 1:
        return *at<u8>(window, offset);
      case 2:
        return *at<u16>(window, offset);
      default:
        return *at<u32>(window, offset);
    }
  }
  static void window_write(unsigned window, u64 offset, unsigned size, u32 value) {
    switch (size) {
      case 1:
        *at<u8>(window, offset) = static_cast<u8>(value);
        break;
      case 2:
        *at<u16>(window, offset) = static_cast<u16>(value);
        break;
      default:
        *at<u32>(window, offset) = value;
    }
  }

  static Result<void> irq_ack(unsigned index) { return result_of(make(abi::Call::irq_ack, index).status); }

  static std::span<std::byte> dma_region(u64 length) {
    return {reinterpret_cast<std::byte*>(abi::layout::dma_base), length};
  }
  static Result<u64> dma_address(const void* address) {
    const abi::raw::Result done = make(abi::Call::dma_address, reinterpret_cast<u64>(address));
    if (done.status != abi::Status::ok) return std::unexpected(error_of(done.status));
    return done.first;
  }
  /// How many pages there are.
  static Result<u64> dma_pin(abi::Endpoint peer, unsigned lend, u64 offset, u64 length, std::span<u64> pages,
                             bool device_writes) {
    const u64 number = static_cast<u64>(abi::Call::dma_pin) | u64{lend} << 8 | u64{device_writes} << 10;
    const abi::raw::Result done =
        abi::raw::plain(number, peer.bits, offset, length, reinterpret_cast<u64>(pages.data()));
    if (done.status != abi::Status::ok) return std::unexpected(error_of(done.status));
    return done.first;
  }
  static Result<void> dma_unpin(std::span<const u64> pages) {
    return result_of(make(abi::Call::dma_unpin, reinterpret_cast<u64>(pages.data()), pages.size()).status);
  }

  static Result<void> device_bind(unsigned slot, unsigned window, u64 physical, u64 pages) {
    return result_of(make(abi::Call::device_bind, slot, window, physical, pages).status);
  }
  /// Message address and message data.
  static Result<std::pair<u64, u32>> irq_bind(unsigned slot, unsigned index) {
    const abi::raw::Result done = make(abi::Call::irq_bind, slot, index);
    if (done.status != abi::Status::ok) return std::unexpected(error_of(done.status));
    return std::pair{done.first, static_cast<u32>(done.second)};
  }
  static Result<std::span<const std::byte>> firmware_map(u64 physical, u64 pages) {
    const abi::raw::Result done = make(abi::Call::firmware_map, physical, pages);
    if (done.status != abi::Status::ok) return std::unexpected(error_of(done.status));
    return std::span{reinterpret_cast<const std::byte*>(done.first), pages * abi::page_size};
  }
  static Result<void> processor_start(unsigned apic) {
    return result_of(make(abi::Call::processor_start, apic).status);
  }

 private:
  static abi::raw::Result make(abi::Call call, u64 a0 = 0, u64 a1 = 0, u64 a2 = 0, u64 a3 = 0, u64 a4 = 0) {
    abi::raw::Result done;
    do done = abi::raw::plain(static_cast<u64>(call), a0, a1, a2, a3, a4);
    while (done.status == abi::Status::again);
    return done;
  }
  template <class T>
  static volatile T* at(unsigned window, u64 offset) {
    return reinterpret_cast<volatile T*>(abi::layout::device_base + window * abi::layout::device_stride + offset);
  }
};

}  // namespace driver
