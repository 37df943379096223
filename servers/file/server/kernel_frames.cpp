// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/server/kernel_frames.hpp"

#include "lib/component/spaces.hpp"

namespace file {

Result<Frame> KernelFrames::take() {
  if (stocked_ == 0) {
    const auto taken = frames_.take(stock_);
    if (!taken || *taken == 0) return fail(Error::no_memory);
    stocked_ = static_cast<u32>(*taken);
  }
  return static_cast<Frame>(stock_[--stocked_]);
}

Result<Frame> KernelFrames::take_run() {
  const auto taken = frames_.take_sixteen();
  if (!taken) return fail(Error::no_memory);
  return static_cast<Frame>(*taken);
}

bool KernelFrames::give_back(Frame first, u32 count) {
  return frames_.give_back(static_cast<component::Frame>(first), count) == abi::Status::ok;
}

u32 KernelFrames::map_count(Frame frame) {
  const auto state = frames_.state(static_cast<component::Frame>(frame));
  return state ? state->map_count : 0;
}

Result<> KernelFrames::map(Place place, Frame first, u32 count, u8 rights) {
  const abi::Status status = component::space::map(static_cast<component::space::Space>(place.space),
                                                   static_cast<component::space::UserAddress>(place.address),
                                                   static_cast<component::Frame>(first), count, rights);
  switch (status) {
    case abi::Status::ok:
      return {};
    case abi::Status::exists:
      return fail(Error::exists);
    case abi::Status::no_memory:
      return fail(Error::no_memory);
    default:
      return fail(Error::bad_address);
  }
}

}  // namespace file
