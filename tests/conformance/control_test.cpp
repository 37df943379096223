// SPDX-License-Identifier: BSD-2-Clause
// Drivers with a planted fault, each of which the suite must find, and the same without it.
#include <gtest/gtest.h>

#include "lib/conformance/disk.hpp"
#include "lib/contract/token.hpp"
#include "tests/conformance/suite.hpp"

namespace {

namespace disk = contract::disk;
using conformance::u64;

enum class Fault {
  none,
  forgets,        // a request that the device had when the driver reset it is not given to it again
  answers_early,  // a write is answered before the device has it
};

/// A device that has one request at a time, and breaks at each fourth.
struct Device {
  std::vector<std::byte> medium = std::vector<std::byte>(192 * disk::block_size);
  bool busy = false, broken = false;
  unsigned turns = 0;
};

class Driver final : public disk::Exporter {
 public:
  Driver(Device& device, Fault fault) : device_(device), fault_(fault) { device.busy = device.broken = false; }

  contract::Answer<disk::Opened, disk::Failed> on_open(contract::Call&, const disk::Open&) override {
    return disk::Opened{.blocks = device_.medium.size() / disk::block_size, .read_only = false};
  }
  contract::Answer<disk::Done, disk::Failed> on_read(contract::Call& call, const disk::Read& message) override {
    return take(call, message.block, message.count, message.data, false);
  }
  contract::Answer<disk::Done, disk::Failed> on_write(contract::Call& call, const disk::Write& message) override {
    return take(call, message.block, message.count, message.data, true);
  }
  contract::Answer<disk::Done, disk::Failed> on_flush(contract::Call&, const disk::Flush&) override {
    return disk::Done{};
  }

  void on_interrupt() {
    if (device_.broken) {
      device_.broken = device_.busy = false;
      if (fault_ != Fault::forgets)
        device_.busy = true;
      else
        token_.drop();
      return;
    }
    device_.busy = false;
    if (write_) {
      std::ranges::copy(buffer_, device_.medium.begin() + static_cast<std::ptrdiff_t>(at_));
    } else if (!data_.copy_out(0, std::span{device_.medium}.subspan(at_, buffer_.size()))) {
      return token_.answer(disk::Failed{disk::Reason::memory});
    }
    if (token_) token_.answer(disk::Done{});
  }

 private:
  contract::Answer<disk::Done, disk::Failed> take(contract::Call& call, u64 block, u64 count,
                                                  const contract::Lend& data, bool write) {
    if (block + count > device_.medium.size() / disk::block_size) return disk::Failed{disk::Reason::out_of_range};
    // The request before, answered early: before anything else it is done, so that only a death betrays it.
    if (device_.busy) on_interrupt();
    at_ = block * disk::block_size;
    data_ = data;
    write_ = write;
    buffer_.resize(data.length());
    if (write && !data.copy_in(0, buffer_)) return disk::Failed{disk::Reason::memory};
    device_.busy = true;
    if (write && fault_ == Fault::answers_early) return disk::Done{};
    token_ = call.defer<disk::Done, disk::Failed>();
    return contract::deferred;
  }

  Device& device_;
  Fault fault_;
  u64 at_ = 0;
  bool write_ = false;
  contract::Lend data_;
  std::vector<std::byte> buffer_;
  contract::Token<disk::Done, disk::Failed> token_;
};

template <Fault fault>
class Rig {
 public:
  driver::HostDevices* devices() { return nullptr; }
  disk::Exporter& boot() { return *(driver_ = &conformance::make_mortal<Driver>(device_, fault)); }
  bool work() {
    if (!device_.busy) return false;
    device_.broken = ++device_.turns % 4 == 0 && fault != Fault::answers_early;
    return true;
  }
  void interrupt() { driver_->on_interrupt(); }
  void lend(contract::Endpoint, std::span<std::byte>) {}
  std::vector<std::string> complaints() { return {}; }

 private:
  Device device_;
  Driver* driver_ = nullptr;
};

template <Fault fault>
std::string first_word() {
  const auto verdict = conformance::conforms<conformance::DiskWorkload, Rig<fault>>();
  return verdict.wrong.empty() ? "" : verdict.wrong.front();
}

TEST(Control, ADriverWithoutFaultPasses) { EXPECT_EQ(first_word<Fault::none>(), ""); }

TEST(Control, ForgettingARequestAtAResetIsFound) { EXPECT_EQ(first_word<Fault::forgets>(), "a request was forgotten"); }

TEST(Control, AnsweringBeforeItIsDoneIsFound) {
  EXPECT_EQ(first_word<Fault::answers_early>().substr(0, 33), "not so: what was written is read,");
}

}  // namespace
