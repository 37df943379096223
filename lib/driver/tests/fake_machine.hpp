// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "lib/driver/kernel.hpp"

namespace driver::tests {

/// A machine with a physical memory of its own: the DMA region lies in it, and every lend that a test makes. Devices of
/// a test find what they are to read and write by physical address, and nothing outside of what is theirs.
class FakeMachine : public HostDevices {
 public:
  static constexpr u64 dma_physical = 0x1000'0000;
  static constexpr u64 lend_physical = 0x4000'0000;
  static constexpr u64 lend_stride = 0x0100'0000;

  explicit FakeMachine(u64 dma_bytes = 0) : dma_(dma_bytes / 8 + 1) { Kernel::devices = this; }
  virtual ~FakeMachine() { Kernel::devices = nullptr; }

  std::span<std::byte> dma_region(u64 length) override {
    return {reinterpret_cast<std::byte*>(dma_.data()), std::min<u64>(length, dma_.size() * 8)};
  }
  Result<u64> dma_address(const void* address) override {
    return dma_physical + (static_cast<const std::byte*>(address) - reinterpret_cast<std::byte*>(dma_.data()));
  }

  /// Lends `bytes`, whose first byte lies `shift` bytes into its first page. Where `scattered`, no two of its pages are
  /// neighbours in physical memory.
  void lend(abi::Endpoint peer, std::span<std::byte> bytes, u64 shift = 0, bool scattered = true) {
    lends_[peer.bits] = {bytes, shift, scattered, lend_physical + lend_stride * lends_.size()};
  }
  Result<u64> dma_pin(abi::Endpoint peer, unsigned, u64 offset, u64 length, std::span<u64> pages, bool) override {
    if (pin_error) return std::unexpected(*pin_error);
    const auto found = lends_.find(peer.bits);
    if (found == lends_.end()) return std::unexpected(Error::gone);
    const Lent& lent = found->second;
    if (offset > lent.bytes.size() || length > lent.bytes.size() - offset) return std::unexpected(Error::invalid);
    const u64 first = (lent.shift + offset) / 4096, last = (lent.shift + offset + length - 1) / 4096;
    for (u64 page = first; page <= last; ++page) pages[page - first] = lent.physical_of_page(page);
    if (tells_shift) pages[0] += (lent.shift + offset) % 4096;
    pinned_[pages[0]] = {peer.bits, last - first + 1};
    ++pins;
    return last - first + 1;
  }
  Result<void> dma_unpin(std::span<const u64> pages) override {
    const auto found = pages.empty() ? pinned_.end() : pinned_.find(pages[0]);
    if (found == pinned_.end() || found->second.second != pages.size()) {
      ++wrong_unpins;
      return std::unexpected(Error::invalid);
    }
    pinned_.erase(found);
    return {};
  }
  std::size_t pinned() const { return pinned_.size(); }
  /// What the kernel does once a device was reset whose driver has died.
  void release_pins() { pinned_.clear(); }

  /// What a device reaches at a physical address, up to the end of the page; empty where it is not allowed to.
  std::span<std::byte> reach_run(u64 physical) {
    if (physical >= dma_physical && physical < dma_physical + dma_.size() * 8)
      return std::as_writable_bytes(std::span{dma_}).subspan(physical - dma_physical);
    for (const auto& [first, pin] : pinned_) {
      const Lent& lent = lends_.at(pin.first);
      const u64 step = (lent.scattered ? 2 : 1) * 4096;
      if (physical < lent.physical || (physical - lent.physical) % step >= 4096) continue;
      const u64 at = (physical - lent.physical) / step * 4096 + (physical - lent.physical) % step;
      if (at < lent.shift || at - lent.shift >= lent.bytes.size()) continue;
      const auto rest = lent.bytes.subspan(at - lent.shift);
      return rest.first(std::min<u64>(rest.size(), 4096 - physical % 4096));
    }
    return {};
  }
  std::byte* reach(u64 physical) {
    const auto run = reach_run(physical);
    return run.empty() ? nullptr : run.data();
  }
  bool read(u64 physical, void* to, std::size_t length) {
    return each_run(physical, length, [&](std::span<std::byte> run, std::size_t done) {
      std::memcpy(static_cast<std::byte*>(to) + done, run.data(), run.size());
    });
  }
  bool write(u64 physical, const void* from, std::size_t length) {
    return each_run(physical, length, [&](std::span<std::byte> run, std::size_t done) {
      std::memcpy(run.data(), static_cast<const std::byte*>(from) + done, run.size());
    });
  }

  std::optional<Error> pin_error;
  bool tells_shift = true;
  unsigned pins = 0;
  unsigned wrong_unpins = 0;

 private:
  template <class F>
  bool each_run(u64 physical, std::size_t length, F&& part) {
    for (std::size_t done = 0; done < length;) {
      auto run = reach_run(physical + done);
      if (run.empty()) return false;
      run = run.first(std::min(run.size(), length - done));
      part(run, done);
      done += run.size();
    }
    return true;
  }

  struct Lent {
    std::span<std::byte> bytes;
    u64 shift;
    bool scattered;
    u64 physical;
    u64 physical_of_page(u64 page) const { return physical + page * (scattered ? 2 : 1) * 4096; }
  };
  std::vector<u64> dma_;
  std::map<u64, Lent> lends_;
  std::map<u64, std::pair<u64, u64>> pinned_;  // first page's address: whose lend, how many pages
};

/// As much of a contract::Lend as pinning asks for.
struct FakeLend {
  abi::Endpoint peer;
  u64 bytes;
  u64 length() const { return bytes; }
  abi::Endpoint sender() const { return peer; }
  unsigned index() const { return 0; }
  u64 offset() const { return 0; }
};

}  // namespace driver::tests
