// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/serial/uart16550/uart.hpp"

namespace uart16550 {
namespace {

constexpr u32 trigger_8 = 2;
// A device that never comes to an end is left alone until its next interrupt.
constexpr unsigned most_rounds = 64;
// A microsecond each at least: a character at 2400 baud.
constexpr unsigned shift_polls = 5000;

}  // namespace

bool Uart::detect() {
  for (const u8 pattern : {u8{0x5a}, u8{0xa5}}) {
    port_.write<Scratch>(pattern);
    if (port_.read<Scratch>() != pattern) return false;
  }
  return true;
}

void Uart::start(Streams& streams) {
  streams_ = &streams;
  streams.open();
  // A generation that died while it set the speed left the divisor where data and interrupts are.
  port_.write<Line>(port_.read<Line>().with<LineControl::Divisor>(false));
  port_.write<Enable>({});
  // What has come while nobody listened is there still; switching the FIFO on would drop it.
  receive();
  port_.write<Fifo>(FifoControl{}.with<FifoControl::Enable>(true).with<FifoControl::Trigger>(trigger_8));
  configure({});
  set_lines(true, true);
  receive();
  transmit();
  enable_interrupts();
}

void Uart::enable_interrupts() {
  auto wanted = InterruptEnable{}.with<InterruptEnable::Line>(true);
  wanted = wanted.with<InterruptEnable::Received>(!held_).with<InterruptEnable::Modem>(flow_);
  wanted = wanted.with<InterruptEnable::Transmitted>(streams_->has_output() || wants_idle_);
  if (wanted == enabled_) return;
  enabled_ = wanted;
  port_.write<Enable>(wanted);
}

void Uart::note(LineStatus status) {
  breaks_ += status.get<LineStatus::Break>();
  lost_ += status.get<LineStatus::Overrun>();
}

void Uart::receive() {
  // Errors are read with the status, so they are looked at before the kernel reads on.
  note(port_.read<Status>());
  constexpr auto ready = LineStatus{}.with<LineStatus::DataReady>(true);
  held_ = false;
  for (unsigned round = 0; round < most_rounds; ++round) {
    auto* const receiver = streams_->receiver();
    if (receiver == nullptr) {
      // The device's own FIFO holds the line back from here on, or the other side's patience by RTS.
      held_ = true;
      break;
    }
    if (port_.read_block<Data, Status>(*receiver, ready) == 0) break;
  }
  if (flow_) {
    const auto modem = modem_.with<ModemControl::Request>(!held_);
    if (!(modem == modem_)) port_.write<Modem>(modem_ = modem);
  }
  if (!(enabled_ == InterruptEnable{})) enable_interrupts();
}

bool Uart::may_send() { return !flow_ || port_.read<Modems>().get<ModemStatus::ClearToSend>(); }

void Uart::transmit() {
  for (unsigned round = 0; round < most_rounds && streams_->has_output(); ++round) {
    const LineStatus status = port_.read<Status>();
    note(status);
    if (!status.get<LineStatus::TransmitEmpty>() || !may_send()) break;
    for (unsigned i = 0; i < fifo_bytes && streams_->has_output(); ++i) {
      port_.write<Data>(static_cast<u8>(streams_->next_output()));
      streams_->sent();
    }
  }
  if (!(enabled_ == InterruptEnable{})) enable_interrupts();
}

Uart::News Uart::interrupt() {
  News news;
  const u64 before = streams_->input_end();
  const u32 conditions = lost_ + breaks_;
  for (unsigned round = 0; round < most_rounds; ++round) {
    const auto cause = port_.read<Identification>();
    if (cause.get<InterruptIdentification::NonePending>()) break;
    switch (cause.get<InterruptIdentification::What>()) {
      case Cause::line:
        note(port_.read<Status>());
        break;
      case Cause::received:
      case Cause::timeout:
        receive();
        break;
      case Cause::transmitted:
        transmit();
        break;
      case Cause::modem:
        (void)port_.read<Modems>();
        transmit();
        break;
    }
  }
  news.input = streams_->input_end() != before || lost_ + breaks_ != conditions;
  news.room = wants_room_ && streams_->output_room() >= Streams::output_capacity / 2;
  if (news.room) wants_room_ = false;
  return news;
}

bool Uart::idle() {
  LineStatus status = port_.read<Status>();
  note(status);
  wants_idle_ = streams_->has_output() || !status.get<LineStatus::TransmitEmpty>();
  enable_interrupts();
  if (wants_idle_) return false;
  // The last byte is in the shift register, for which there is no interrupt.
  for (unsigned i = 0; i < shift_polls && !status.get<LineStatus::AllSent>(); ++i) status = port_.read<Status>();
  return true;
}

namespace {

u32 divisor_of(u32 baud) { return (greatest_baud + baud / 2) / baud; }

}  // namespace

bool Uart::can(u32 baud) { return baud != 0 && baud <= greatest_baud && divisor_of(baud) <= 0xffff; }

void Uart::configure(const Settings& settings) {
  const u32 divisor = divisor_of(settings.baud);
  line_ = LineControl{}
              .with<LineControl::Length>(settings.data_bits - 5u)
              .with<LineControl::TwoStops>(settings.stop_bits == 2)
              .with<LineControl::Parity>(settings.parity != Parity::none)
              .with<LineControl::Even>(settings.parity == Parity::even || settings.parity == Parity::space)
              .with<LineControl::Stick>(settings.parity == Parity::mark || settings.parity == Parity::space)
              .with<LineControl::Break>(line_.get<LineControl::Break>());
  port_.write<Line>(line_.with<LineControl::Divisor>(true));
  port_.write<DivisorLow>(static_cast<u8>(divisor));
  port_.write<DivisorHigh>(static_cast<u8>(divisor >> 8));
  port_.write<Line>(line_);
  flow_ = settings.flow;
  if (!(enabled_ == InterruptEnable{})) enable_interrupts();
}

void Uart::break_line(bool on) { port_.write<Line>(line_ = line_.with<LineControl::Break>(on)); }

void Uart::set_lines(bool ready, bool request) {
  modem_ =
      ModemControl{}.with<ModemControl::Output2>(true).with<ModemControl::Ready>(ready).with<ModemControl::Request>(
          request);
  port_.write<Modem>(modem_);
}

}  // namespace uart16550
