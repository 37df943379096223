// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/call_trace.hpp"

#include <algorithm>
#include <cstring>

namespace contract::trace {
namespace {

class Writer {
 public:
  explicit Writer(Buffer& buffer, const Record& record) : buffer_(buffer), record_(record) {}

  /// Room for the bytes of a piece, to be ended by `end_piece`.
  std::span<std::byte> piece() { return {buffer_.bytes + record_.length + sizeof(Piece), piece_bytes}; }
  void end_piece(Piece piece) {
    std::memcpy(buffer_.bytes + record_.length, &piece, sizeof piece);
    record_.length = static_cast<u16>(record_.length + sizeof piece + piece.length);
    ++record_.pieces;
  }
  std::span<const std::byte> finish() {
    std::memcpy(buffer_.bytes, &record_, sizeof record_);
    return {buffer_.bytes, record_.length};
  }

 private:
  Buffer& buffer_;
  Record record_;
};

/// How many bytes lie behind an argument.
u64 length_of(const ProgramCall& call, i64 result, const Shapes& shapes, unsigned index) {
  switch (shapes.shapes[index]) {
    case Shape::string:
      return piece_bytes;
    case Shape::read_buffer:
      return call.argument(shapes.lengths[index]);
    case Shape::write_buffer:
      return result > 0 ? static_cast<u64>(result) : 0;
    default:
      return 0;
  }
}

void add_piece(Writer& writer, const ProgramCall& call, i64 result, const Shapes& shapes, unsigned index) {
  const u64 length = length_of(call, result, shapes, index);
  if (length == 0) return;
  const auto room = writer.piece();
  const auto part = room.first(std::min<u64>(length, room.size()));
  Piece piece{.argument = static_cast<u8>(index)};
  std::size_t there = call.copy_in_part(UserAddress{call.argument(index)}, part).bytes;
  if (shapes.shapes[index] == Shape::string) {
    const auto end = std::ranges::find(part.first(there), std::byte{0});
    piece.whole = end != part.begin() + static_cast<std::ptrdiff_t>(there);
    there = static_cast<std::size_t>(end - part.begin());
    if (there == 0 && !piece.whole) return;
  } else {
    piece.whole = there == length;
    if (there == 0) return;
  }
  piece.length = static_cast<u16>(there);
  writer.end_piece(piece);
}

}  // namespace

std::span<const std::byte> write_call(const ProgramCall& call, const CallResult& result, const Shapes& shapes,
                                      Buffer& buffer) {
  Record record{.thread = call.owner_tag().thread(), .number = static_cast<u16>(call.number())};
  for (unsigned index = 0; index < record.arguments.size(); ++index) record.arguments[index] = call.argument(index);
  if (result.parks()) {
    record.kind = Kind::begun;
    return Writer(buffer, record).finish();
  }
  if (!result.is_value() && result.reply() != abi::reply_stop) return {};
  record.result = result.result();
  Writer writer(buffer, record);
  for (unsigned index = 0; index < record.arguments.size(); ++index)
    add_piece(writer, call, record.result, shapes, index);
  return writer.finish();
}

std::span<const std::byte> write_event(Record record, std::string_view piece, Buffer& buffer) {
  Writer writer(buffer, record);
  if (!piece.empty()) {
    const std::size_t length = std::min(piece.size(), piece_bytes);
    std::memcpy(writer.piece().data(), piece.data(), length);
    writer.end_piece({.argument = 0, .whole = length == piece.size(), .length = static_cast<u16>(length)});
  }
  return writer.finish();
}

}  // namespace contract::trace
