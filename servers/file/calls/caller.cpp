// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/caller.hpp"

#include <algorithm>
#include <cstring>

namespace file {

using contract::Status;
using contract::Transport;

Error copy_error(Status status) {
  switch (status) {
    case Status::faulted:
      return Error::faulted;
    case Status::dead:
    case Status::gone:
      return Error::retry;  // nobody is there to see it
    default:
      return Error::bad_address;
  }
}

[[gnu::hot]] Result<> Caller::copy_in(u64 address, std::span<std::byte> to) const {
  if (address > user_end) return fail(Error::bad_address);
  while (!to.empty()) {
    const contract::Copied copied =
        Transport::copy_in(endpoint_, abi::lend_program_memory, address, to.data(), to.size());
    if (copied.bytes == 0) return fail(copy_error(copied.status));
    to = to.subspan(copied.bytes);
    address += copied.bytes;
  }
  return {};
}

[[gnu::hot]] Result<> Caller::copy_out(u64 address, std::span<const std::byte> from) const {
  if (address > user_end) return fail(Error::bad_address);
  while (!from.empty()) {
    const contract::Copied copied =
        Transport::copy_out(endpoint_, abi::lend_program_memory, address, from.data(), from.size());
    if (copied.bytes == 0) return fail(copy_error(copied.status));
    from = from.subspan(copied.bytes);
    address += copied.bytes;
  }
  return {};
}

Result<> Caller::probe(u64 address, u64 length) const {
  // A byte of each page, written back as it was.
  for (u64 at = address; at < address + length; at = (at / abi::page_size + 1) * abi::page_size) {
    std::byte byte;
    if (const Result<> read = copy_in(at, {&byte, 1}); !read) return read;
    if (const Result<> written = copy_out(at, {&byte, 1}); !written) return written;
  }
  return {};
}

[[gnu::hot]] Result<u32> Caller::copy_string(u64 address, std::span<char> to) const {
  // What lies behind the end may not be there: never beyond the page, and not much at once.
  constexpr u64 step = 256;
  u32 done = 0;
  while (done < to.size()) {
    const u64 to_page_end = abi::page_size - (address & (abi::page_size - 1));
    const u64 count = std::min({to_page_end, step, u64{to.size() - done}});
    if (const Result<> copied = copy_in(address, std::as_writable_bytes(to.subspan(done, count))); !copied)
      return fail(copied.error());
    if (const void* end = std::memchr(to.data() + done, 0, count))
      return static_cast<u32>(static_cast<const char*>(end) - to.data());
    done += static_cast<u32>(count);
    address += count;
  }
  return fail(Error::name_too_long);
}

}  // namespace file
