// SPDX-License-Identifier: BSD-2-Clause
// Planted faults in drivers of the classes that have no blocks; each must be found, and the same driver without it
// pass.
#include <gtest/gtest.h>

#include <deque>

#include "lib/conformance/character.hpp"
#include "lib/conformance/input.hpp"
#include "lib/conformance/link.hpp"
#include "tests/conformance/suite.hpp"

namespace {

namespace character = contract::character;
namespace input = contract::input;
namespace link = contract::link;
using conformance::u16;
using conformance::u32;
using conformance::u64;

enum class Fault {
  none,
  forgets,  // what is to survive lies in the driver
  doubles,  // what is asked again counts again, or is given away the first time
  cuts,     // what is given is not whole
};

/// Gives back what it was given.
class Echo final : public character::Exporter {
 public:
  using Medium = std::vector<std::byte>;

  Echo(Medium& medium, Fault fault) : medium_(fault == Fault::forgets ? own_ : medium), fault_(fault) {}

  contract::Answer<character::Opened, character::Failed> on_open(contract::Call&, const character::Open&) override {
    return character::Opened{true, true, 0, medium_.size(), medium_.size()};
  }
  contract::Answer<character::Taken, character::Failed> on_take(contract::Call&,
                                                                const character::Take& message) override {
    if (message.from > medium_.size()) return character::Failed{character::Reason::gap};
    const auto bytes = std::span{medium_}.subspan(message.from);
    const auto part = bytes.first(std::min<u64>(bytes.size(), message.data.length()));
    if (!message.data.copy_out(0, fault_ == Fault::cuts ? part.first(part.size() / 2) : part))
      return character::Failed{character::Reason::memory};
    return character::Taken{static_cast<u32>(part.size())};
  }
  contract::Answer<character::Written, character::Failed> on_write(contract::Call&,
                                                                   const character::Write& message) override {
    if (message.from > medium_.size()) return character::Failed{character::Reason::gap};
    const u64 skipped = fault_ == Fault::doubles ? 0 : medium_.size() - message.from;
    if (message.data.length() > skipped) {
      const auto bytes = std::span{buffer_}.first(message.data.length() - skipped);
      if (!message.data.copy_in(skipped, bytes)) return character::Failed{character::Reason::memory};
      medium_.insert(medium_.end(), bytes.begin(), bytes.end());
    }
    return character::Written{medium_.size()};
  }
  contract::Answer<character::Done, character::Failed> on_set(contract::Call&, const character::Set&) override {
    return character::Failed{character::Reason::unsupported};
  }
  contract::Answer<character::Setting, character::Failed> on_get(contract::Call&, const character::Get&) override {
    return character::Failed{character::Reason::unsupported};
  }

 private:
  Medium own_;
  Medium& medium_;
  Fault fault_;
  std::array<std::byte, 4096> buffer_;  // as drivers do, without a heap: what dies frees nothing
};

/// Has a new record whenever it is asked.
class Keys final : public input::Exporter {
 public:
  using Medium = std::vector<input::Record>;

  Keys(Medium& medium, Fault fault) : records_(fault == Fault::forgets ? own_ : medium), fault_(fault) {}

  contract::Answer<input::Opened, input::Failed> on_open(contract::Call&, const input::Open&) override {
    press();
    return input::Opened{.types = 2, .first = first_, .end = records_.size()};
  }
  contract::Answer<input::Taken, input::Failed> on_take(contract::Call&, const input::Take& message) override {
    press();
    if (message.from < first_ || message.from > records_.size()) return input::Failed{input::Reason::gap};
    const auto rest = std::span{records_}.subspan(message.from);
    const auto part = rest.first(std::min(rest.size(), message.records.count()));
    if (!message.records.write(0, part)) return input::Failed{input::Reason::memory};
    if (fault_ == Fault::doubles) first_ = message.from + part.size();
    return input::Taken{.count = static_cast<u32>(part.size()), .lost = 0};
  }
  contract::Answer<input::Done, input::Failed> on_set_lights(contract::Call&, const input::SetLights&) override {
    return input::Done{};
  }

 private:
  void press() {
    const std::size_t number = records_.size() + (fault_ == Fault::cuts && records_.size() > 4);
    records_.push_back({.at = 1, .type = 1, .code = static_cast<u16>(number), .value = 1});
  }

