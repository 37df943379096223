// SPDX-License-Identifier: BSD-2-Clause
#include <array>

#include "lib/component/slots.hpp"
#include "servers/test/hostile/hostile.hpp"

namespace hostile {
namespace {

namespace raw = abi::raw;

constexpr u64 while_it_lasts = 300'000'000;  // ns: less than the heartbeat's deadline

template <class Step>
void for_a_while(Step step) {
  const u64 end = component::now() + while_it_lasts;
  while (component::now() < end) step();
}

/// What a well-behaved neighbour costs that only computes: what the others are compared with.
void compute(Means&) {
  for_a_while([] {
    for (unsigned i = 0; i < 1'000'000; ++i) asm volatile("");
  });
}

void messages(Means& means) {
  for_a_while([&] { static_cast<void>(means.echo.echo(1, "")); });
}

void log_lines(Means&) {
  for_a_while([] { component::log("a line among many"); });
}

void memory(Means& means) {
  std::array<component::Frame, 64> some;
  u64 taken = 0;
  while (const auto more = means.frames.take(some)) taken += *more;
  component::log("took ", taken, " frames");
  for_a_while([&] { static_cast<void>(means.frames.take(some)); });
}

void timers(Means&) {
  for_a_while([] { component::set_timer(component::now() + 1'000'000'000'000); });
}

void refused_calls(Means&) {
  for_a_while([] { static_cast<void>(raw::plain(static_cast<u64>(Call::slot_stop), 0, 0)); });
}

void refused_notifications(Means&) {
  for_a_while([] { static_cast<void>(raw::notify(0, ~u64{0})); });
}

/// Its server is accused of what it never sent, in each generation anew.
void accusations(Means& means) {
  abi::Message message{};
  const auto bytes = std::as_bytes(std::span(&message, 1)).first(contract::blame::message_size);
  for_a_while([&] {
    const auto server = component::slot::generation(means.echo_slot);
    if (server && server->state == abi::SlotState::running)
      static_cast<void>(
          means.blame.broken("echo", server->number, means.echo_slot, 1, false, contract::Lend::reading(bytes)));
  });
  component::log(means.echo.echo(7, "").failed() ? "echo does not answer" : "echo answers");
}

constexpr Attack attacks[] = {{"compute", compute},
                              {"accusations", accusations},
                              {"message-flood", messages},
                              {"log-flood", log_lines},
                              {"memory-flood", memory},
                              {"timer-flood", timers},
                              {"refused-call-flood", refused_calls},
                              {"notification-flood", refused_notifications}};

}  // namespace

std::span<const Attack> floods() { return attacks; }

}  // namespace hostile
