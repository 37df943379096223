// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <string_view>

#include "abi/layout.hpp"
#include "servers/process/exec/elf.hpp"

namespace process::elf {

/// What whoever maps the result relies on, and this one does not keep; empty: it may be mapped.
inline std::string_view unsound(const Executable& executable, u64 file_size) {
  u64 reached = 0;
  bool entered = false;
  if (executable.segment_count == 0 || executable.segment_count > max_segments) return "number of parts";
  for (const Segment& segment : executable.parts()) {
    if (segment.address / page_size * page_size < reached) return "parts overlap";
    if (segment.length == 0 || segment.length > abi::layout::user_end) return "length";
    if (segment.address > abi::layout::user_end - segment.length) return "beyond user addresses";
    if (segment.file_length > segment.length) return "more file than memory";
    if (segment.offset > file_size || segment.file_length > file_size - segment.offset) return "beyond the file";
    if (segment.address % page_size != segment.offset % page_size) return "address and offset disagree";
    if ((segment.rights & 6) == 6) return "writable and executable";
    reached = (segment.address + segment.length + page_size - 1) / page_size * page_size;
    entered = entered || ((segment.rights & 4) != 0 && executable.entry - segment.address < segment.length);
  }
  if (reached != executable.end || executable.begin > executable.parts()[0].address) return "bounds";
  if (executable.data_end > executable.end) return "end of the data";
  if (!entered) return "entry";
  if (!executable.relocatable && executable.begin == 0) return "page 0";
  if (executable.interpreter_length > 4096) return "interpreter's length";
  if (executable.interpreter_offset > file_size ||
      executable.interpreter_length > file_size - executable.interpreter_offset)
    return "interpreter beyond the file";
  return "";
}

}  // namespace process::elf
