// SPDX-License-Identifier: BSD-2-Clause
#include "lib/driver/port.hpp"

#include <gtest/gtest.h>

#include "lib/driver/interrupt.hpp"
#include "lib/driver/window.hpp"

namespace {

using namespace driver;

struct Status : Bits<u8> {
  using Ready = Field<Status, 0>;
};
using Data = Register<u8, 0>;
using State = Register<Status, 5>;
using Wide = Register<u32, 8>;

class Recording final : public HostDevices {
 public:
  Recording() { Kernel::devices = this; }
  ~Recording() { Kernel::devices = nullptr; }
  Result<u32> port_in(u16 port, unsigned size) override {
    if (port < 0x300) return std::unexpected(Error::refused);
    return port * 0x100u + size;
  }
  Result<void> port_out(u16 port, unsigned size, u32 value) override {
    if (port < 0x300) return std::unexpected(Error::refused);
    written.push_back({port, size, value});
    return {};
  }
  Result<u32> port_in_block(u16 port, u64* received, u64 capacity, u16 status_port, u8 mask) override {
    if (port < 0x300) return std::unexpected(Error::refused);
    block = {port, static_cast<u32>(capacity), status_port, mask};
    reinterpret_cast<char*>(received + 1)[(*received)++] = 'x';
    return 1;
  }
  u32 window_read(unsigned window, u64 offset, unsigned size) override {
    return static_cast<u32>(window << 24 | offset << 8 | size);
  }
  void window_write(unsigned window, u64 offset, unsigned size, u32 value) override {
    written.push_back({window, static_cast<u32>(offset), size, value});
  }
  Result<void> irq_ack(unsigned index) override {
    acknowledged = index;
    return {};
  }
  std::vector<std::vector<u32>> written;
  std::vector<u32> block;
  unsigned acknowledged = ~0u;
};

TEST(Port, ReachesRegistersByTheirOffset) {
  Recording machine;
  Port port{0x3f8};
  EXPECT_EQ(port.read<Wide>(), 0x400u * 0x100 + 4);
  port.write<State>(Status{{0x21}});
  EXPECT_EQ(machine.written, (std::vector<std::vector<u32>>{{0x3fd, 1, 0x21}}));
  EXPECT_FALSE(port.refused());
}

TEST(Port, ReadsABlockInOneCall) {
  Recording machine;
  Port port{0x3f8};
  Received<4> buffer;
  EXPECT_EQ((port.read_block<Data, State>(buffer, Status{{1}})), 1u);
  EXPECT_EQ(machine.block, (std::vector<u32>{0x3f8, 4, 0x3fd, 1}));
  EXPECT_EQ(buffer.count, 1u);
  EXPECT_EQ(buffer.bytes[0], std::byte{'x'});
}

TEST(Port, RemembersARefusal) {
  Recording machine;
  Port port{0x2f8};
  EXPECT_EQ(port.read<Data>(), 0xff);
  EXPECT_TRUE(port.refused());
}

TEST(Window, KeepsInsideItsPart) {
  Recording machine;
  const Window whole{2, 0x40, 0x100};
  EXPECT_EQ(whole.read<Wide>(), 2u << 24 | 0x48u << 8 | 4);
  EXPECT_EQ(whole.part(0x10, 0x20).read<Data>(), 1u + (0x50 << 8 & 0xff)) << "truncated to the register's size";
  EXPECT_EQ(whole.part(0x10, 0xf1).length(), 0u);
  EXPECT_EQ(whole.part(~u64{0}, 2).length(), 0u);
  EXPECT_TRUE(whole.part(0, 12).has<Wide>());
  EXPECT_FALSE(whole.part(0, 11).has<Wide>());
}

TEST(Window, DoesNothingOutside) {
  Recording machine;
  const Window window{0, 0, 8};
  window.write_at<u16>(7, 1);
  EXPECT_TRUE(machine.written.empty());
  EXPECT_EQ(window.read_at<u32>(6), 0u);
  window.write_at<u16>(6, 1);
  EXPECT_EQ(machine.written.size(), 1u);
}

TEST(Interrupt, IsAcknowledgedByItsIndex) {
  Recording machine;
  EXPECT_TRUE(Interrupt{3}.acknowledge());
  EXPECT_EQ(machine.acknowledged, 3u);
}

}  // namespace
