// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>

#include "abi/types.hpp"

namespace file {

using abi::i32;
using abi::i64;
using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

/// What a Linux call can fail with; values are the Linux error numbers (Linux: include/uapi/asm-generic/errno*.h).
/// Those from 0x1000 on never reach a program.
enum class Error : u16 {
  not_permitted = 1,
  no_entry = 2,
  no_process = 3,
  interrupted = 4,
  io = 5,
  no_such_device = 6,
  too_big = 7,
  not_executable = 8,
  bad_descriptor = 9,
  again = 11,
  no_memory = 12,
  access = 13,
  bad_address = 14,
  not_block_device = 15,
  busy = 16,
  exists = 17,
  cross_device = 18,
  no_device = 19,
  not_directory = 20,
  is_directory = 21,
  invalid = 22,
  table_full = 23,
  too_many_files = 24,
  not_terminal = 25,
  text_busy = 26,
  file_too_large = 27,
  no_space = 28,
  illegal_seek = 29,
  read_only = 30,
  too_many_links = 31,
  broken_pipe = 32,
  out_of_range = 34,
  name_too_long = 36,
  not_implemented = 38,
  not_empty = 39,
  loop = 40,
  no_data = 61,
  overflow = 75,
  not_socket = 88,
  not_supported = 95,
  no_address_family = 97,

  faulted = 0x1000,     // a page of the program is absent: park, the kernel delivers the call again
  parked = 0x1001,      // a wait was noted: park until a wake
  retry = 0x1002,       // a signal waits: the program's thread makes the call anew
  background = 0x1003,  // a terminal refused its background: the call is made anew after the caller's stop signal
  pages_busy = 0x1004,  // another transfer uses the pages: wait for them
  described = 0x1005,   // a link leads to an open description that has no place: a pipe
};

template <class T = void>
using Result = std::expected<T, Error>;
using std::unexpected;

/// `return fail(Error::no_entry);`
constexpr unexpected<Error> fail(Error error) { return unexpected<Error>(error); }

}  // namespace file
