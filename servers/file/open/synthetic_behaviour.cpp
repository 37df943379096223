// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/open/synthetic_behaviour.hpp"

namespace file {

Result<> SyntheticBehaviour::read(Description& description, UserBuffer& buffer, u64 offset) {
  // The text is made anew each time, and may have grown by a digit: a reader who goes on where he met the end is told
  // the end, and not the last bytes of another text.
  const bool goes_on = description.at_end && offset == description.next_read && offset == description.offset;
  description.at_end = false;
  if (goes_on) return {};
  std::byte bytes[8192];
  const NodeId node = description.position.node;
  if (offset == 0)
    if (const Result<> told = proc_.gather(node, buffer.caller()); !told) return told;
  while (buffer.left() != 0) {
    // Nothing is copied in halves, for what is made after the missing page has come is another text.
    const Result<UserBuffer::Piece> piece = buffer.next();
    if (!piece) return fail(piece.error());
    const std::span part(bytes, std::min<u64>(piece->length, sizeof bytes));
    if (const Result<> there = buffer.caller().probe(piece->address, part.size()); !there) return there;
    const Result<u32> got = proc_.read(node, buffer.caller().pid(), offset, part);
    if (!got) return fail(got.error());
    if (const Result<> copied = buffer.copy_out(part.first(*got)); !copied) return copied;
    offset += *got;
    if (*got == part.size()) continue;
    description.next_read = offset;
    description.at_end = true;
    break;
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
