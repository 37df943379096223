// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <expected>

#include "abi/types.hpp"

namespace process {

using abi::i32;
using abi::i64;
using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

using Pid = u32;

/// Linux's error numbers, and what a handler says when there is no answer to give yet.
enum class Errno : u16 {
  not_permitted = 1,
  no_entry = 2,
  no_process = 3,
  interrupted = 4,
  io = 5,
  too_big = 7,
  not_executable = 8,
  no_child = 10,
  again = 11,
  no_memory = 12,
  access = 13,
  fault = 14,
  busy = 16,
  not_directory = 20,
  invalid = 22,
  text_busy = 26,
  read_only = 30,
  range = 34,
  name_too_long = 36,
  not_implemented = 38,
  loop = 40,
  library = 80,
  not_supported = 95,
  timed_out = 110,

  absent_page = 0x1000,  // a copy met a page that is not there: the call comes again when it is
  parked = 0x1001,       // the call waits; whoever ends the wait answers it
  answered = 0x1002,     // the thread was answered, stopped or destroyed already
};

template <class T>
using Result = std::expected<T, Errno>;

constexpr std::unexpected<Errno> fail(Errno error) { return std::unexpected(error); }

inline constexpr u64 page_size = abi::page_size;

}  // namespace process
