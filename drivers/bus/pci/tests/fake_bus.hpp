// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "drivers/bus/pci/inventory.hpp"
#include "lib/driver/kernel.hpp"

namespace pci::tests {

/// A function with 256 bytes of configuration space, of which each register says by a mask what may be written.
struct FakeFunction {
  u8 bytes[256] = {};
  u8 writable[256] = {};
  std::map<u32, std::function<void(FakeFunction&)>> on_write;

  FakeFunction(u16 vendor, u16 device, u32 class_code, u8 layout = 0) {
    put(0x00, 2, vendor), put(0x02, 2, device), put(0x08, 4, class_code << 8 | 1), put(0x0e, 1, layout);
    put(0x04, 2, 7);  // as a firmware leaves it: everything on
    allow(0x04, 2, 0x0407);
    put(0x2c, 2, 0x1234), put(0x2e, 2, 0x5678);
  }
  void put(u32 at, unsigned size, u32 value) { std::memcpy(bytes + at, &value, size); }
  void allow(u32 at, unsigned size, u32 mask) { std::memcpy(writable + at, &mask, size); }
  u32 get(u32 at, unsigned size) const {
    u32 value = 0;
    std::memcpy(&value, bytes + at, size);
    return value;
  }
  bool on(u32 bit) const { return get(0x04, 2) >> bit & 1; }

  void add_bar(unsigned index, u64 size, u64 address, bool wide = false, bool ports = false) {
    const u32 flags = ports ? 1 : wide ? 4 : 0;
    const u64 mask = ~(size - 1);
    put(0x10 + 4 * index, 4, static_cast<u32>(address) | flags);
    allow(0x10 + 4 * index, 4, static_cast<u32>(mask) & (ports ? ~3u : ~15u));
    if (!wide) return;
    put(0x14 + 4 * index, 4, static_cast<u32>(address >> 32));
    allow(0x14 + 4 * index, 4, static_cast<u32>(mask >> 32));
  }
  /// Puts a capability in front of the list.
  void add_capability(u8 at, std::vector<u8> content) {
    std::memcpy(bytes + at, content.data(), content.size());
    bytes[at + 1] = bytes[0x34];
    bytes[0x34] = at;
    bytes[0x06] |= 0x10;
  }
  void add_msix(u8 at, u16 entries, u8 bar, u32 table, u8 pending_bar, u32 pending) {
    std::vector<u8> content(12);
    content[0] = 0x11;
    const u16 control = static_cast<u16>(entries - 1);
    const u32 table_word = table | bar, pending_word = pending | pending_bar;
    std::memcpy(&content[2], &control, 2), std::memcpy(&content[4], &table_word, 4);
    std::memcpy(&content[8], &pending_word, 4);
    add_capability(at, content);
    allow(at + 2u, 2, 0xc000);
  }
  void add_virtio(u8 at, u8 type, u8 bar, u32 offset, u32 length) {
    std::vector<u8> content(type == 2 ? 20 : 16);
    content[0] = 9, content[2] = static_cast<u8>(content.size()), content[3] = type, content[4] = bar;
    std::memcpy(&content[8], &offset, 4), std::memcpy(&content[12], &length, 4);
    if (type == 2) content[16] = 4;
    add_capability(at, content);
  }
};

/// The bus, the memory of its devices, and the calls by which pci binds them.
class FakeBus : public driver::HostDevices {
 public:
  static constexpr u8 own_slot = 9;

  FakeBus() { driver::Kernel::devices = this; }
  virtual ~FakeBus() { driver::Kernel::devices = nullptr; }

  FakeFunction& add(u8 bus, u8 device, u8 number, FakeFunction function) {
    return functions.insert_or_assign({bus, device, number}, std::move(function)).first->second;
  }

  driver::Result<void> port_out(u16 port, unsigned size, u32 value) override {
    if (port == 0xcf8 && size == 4) {
      address_ = value;
    } else if (port >= 0xcfc && port + size <= 0xd00) {
      FakeFunction* const function = selected();
      if (function == nullptr) return {};
      const u32 at = (address_ & 0xfc) + (port & 3u);
      for (unsigned i = 0; i < size; ++i) {
        u8& byte = function->bytes[at + i];
        const u8 mask = function->writable[at + i];
        byte = static_cast<u8>((byte & ~mask) | (value >> 8 * i & mask));
      }
      if (const auto found = function->on_write.find(at); found != function->on_write.end()) found->second(*function);
    } else {
      outputs.push_back({port, size, value});
      if (on_output) on_output(port, value);
    }
    return {};
  }
  driver::Result<u32> port_in(u16 port, unsigned size) override {
    if (port >= 0xcfc && port + size <= 0xd00) {
      const FakeFunction* const function = selected();
      return function == nullptr ? ~u32{0} : function->get((address_ & 0xfc) + (port & 3u), size);
    }
    return inputs[port];
  }

