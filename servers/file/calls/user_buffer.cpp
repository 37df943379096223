// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/user_buffer.hpp"

#include <cstring>

#include "servers/file/storage/zero_page.hpp"

namespace file {

Result<UserBuffer> UserBuffer::gather(const Caller& caller, u64 address, u64 count) {
  if (count > linux_abi::max_vectors) return fail(Error::invalid);
  u64 total = 0;
  linux_abi::Vector part[16];
  for (u64 at = 0; at < count;) {
    const u64 here = std::min<u64>(count - at, std::size(part));
    const std::span pieces(part, here);
    if (const Result<> copied =
            caller.copy_in(address + at * sizeof(linux_abi::Vector), std::as_writable_bytes(pieces));
        !copied)
      return fail(copied.error());
    for (const linux_abi::Vector& piece : pieces) {
      if (static_cast<i64>(piece.length) < 0) return fail(Error::invalid);
      total = std::min(total + piece.length, most_bytes);
    }
    at += here;
  }
  UserBuffer result(caller, 0, 0);
  result.vectors_ = address;
  result.vector_count_ = count;
  result.total_ = result.whole_ = total;
  return result;
}

[[gnu::hot]] Result<> UserBuffer::advance() {
  while (piece_.length == 0 && vector_count_ != 0) {
    const Result<linux_abi::Vector> next = caller_.get<linux_abi::Vector>(vectors_);
    if (!next) return fail(next.error());
    piece_ = *next;
    vectors_ += sizeof(linux_abi::Vector);
    --vector_count_;
  }
  // The vectors changed under the call: there is less than was counted.
  if (piece_.length == 0) return fail(Error::bad_address);
  return {};
}

[[gnu::hot]] Result<UserBuffer::Piece> UserBuffer::next() {
  if (const Result<> there = advance(); !there) return fail(there.error());
  return Piece{piece_.address, std::min(piece_.length, left()), own_};
}

Result<std::span<const std::byte>> UserBuffer::peek(std::span<std::byte> to) {
  const Result<Piece> piece = next();
  if (!piece) return fail(piece.error());
  if (piece->own != nullptr) return std::span(piece->own, piece->length);
  to = to.first(std::min<u64>(to.size(), piece->length));
  if (const Result<> copied = caller_.copy_in(piece->address, to); !copied) return fail(copied.error());
  return to;
}

Result<> UserBuffer::skip(u64 count) {
  while (count != 0) {
    if (const Result<> there = advance(); !there) return there;
    const u64 step = std::min(count, piece_.length);
    pass(step);
    count -= step;
  }
  return {};
}

[[gnu::hot]] Result<> UserBuffer::copy_out(std::span<const std::byte> from) {
  while (!from.empty()) {
    if (const Result<> there = advance(); !there) return there;
    const u64 count = std::min<u64>(from.size(), piece_.length);
    if (piece_.address > user_end) return fail(Error::bad_address);
    const contract::Copied copied =
        contract::Transport::copy_out(caller_.endpoint(), abi::lend_program_memory, piece_.address, from.data(), count);
    pass(copied.bytes);
    from = from.subspan(copied.bytes);
    if (copied.bytes == 0) return fail(copy_error(copied.status));
  }
  return {};
}

[[gnu::hot]] Result<> UserBuffer::copy_in(std::span<std::byte> to) {
  while (!to.empty()) {
    if (const Result<> there = advance(); !there) return there;
    const u64 count = std::min<u64>(to.size(), piece_.length);
    if (own_ != nullptr) {
      std::memcpy(to.data(), own_, count);
      to = to.subspan(count);
      pass(count);
      continue;
    }
    if (piece_.address > user_end) return fail(Error::bad_address);
    const contract::Copied copied =
        contract::Transport::copy_in(caller_.endpoint(), abi::lend_program_memory, piece_.address, to.data(), count);
    pass(copied.bytes);
    to = to.subspan(copied.bytes);
    if (copied.bytes == 0) return fail(copy_error(copied.status));
  }
  return {};
}

Result<> UserBuffer::clear(u64 count) {
  while (count != 0) {
    const u64 step = std::min<u64>(count, zero_page.size());
    if (const Result<> copied = copy_out(std::span(zero_page).first(step)); !copied) return copied;
    count -= step;
  }
  return {};
}

}  // namespace file
