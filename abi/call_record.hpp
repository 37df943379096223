// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>

#include "abi/types.hpp"

// What a trace of programs' calls consists of: records, one behind the other, in a pipe. Servers write them, the
// program `trace` reads them. A call costs nothing of it unless its program is traced.
namespace abi::trace {

/// What kind of argument a call has there: how it is shown, and whether what it points to is.
enum class Shape : u8 {
  none,
  number,
  unsigned_number,
  address,
  string,        // ends with a zero byte
  read_buffer,   // the call reads from it
  write_buffer,  // the call writes to it: as many bytes as it says
};
/// The arguments of a call, and which argument says how long a buffer is (they are numbered from 0).
struct Shapes {
  std::array<Shape, 6> shapes{};
  std::array<u8, 6> lengths{};
};

enum class Kind : u8 {
  call,     // a call has returned `result`; pieces are what its arguments point to
  begun,    // a call waits; without pieces
  ended,    // the call that waited returned `result`
  started,  // the program runs another: its path is the one piece
  signal,   // `number` was delivered
  exited,   // the process ended with status `result`
  killed,   // the process was ended by signal `number`
  lost,     // `result` records found no room before this one
};

/// In the byte order of the machine. Behind it lie `pieces` times a Piece and its bytes, without gaps.
struct Record {
  u16 length = sizeof(Record);  // in bytes, with its pieces
  Kind kind = Kind::call;
  u8 pieces = 0;
  u32 thread = 0;
  u16 number = 0;  // of the call, or the signal
  u16 unused[3] = {};
  i64 result = 0;
  std::array<u64, 6> arguments{};
};
static_assert(sizeof(Record) == 72);

struct Piece {
  u8 argument = 0;
  u8 whole = 0;  // 1: nothing was left out
  u16 length = 0;
};
static_assert(sizeof(Piece) == 4);

inline constexpr std::size_t piece_bytes = 128;  // most that is shown of what one argument points to
inline constexpr std::size_t record_bytes = 1024;
static_assert(sizeof(Record) + 6 * (sizeof(Piece) + piece_bytes) <= record_bytes);

/// A record with room for its pieces.
struct alignas(Record) Buffer {
  std::byte bytes[record_bytes];
};

}  // namespace abi::trace