  driver::Result<void> device_bind(unsigned slot, unsigned window, u64 physical, u64 pages) override {
    if (pages > most_pages) return std::unexpected(driver::Error::refused);
    EXPECT_EQ(physical % 4096, 0u);
    bound[{slot, window}] = {physical, pages};
    return {};
  }
  driver::Result<std::pair<u64, u32>> irq_bind(unsigned slot, unsigned index) override {
    if (lines.contains({slot, index})) return std::unexpected(driver::Error::refused);
    return std::pair{u64{0xfee0'0000}, static_cast<u32>(0x40 + slot * 8 + index)};
  }
  u32 window_read(unsigned window, u64 offset, unsigned size) override {
    const u64 at = physical(window, offset, size);
    if (on_read) on_read(at);
    u32 value = 0;
    for (unsigned i = 0; i < size; ++i) value |= static_cast<u32>(memory[at + i]) << 8 * i;
    return value;
  }
  void window_write(unsigned window, u64 offset, unsigned size, u32 value) override {
    const u64 at = physical(window, offset, size);
    for (unsigned i = 0; i < size; ++i) memory[at + i] = static_cast<u8>(value >> 8 * i);
    if (on_memory_write) on_memory_write(at, value);
  }
  u32 word(u64 at) {
    u32 value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= static_cast<u32>(memory[at + i]) << 8 * i;
    return value;
  }

  std::map<std::tuple<u8, u8, u8>, FakeFunction> functions;
  std::map<std::pair<unsigned, unsigned>, std::pair<u64, u64>> bound;  // slot and window: address and pages
  std::map<std::pair<unsigned, unsigned>, bool> lines;
  std::map<u64, u8> memory;
  std::map<u16, u32> inputs;
  std::vector<std::tuple<u16, unsigned, u32>> outputs;
  std::function<void(u64)> on_read;
  std::function<void(u64, u32)> on_memory_write;
  std::function<void(u16, u32)> on_output;
  u64 most_pages = 16;

 private:
  FakeFunction* selected() {
    EXPECT_TRUE(address_ >> 31);
    const auto found = functions.find(
        {static_cast<u8>(address_ >> 16), static_cast<u8>(address_ >> 11 & 31), static_cast<u8>(address_ >> 8 & 7)});
    return found == functions.end() ? nullptr : &found->second;
  }
  u64 physical(unsigned window, u64 offset, unsigned size) {
    const auto found = bound.find({own_slot, window});
    EXPECT_TRUE(found != bound.end());
    EXPECT_LE(offset + size, found->second.second * 4096);
    return found->second.first + offset;
  }
  u32 address_ = 0;
};

/// The virtio block device of QEMU's q35: MSI-X in register 1, everything else in register 4.
inline FakeFunction virtio_block(u64 msix = 0xfebd'4000, u64 registers = 0xfe00'0000) {
  FakeFunction function{0x1af4, 0x1042, 0x010000};
  function.add_bar(1, 4096, msix);
  function.add_bar(4, 0x4000, registers, true);
  function.add_virtio(0x84, 1, 4, 0, 0x1000);
  function.add_virtio(0x70, 3, 4, 0x1000, 0x1000);
  function.add_virtio(0x60, 4, 4, 0x2000, 0x1000);
  function.add_virtio(0x48, 2, 4, 0x3000, 0x1000);
  function.add_msix(0x98, 2, 1, 0, 1, 0x800);
  return function;
}

inline abi::ComponentRecord component(u8 slot, std::vector<abi::DeviceMatch> devices) {
  abi::ComponentRecord record{};
  record.slot = slot;
  for (auto& match : record.devices) match = {0xffff, 0xffff, 0xffff'ffff};
  std::copy(devices.begin(), devices.end(), record.devices);
  return record;
}

}  // namespace pci::tests
