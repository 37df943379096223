// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/program_call.hpp"

#include <algorithm>

namespace contract {
namespace {

constexpr u64 address_bits = (u64{1} << 48) - 1;

template <class Step>
ProgramCopy in_steps(UserAddress address, std::size_t length, Step step) {
  if (address.value > address_bits) return {0, Status::bad_address};
  std::size_t done = 0;
  while (done < length) {
    const Copied copied = step(done);
    done += std::min<std::size_t>(copied.bytes, length - done);
    if (copied.status != Status::ok && copied.status != Status::again) return {done, copied.status};
    // The kernel does a bounded part in each entry; nothing done and no error would be a loop without end.
    if (copied.bytes == 0) return {done, Status::refused};
  }
  return {done, Status::ok};
}

std::expected<void, CopyError> all_of(ProgramCopy copy) {
  if (!copy.complete()) return std::unexpected(copy.error());
  return {};
}

}  // namespace

ProgramCopy ProgramCall::copy_in_part(UserAddress from, std::span<std::byte> to) const {
  return in_steps(from, to.size(), [&](std::size_t done) {
    return Transport::copy_in(program_, abi::lend_program_memory, from.value + done, to.data() + done,
                              to.size() - done);
  });
}

ProgramCopy ProgramCall::copy_out_part(UserAddress to, std::span<const std::byte> from) const {
  return in_steps(to, from.size(), [&](std::size_t done) {
    return Transport::copy_out(program_, abi::lend_program_memory, to.value + done, from.data() + done,
                               from.size() - done);
  });
}

std::expected<void, CopyError> ProgramCall::copy_in(UserAddress from, std::span<std::byte> to) const {
  return all_of(copy_in_part(from, to));
}

std::expected<void, CopyError> ProgramCall::copy_out(UserAddress to, std::span<const std::byte> from) const {
  return all_of(copy_out_part(to, from));
}

std::expected<std::size_t, CopyError> ProgramCall::copy_string(UserAddress from, std::span<char> to) const {
  std::size_t length = 0;
  while (length < to.size()) {
    const u64 rest_of_page = abi::page_size - (from.value + length) % abi::page_size;
    const std::span<char> piece = to.subspan(length, std::min<std::size_t>(rest_of_page, to.size() - length));
    const auto copied = copy_in(from.plus(length), std::as_writable_bytes(piece));
    if (!copied) return std::unexpected(copied.error());
    const auto end = std::ranges::find(piece, '\0');
    length += static_cast<std::size_t>(end - piece.begin());
    if (end != piece.end()) return length;
  }
  return std::unexpected(CopyError::out_of_range);
}

}  // namespace contract
