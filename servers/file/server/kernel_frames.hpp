// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/component/frames.hpp"
#include "servers/file/storage/frames.hpp"

namespace file {

/// The kernel's frames. Single ones are taken several at a time.
class KernelFrames final : public Frames {
 public:
  KernelFrames() : Frames(reinterpret_cast<std::byte*>(abi::layout::frame_base)) {}

  Result<Frame> take() override;
  Result<Frame> take_run() override;
  bool give_back(Frame first, u32 count) override;
  u32 map_count(Frame frame) override;
  Result<> map(Place place, Frame first, u32 count, u8 rights) override;

 private:
  static constexpr u32 stock_size = 8;
  component::Frames frames_;
  component::Frame stock_[stock_size] = {};
  u32 stocked_ = 0;
};

}  // namespace file
