// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/open/synthetic_behaviour.hpp"

namespace file {

Result<> SyntheticBehaviour::read(Description& description, UserBuffer& buffer, u64 offset) {
  std::byte bytes[2048];
  const NodeId node = description.position.node;
  while (buffer.left() != 0) {
    const std::span part(bytes, std::min<u64>(buffer.left(), sizeof bytes));
    const Result<u32> got = proc_.read(node, buffer.caller().pid(), offset, part);
    if (!got) return fail(got.error());
    if (*got == 0) break;
    if (const Result<> copied = buffer.copy_out(part.first(*got)); !copied) return copied;
    offset += *got;
  }
  return {};
}

Result<> SyntheticBehaviour::write(Description& description, UserBuffer& buffer, u64) {
  // A command is one write: longer ones are refused by who reads them.
  std::byte bytes[2048];
  if (buffer.left() > sizeof bytes) return fail(Error::invalid);
  if (buffer.left() == 0) return {};
  const Result<std::span<const std::byte>> part = buffer.peek(bytes);
  if (!part) return fail(part.error());
  const Result<u32> written = proc_.write(description.position.node, *part);
  if (!written) return fail(written.error());
  return buffer.skip(std::min<u64>(*written, part->size()));
}

}  // namespace file
