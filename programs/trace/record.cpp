// SPDX-License-Identifier: BSD-2-Clause
#include "programs/trace/record.hpp"

#include <cstring>

namespace trace {

std::optional<Read> read_record(std::span<const std::byte> bytes, bool& sound) {
  Read read;
  sound = true;
  if (bytes.size() < sizeof read.record) return {};
  std::memcpy(&read.record, bytes.data(), sizeof read.record);
  const std::size_t length = read.record.length;
  sound = length >= sizeof read.record && length <= abi::trace::record_bytes;
  if (!sound || bytes.size() < length) return {};
  std::size_t at = sizeof read.record;
  for (unsigned i = 0; i < read.record.pieces; ++i) {
    Piece piece;
    sound = length - at >= sizeof piece;
    if (!sound) return {};
    std::memcpy(&piece, bytes.data() + at, sizeof piece);
    at += sizeof piece;
    sound = piece.argument < std::size(read.parts) && length - at >= piece.length;
    if (!sound) return {};
    read.parts[piece.argument] = {
        {reinterpret_cast<const char*>(bytes.data() + at), piece.length}, true, piece.whole != 0};
    at += piece.length;
  }
  return read;
}

}  // namespace trace
