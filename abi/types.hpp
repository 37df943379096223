// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>

namespace abi {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

inline constexpr u64 page_size = 4096;
inline constexpr unsigned max_slots = 64;
inline constexpr unsigned max_threads = 2048;
inline constexpr unsigned max_spaces = 1024;
inline constexpr unsigned max_processors = 8;
inline constexpr unsigned max_ranks = 10;

}  // namespace abi
