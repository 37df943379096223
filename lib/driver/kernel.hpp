// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The one seam between drivers and the machine, resolved when compiling: freestanding it is the kernel and mapped
// device windows, on a host the devices that a test installs. Both define the same `driver::Kernel`.
#if __STDC_HOSTED__
#include "lib/driver/kernel_host.hpp"
#else
#include "lib/driver/kernel_target.hpp"
#endif

namespace driver {

template <class T>
concept KernelLike = requires(abi::Endpoint peer, u64* received, std::span<u64> pages) {
  { T::port_in(u16{}, unsigned{}) } -> std::same_as<Result<u32>>;
  { T::port_out(u16{}, unsigned{}, u32{}) } -> std::same_as<Result<void>>;
  { T::port_in_block(u16{}, received, u64{}, u16{}, u8{}) } -> std::same_as<Result<u32>>;
  { T::window_read(unsigned{}, u64{}, unsigned{}) } -> std::same_as<u32>;
  { T::window_write(unsigned{}, u64{}, unsigned{}, u32{}) };
  { T::irq_ack(unsigned{}) } -> std::same_as<Result<void>>;
  { T::dma_region(u64{}) } -> std::same_as<std::span<std::byte>>;
  { T::dma_address(static_cast<const void*>(nullptr)) } -> std::same_as<Result<u64>>;
  { T::dma_pin(peer, unsigned{}, u64{}, u64{}, pages, bool{}) } -> std::same_as<Result<u64>>;
  { T::dma_unpin(std::span<const u64>{}) } -> std::same_as<Result<void>>;
};
static_assert(KernelLike<Kernel>);

}  // namespace driver
