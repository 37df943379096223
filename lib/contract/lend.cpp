// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/lend.hpp"

namespace contract {
namespace {

// The kernel does a bounded part in each entry; nothing done and no error would be a loop without end, so it counts as
// refused.
template <class Step>
std::expected<std::size_t, CopyError> in_steps(u64 limit, u64 offset, std::size_t length, Step step) {
  if (offset > limit || length > limit - offset) return std::unexpected(CopyError::out_of_range);
  std::size_t done = 0;
  while (done < length) {
    const Copied copied = step(done);
    if (copied.status != Status::ok && copied.status != Status::again)
      return std::unexpected(copy_error(copied.status));
    if (copied.bytes == 0 || copied.bytes > length - done) return std::unexpected(CopyError::refused);
    done += copied.bytes;
  }
  return done;
}

}  // namespace

std::expected<std::size_t, CopyError> Lend::copy_in(u64 offset, std::span<std::byte> to) const {
  return in_steps(length(), offset, to.size(), [&](std::size_t done) {
    return Transport::copy_in(sender_, index_, this->offset() + offset + done, to.data() + done, to.size() - done);
  });
}

std::expected<std::size_t, CopyError> Lend::copy_out(u64 offset, std::span<const std::byte> from) const {
  return in_steps(length(), offset, from.size(), [&](std::size_t done) {
    return Transport::copy_out(sender_, index_, this->offset() + offset + done, from.data() + done, from.size() - done);
  });
}

}  // namespace contract
