// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "drivers/serial/uart16550/server.hpp"
#include "drivers/serial/uart16550/tests/fake_uart.hpp"
#include "lib/conformance/serial.hpp"
#include "tests/conformance/suite.hpp"

namespace {

using namespace uart16550;

/// The driver as its component starts it, over a port whose line leads back to it and over streams that survive.
template <bool slow>
class Rig {
 public:
  Rig() { fake_.slow = slow; }
  driver::HostDevices* devices() { return &fake_; }

  answer::Exporter& boot() {
    instance_ = &conformance::make_mortal<Instance>();
    EXPECT_TRUE(instance_->uart.detect());
    instance_->uart.start(*reinterpret_cast<Streams*>(streams_));
    instance_->server.add(0, instance_->uart);
    return instance_->server;
  }
  bool work() {
    fake_.leave();
    fake_.type(std::string_view{fake_.sent}.substr(returned_));
    returned_ = fake_.sent.size();
    return fake_.raised();
  }
  void interrupt() { instance_->server.on_line(0); }
  void lend(contract::Endpoint, std::span<std::byte>) {}
  std::vector<std::string> complaints() { return {}; }

 private:
  struct Instance {
    Uart uart{uart16550::tests::FakeUart::base};
    Server server;
  };
  uart16550::tests::FakeUart fake_;
  alignas(4096) std::byte streams_[4096] = {};
  Instance* instance_ = nullptr;
  std::size_t returned_ = 0;
};

TEST(Conformance, WhereverItDiesOnASlowLine) {
  const auto verdict = conformance::conforms<conformance::SerialWorkload, Rig<true>>();
  EXPECT_EQ(verdict.wrong, std::vector<std::string>{});
}

TEST(Conformance, WhereverItDies) {
  const auto verdict = conformance::conforms<conformance::SerialWorkload, Rig<false>>();
  EXPECT_EQ(verdict.wrong, std::vector<std::string>{});
  EXPECT_GT(verdict.trials, 200u);
}

}  // namespace
