// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "generated/contract/link.hpp"

namespace conformance {

using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

/// Requests to a network interface, with what each must find. A frame may be lost, and with a dying driver it is; what
/// comes is a whole frame all the same, and the next request is served.
class LinkWorkload {
 public:
  using Shadow = contract::link::Shadow;

  /// `echoes`: what is sent comes back, in its order.
  explicit LinkWorkload(Shadow& device, bool echoes = false) : device_(device), echoes_(echoes) {}

  static constexpr unsigned steps = 8;

  /// Performs step `number`; null where all is right, else what is not. The first time in their order; later any of
  /// them again.
  const char* step(unsigned number) {
    switch (number) {
      case 0:
        return open();
      case 1:
        return send(60);
      case 2:
      case 5:
        return receive(frame_.size());
      case 3:
        return send(greatest());
      case 4:
        return too_long();
      case 6:
        return promiscuous();
      default:
        return drain();
    }
  }

 private:
  using Failed = contract::link::Failed;
  using Reason = contract::link::Reason;

  static constexpr unsigned tries = 4;  // of a request that a death has lost
  static constexpr unsigned most_waiting = 1000;

  std::size_t greatest() const { return contract::link::header_bytes + opened_->greatest_payload; }

  template <class Outcome>
  static bool failed_by(const Outcome& outcome, Reason reason) {
    return outcome.template is<Failed>() && outcome.template get<Failed>().reason == reason;
  }

  const char* open() {
    const auto outcome = device_.open();
    if (!outcome.is<contract::link::Opened>()) return "open is answered";
    const auto& now = outcome.get<contract::link::Opened>();
    if (now.address.length() != 6) return "an address has six bytes";
    if (now.greatest_payload < 46 || contract::link::header_bytes + now.greatest_payload > contract::link::max_frame)
      return "a payload fits into a frame";
    if (opened_ && (now.greatest_payload != opened_->greatest_payload ||
                    !std::equal(now.address.begin(), now.address.end(), opened_->address.begin())))
      return "the interface keeps its address and its size";
    opened_ = now;
    return nullptr;
  }

  /// To itself, of a type for experiments (IEEE 802), with a number, its length, and a pattern.
  std::span<std::byte> fill(std::size_t length) {
    const auto frame = std::span{frame_}.first(length);
    for (std::size_t i = 0; i < 12; ++i) frame[i] = std::byte{opened_->address[i % 6]};
    frame[12] = std::byte{0x88};
    frame[13] = std::byte{0xb5};
    ++sent_;
    for (std::size_t i = contract::link::header_bytes; i < length; ++i) frame[i] = byte_of(sent_, length, i);
    return frame;
  }
  static std::byte byte_of(u32 number, std::size_t length, std::size_t at) {
    const std::size_t place = at - contract::link::header_bytes;
    if (place < 4) return static_cast<std::byte>(number >> 8 * place);
    if (place < 6) return static_cast<std::byte>(length >> 8 * (place - 4));
    return static_cast<std::byte>(number * 31 + place);
  }

  const char* send(std::size_t length) {
    const auto frame = fill(length);
    for (unsigned time = 0; time < tries; ++time) {
      const auto outcome = device_.send(contract::Lend::reading(frame));
      if (outcome.failed()) continue;
      if (outcome.is<contract::link::Done>() || failed_by(outcome, Reason::full)) return nullptr;
      return "a frame is sent, or there is no room";
    }
    return "a frame is sent by the driver's successor";
  }

  const char* receive(std::size_t room) {
    for (unsigned time = 0; time < tries; ++time) {
      frame_.fill(std::byte{0xaa});
      const auto outcome = device_.receive(contract::Lend::writing(std::span{frame_}.first(room)));
      if (outcome.failed()) continue;
      came_ = outcome.is<contract::link::Received>();
      if (came_) return judge(outcome.get<contract::link::Received>().length);
      return failed_by(outcome, Reason::nothing) ? nullptr : "a frame is received, or there is none";
    }
    return "the driver's successor receives";
  }

  const char* judge(u32 length) {
    if (length < contract::link::header_bytes || length > greatest()) return "what comes is as long as a frame may be";
    if (!echoes_) return nullptr;
    u32 number = 0;
    for (unsigned i = 0; i < 4; ++i) number |= static_cast<u32>(frame_[contract::link::header_bytes + i]) << 8 * i;
    if (number < received_ || number > sent_) return "frames come back in the order in which they were sent";
    received_ = number;
    for (std::size_t i = contract::link::header_bytes; i < length; ++i)
      if (frame_[i] != byte_of(number, length, i)) return "a frame comes back as it was sent";
    return nullptr;
  }

  const char* too_long() {
    if (greatest() == contract::link::max_frame) return nullptr;
    const auto frame = fill(greatest() + 1);
    for (unsigned time = 0; time < tries; ++time) {
      const auto outcome = device_.send(contract::Lend::reading(frame));
      if (outcome.failed()) continue;
      return failed_by(outcome, Reason::too_long) ? nullptr : "a frame that is too long is refused";
    }
    return "a frame that is too long is refused by the driver's successor";
  }

  const char* promiscuous() {
    const auto outcome = device_.set_promiscuous(true);
    return outcome.is<contract::link::Done>() || failed_by(outcome, Reason::unsupported)
               ? nullptr
               : "other addresses are received, or that is unsupported";
  }

  const char* drain() {
    for (unsigned frames = 0; frames < most_waiting; ++frames) {
      if (const char* const wrong = receive(frame_.size())) return wrong;
      if (!came_) return nullptr;
    }
    // Of a busy wire there is no end.
    return echoes_ ? "frames come to an end" : nullptr;
  }

  Shadow& device_;
  const bool echoes_;
  std::optional<contract::link::Opened> opened_;
  u32 sent_ = 0;      // number of the last frame
  u32 received_ = 0;  // the same
  bool came_ = false;
  std::array<std::byte, contract::link::max_frame> frame_;
};

}  // namespace conformance
