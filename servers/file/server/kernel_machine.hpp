// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/core.hpp"
#include "servers/file/server/random.hpp"

namespace file {

/// Time, chance and the log as the running system has them.
class KernelMachine final : public Machine {
 public:
  Activity activity_of(u32 pid) override;
  u64 monotonic() override;
  i64 realtime() override { return static_cast<i64>(monotonic()) + offset_; }
  void random(std::span<std::byte> to) override { random_.fill(to); }
  void log(std::string_view line) override;
  void hurry() override;
  void raise_truncated() override { truncated_ = true; }
  void raise_use_wanted() override { use_wanted_ = true; }

  void set_offset(i64 offset) { offset_ = offset; }
  void seed();
  bool pending() const { return hurried_ || truncated_ || use_wanted_; }
  bool hurried() const { return hurried_; }
  bool take_hurry() { return std::exchange(hurried_, false); }
  bool take_truncated() { return std::exchange(truncated_, false); }
  bool take_use_wanted() { return std::exchange(use_wanted_, false); }

 private:
  i64 offset_ = 0;
  bool hurried_ = false, truncated_ = false, use_wanted_ = false;
  Random random_;
};

}  // namespace file
