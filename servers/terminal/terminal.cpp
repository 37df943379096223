// SPDX-License-Identifier: BSD-2-Clause
#include "generated/contract/serial.hpp"
#include "lib/component/component.hpp"
#include "servers/terminal/server.hpp"
#include "servers/terminal/vault.hpp"

namespace terminal {

namespace serial = contract::serial;

/// The ports by the contract `serial`.
class SerialPorts final : public Ports {
 public:
  explicit SerialPorts(serial::Shadow& shadow) : shadow_(shadow) {}

  u8 present() override {
    const auto outcome = shadow_.open();
    return outcome.is<serial::Opened>() ? outcome.get<serial::Opened>().present : u8{0};
  }
  std::optional<PortPosition> position(unsigned port) override {
    const auto outcome = shadow_.position(static_cast<u8>(port));
    if (!outcome.is<serial::PositionIs>()) return std::nullopt;
    const auto& found = outcome.get<serial::PositionIs>();
    return PortPosition{found.input_first, found.input_end, found.output_end, found.output_sent};
  }
  std::optional<PortInput> take(unsigned port, u64 from, std::span<std::byte> into) override {
    const auto outcome = shadow_.take(static_cast<u8>(port), from, contract::Lend::writing(into));
    if (!outcome.is<serial::Taken>()) return std::nullopt;
    return PortInput{outcome.get<serial::Taken>().count, outcome.get<serial::Taken>().breaks};
  }
  std::optional<u64> write(unsigned port, u64 from, std::span<const std::byte> bytes) override {
    const auto outcome = shadow_.write(static_cast<u8>(port), from, contract::Lend::reading(bytes));
    if (!outcome.is<serial::Written>()) return std::nullopt;
    return outcome.get<serial::Written>().end;
  }
  std::optional<u64> discard(unsigned port) override {
    const auto outcome = shadow_.discard(static_cast<u8>(port));
    if (!outcome.is<serial::Written>()) return std::nullopt;
    return outcome.get<serial::Written>().end;
  }
  void configure(unsigned port, const PortSettings& settings) override {
    const auto parity = !settings.parity ? serial::Parity::none
                        : settings.stick ? (settings.odd ? serial::Parity::mark : serial::Parity::space)
                        : settings.odd   ? serial::Parity::odd
                                         : serial::Parity::even;
    // A speed that the device cannot make leaves the line as it is, as Linux's drivers do.
    (void)shadow_.configure(static_cast<u8>(port), settings.data_bits, settings.stop_bits, parity,
                            settings.hardware_flow, settings.baud);
  }
  void break_line(unsigned port, bool on) override { (void)shadow_.break_line(static_cast<u8>(port), on); }

 private:
  serial::Shadow& shadow_;
};

class Terminal final : public component::Component, public Surroundings, private contract::OnceStore, public Server {
 public:
  Terminal() : Server(states_, queue_, ports_, *this) {}

  std::expected<void, component::StartError> start(component::Start) override {
    vault_.load(states_, queue_);
    contract::terminal::Exporter::keep_replies_in(*this);
    serial_.on_input<&Server::on_input>(static_cast<Server&>(*this));
    serial_.on_room<&Server::on_room>(static_cast<Server&>(*this));
    open_ports();
    announce();
    return {};
  }
  void on_timer() override { on_time(); }

  // ---- Surroundings ----
  u64 now() override { return component::now(); }
  void wake_at(u64 deadline) override {
    if (deadline == deadline_) return;
    deadline_ = deadline;
    component::set_timer(deadline);
  }
  void keep(std::span<Line> lines, const SignalQueue& signals) override { vault_.keep(lines, signals, nullptr, 0); }

 private:
  // ---- OnceStore ----
  const contract::OnceRecord* find(const contract::Call& call) const override { return vault_.find(call.lane()); }
  void keep(const contract::Call& call, const contract::Message& reply) override {
    const contract::OnceRecord record{call.sequence(), 1, reply};
    vault_.keep(lines(), signal_queue(), &record, call.lane());
    kept();
  }

  LineState states_[max_lines];
  SignalQueue queue_;
  serial::Shadow serial_{import("/dev/serial")};
  SerialPorts ports_{serial_};
  BasicTerminalVault<component::DirectMemory, max_lines> vault_{vault()};
  u64 deadline_ = 0;
};

}  // namespace terminal

COMPONENT(terminal::Terminal, contract::terminal::Exporter, contract::signals::Exporter)
