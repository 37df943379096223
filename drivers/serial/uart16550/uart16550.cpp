// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/serial/uart16550/server.hpp"
#include "lib/component/component.hpp"
#include "lib/driver/interrupt.hpp"

namespace uart16550 {

/// The frames in which the streams lie; taken once, and found again by every later generation.
struct FrameRecord {
  bool taken = false;
  component::Frame frames[Server::max_ports] = {};
};

/// The PC's four serial ports as /dev/serial. The manifest names ports and lines in the same order.
class Uart16550 final : public component::Component, public Server {
 public:
  std::expected<void, component::StartError> start(component::Start) override {
    if (!frames_->taken) {
      FrameRecord record{.taken = true};
      const auto taken = frames().take(record.frames);
      if (!taken || *taken != Server::max_ports) return std::unexpected(component::StartError{"no frames for streams"});
      vault().set(*frames_, record);
    }
    component::Line line;
    line.add("ports present:");
    for (unsigned index = 0; index < Server::max_ports; ++index) {
      // A generation that died in the middle left its line masked.
      (void)driver::Interrupt{index}.acknowledge();
      if (!uarts_[index].detect()) continue;
      uarts_[index].start(*reinterpret_cast<Streams*>(component::Frames::memory(frames_->frames[index])));
      add(index, uarts_[index]);
      line.add(' ').add(index);
    }
    component::log(line.text());
    announce();
    return {};
  }

  void on_interrupt(unsigned index) override {
    // The line is let go first: what the device raises while it is asked comes as another interrupt.
    (void)driver::Interrupt{index}.acknowledge();
    on_line(index);
  }

 private:
  component::VaultRecord<FrameRecord> frames_{vault(), "frames"};
  Uart uarts_[Server::max_ports] = {Uart{0x3f8}, Uart{0x2f8}, Uart{0x3e8}, Uart{0x2e8}};
};

}  // namespace uart16550

COMPONENT(uart16550::Uart16550, contract::serial::Exporter)
