// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/terminal/attributes.hpp"

namespace terminal {

/// Rows and columns of characters, and pixels where known: struct winsize.
struct WindowSize {
  u16 rows = 0, columns = 0, width = 0, height = 0;
  friend bool operator==(const WindowSize&, const WindowSize&) = default;
};

/// Which side of a line's world is there.
enum class Use : u8 {
  free,  // nobody has it
  port,  // a serial port
  pair,  // the slave of a pseudo-terminal
};

/// What of a line is short. Plain memory, because it lies in the vault.
struct LineHeader {
  Attributes attributes;
  WindowSize size;
  Use use = Use::free;
  bool stopped = false;       // by the stop character
  bool held = false;          // by TCXONC
  bool literal = false;       // the next character has no meaning
  bool erasing = false;       // between the backslash and the slash of ECHOPRT
  bool pushed = false;        // what is buffered is to be read though it is no line
  bool flush_device = false;  // the device's output is to be forgotten
  bool slave_open = false;
  bool slave_was_open = false;
  bool master_open = false;
  bool locked = false;  // TIOCSPTLCK
  u32 key = 0;          // by which the master was opened
  u32 session = 0;      // 0: controls none
  u32 group = 0;        // in the foreground, 0: none
  u32 column = 0;       // where the cursor is
  u32 line_column = 0;  // and where the line being typed begins
  // Bytes are counted from the beginning; a byte lies at its number modulo the capacity.
  u64 input_tail = 0;   // next one to be read
  u64 input_line = 0;   // behind the last finished line
  u64 input_head = 0;   // behind the last one
  u64 output_tail = 0;  // next one for the device
  u64 output_head = 0;
  u64 device_input = 0;   // next one to be taken from the device
  u32 device_breaks = 0;  // of the device, as last seen
  u32 unused = 0;
  friend bool operator==(const LineHeader&, const LineHeader&) = default;
};

inline constexpr u64 chunk_bytes = 64;
inline constexpr u64 input_chunks = 64;
inline constexpr u64 output_chunks = 64;
inline constexpr u64 input_capacity = input_chunks * chunk_bytes;  // 4096, as Linux has
inline constexpr u64 output_capacity = output_chunks * chunk_bytes;

/// A part of the input: bytes, and for each whether it ends a line.
struct InputChunk {
  u64 ends = 0;
  u8 bytes[chunk_bytes] = {};
};
struct OutputChunk {
  u8 bytes[chunk_bytes] = {};
};

struct LineState {
  LineHeader header;
  InputChunk input[input_chunks];
  OutputChunk output[output_chunks];
};

}  // namespace terminal
