// SPDX-License-Identifier: BSD-2-Clause
#include <array>

#include "servers/test/hostile/hostile.hpp"

namespace hostile {
namespace {

namespace raw = abi::raw;

constexpr unsigned slots = 64;
constexpr u64 kernel_address = 0xffff'ffff'8010'0000;

/// Each call of the kernel that may do no harm to the caller itself; those that are not its own are refused.
void kernel_calls(Means&) {
  component::Line granted;
  granted.add("granted:");
  for (u64 number = 0; number < static_cast<u64>(Call::count); ++number) {
    switch (static_cast<Call>(number)) {
      case Call::call:
      case Call::reply_receive:
      case Call::receive:
      case Call::exit:
        continue;
      default:
        break;
    }
    // Arguments that are wrong for every call: what may be made says so, what may not is refused before they are seen.
    if (raw::plain(number, ~u64{0}, ~u64{0}, ~u64{0}, ~u64{0}, ~u64{0}).status != Status::refused)
      granted.add_all(' ', number);
  }
  component::log(granted.text());
}

/// Numbers that no call has.
void undefined_calls(Means&) {
  Answers answers;
  for (u64 number = static_cast<u64>(Call::count); number < 256; ++number) answers.add(raw::plain(number).status);
  answers.tell();
}

/// A request to every slot; the one that is imported is left out.
void destinations(Means& means) {
  Answers answers;
  for (unsigned slot = 0; slot < slots; ++slot) {
    if (slot == means.echo_slot) continue;
    for (const u32 generation : {0u, 1u, 2u})
      answers.add(raw::call(Endpoint::of(static_cast<abi::u8>(slot), generation, 0, 0, false), {{}, {}}, 100).status);
  }
  answers.tell();
}

/// The server that is imported, in generations that are not its own.
void stale_identities(Means& means) {
  Answers answers;
  for (const u32 generation : {0u, 2u, 3u, 0xffffu})
    answers.add(raw::call(Endpoint::of(means.echo_slot, generation, 0, 0, false), {{}, {}}, 100).status);
  answers.tell();
}

void notifications(Means&) {
  Answers answers;
  for (unsigned slot = 0; slot < slots; ++slot)
    for (unsigned bit = 0; bit < 64; bit += 7) answers.add(raw::notify(slot, u64{1} << bit));
  answers.tell();
}

/// Answers to calls that nobody made, and of others.
void replies(Means&) {
  Answers answers;
  for (unsigned slot = 0; slot < slots; ++slot)
    for (u32 thread = 0; thread < 64; ++thread)
      answers.add(raw::reply(Endpoint::of(static_cast<abi::u8>(slot), 1, static_cast<abi::u16>(thread), 0, false), {}));
  answers.tell();
}

/// Memory of others by lends that they never gave, or that ended with the answer.
void lends(Means& means) {
  Answers answers;
  std::array<std::byte, 64> data{};
  static_cast<void>(means.echo.sum(contract::Lend::reading(data)));
  for (unsigned slot = 0; slot < slots; ++slot)
    for (unsigned lend = 0; lend < 4; ++lend) {
      const Endpoint whose = Endpoint::of(static_cast<abi::u8>(slot), 1, 0, 0, false);
      answers.add(raw::copy_in(whose, lend, 0, data.data(), data.size()).status);
      answers.add(raw::copy_out(whose, lend, 0, data.data(), data.size()).status);
    }
  answers.tell();
}

void ports(Means&) {
  Answers answers;
  for (u64 port = 0; port < 0x1'0000; port += 13) {
    answers.add(raw::plain(static_cast<u64>(Call::port_in), port, 1).status);
    answers.add(raw::plain(static_cast<u64>(Call::port_out), port, 1, 0).status);
  }
  answers.tell();
}

/// The kernel's memory, and memory that is not there, as the buffer of calls that are allowed.
void kernel_buffers(Means&) {
  Answers answers;
  for (const u64 address : {kernel_address, u64{0xffff'8000'0000'0000}, u64{0x1000}, ~u64{0} - 8, u64{1} << 47}) {
    answers.add(raw::plain(static_cast<u64>(Call::log), address, 16).status);
    answers.add(raw::plain(static_cast<u64>(Call::frames_take), 1, address).status);
  }
  answers.tell();
}

/// Frames of others, returned as if they were one's own.
void frames_of_others(Means&) {
  Answers answers;
  for (u64 frame = 0; frame < 60'000; frame += 11)
    answers.add(raw::plain(static_cast<u64>(Call::frames_return), frame, 1).status);
  answers.tell();
}

/// A server is accused of what it never sent.
void false_accusation(Means& means) {
  abi::Message message{};
  const auto bytes = std::as_bytes(std::span(&message, 1)).first(contract::blame::message_size);
  for (unsigned violation = 0; violation < 32; ++violation)
    static_cast<void>(means.blame.broken("echo", 1, means.echo_slot, static_cast<abi::u8>(violation), false,
                                         contract::Lend::reading(bytes)));
  component::log(means.echo.echo(7, "").failed() ? "echo does not answer" : "echo answers");
}

constexpr Attack attacks[] = {{"kernel-calls", kernel_calls},
                              {"undefined-calls", undefined_calls},
                              {"destinations", destinations},
                              {"stale-identities", stale_identities},
                              {"notifications", notifications},
                              {"replies", replies},
                              {"lends", lends},
                              {"ports", ports},
                              {"kernel-buffers", kernel_buffers},
                              {"frames-of-others", frames_of_others},
                              {"false-accusation", false_accusation}};

}  // namespace

void Answers::tell() const {
  component::Line line;
  line.add("answers:");
  for (unsigned status = 0; status < std::size(counts); ++status)
    if (counts[status] != 0) line.add_all(' ', status, '*', counts[status]);
  component::log(line.text());
}

std::span<const Attack> forbidden() { return attacks; }

}  // namespace hostile