  Medium own_;
  Medium& records_;
  Fault fault_;
  u64 first_ = 0;
};

/// Gives back each frame.
class Loop final : public link::Exporter {
 public:
  using Medium = std::deque<std::vector<std::byte>>;

  Loop(Medium& medium, Fault fault) : frames_(medium), fault_(fault) {}

  contract::Answer<link::Opened, link::Failed> on_open(contract::Call&, const link::Open&) override {
    link::Opened opened{.greatest_payload = 1500, .connected = true};
    for (unsigned i = 0; i < 6; ++i) (void)opened.address.push(2);
    return opened;
  }
  contract::Answer<link::Done, link::Failed> on_send(contract::Call&, const link::Send& message) override {
    if (message.frame.length() > 1514) return link::Failed{link::Reason::too_long};
    const auto frame = std::span{buffer_}.first(message.frame.length());
    if (!message.frame.copy_in(0, frame)) return link::Failed{link::Reason::memory};
    if (fault_ == Fault::doubles) frames_.emplace_front(frame.begin(), frame.end());
    frames_.emplace_back(frame.begin(), frame.end());
    return link::Done{};
  }
  contract::Answer<link::Received, link::Failed> on_receive(contract::Call&, const link::Receive& message) override {
    if (frames_.empty()) return link::Failed{link::Reason::nothing};
    const std::size_t length = fault_ == Fault::cuts ? 32 : frames_.front().size();
    std::copy_n(frames_.front().begin(), length, buffer_.begin());
    frames_.pop_front();
    if (!message.frame.copy_out(0, std::span{buffer_}.first(length))) return link::Failed{link::Reason::memory};
    return link::Received{static_cast<u32>(length)};
  }
  contract::Answer<link::Done, link::Failed> on_set_promiscuous(contract::Call&, const link::SetPromiscuous&) override {
    return link::Failed{link::Reason::unsupported};
  }

 private:
  Medium& frames_;
  Fault fault_;
  std::array<std::byte, 4096> buffer_;
};

template <class Driver, Fault fault>
class Rig {
 public:
  driver::HostDevices* devices() { return nullptr; }
  contract::ExporterBase& boot() { return conformance::make_mortal<Driver>(medium_, fault); }
  bool work() { return false; }
  void interrupt() {}
  void lend(contract::Endpoint, std::span<std::byte>) {}
  std::vector<std::string> complaints() { return {}; }

 private:
  typename Driver::Medium medium_;
};

/// What is tried: that what is written, pressed or sent comes back as it was.
template <class Base>
struct Exact : Base {
  explicit Exact(typename Base::Shadow& device) : Base(device, true) {}
};

template <class Workload, class Driver, Fault fault>
std::string found() {
  const auto verdict = conformance::conforms<Exact<Workload>, Rig<Driver, fault>>();
  const std::string first = verdict.wrong.empty() ? "" : verdict.wrong.front();
  return first.substr(0, first.find(", step"));
}

TEST(Control, Character) {
  EXPECT_EQ((found<conformance::CharacterWorkload, Echo, Fault::none>()), "");
  EXPECT_EQ((found<conformance::CharacterWorkload, Echo, Fault::forgets>()), "not so: what was accepted counts");
  EXPECT_EQ((found<conformance::CharacterWorkload, Echo, Fault::doubles>()),
            "not so: what was written already is skipped");
  EXPECT_EQ((found<conformance::CharacterWorkload, Echo, Fault::cuts>()),
            "not so: the same position gives the same bytes");
}

TEST(Control, Input) {
  EXPECT_EQ((found<conformance::InputWorkload, Keys, Fault::none>()), "");
  EXPECT_EQ((found<conformance::InputWorkload, Keys, Fault::forgets>()), "not so: the same number is the same record");
  EXPECT_EQ((found<conformance::InputWorkload, Keys, Fault::doubles>()), "not so: records are taken");
  EXPECT_EQ((found<conformance::InputWorkload, Keys, Fault::cuts>()), "not so: no record is lost or doubled");
}

TEST(Control, Link) {
  EXPECT_EQ((found<conformance::LinkWorkload, Loop, Fault::none>()), "");
  EXPECT_EQ((found<conformance::LinkWorkload, Loop, Fault::doubles>()),
            "not so: frames come back in the order in which they were sent");
  EXPECT_EQ((found<conformance::LinkWorkload, Loop, Fault::cuts>()), "not so: a frame comes back as it was sent");
}

}  // namespace
