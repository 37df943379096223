// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

#include "abi/slot.hpp"
#include "abi/types.hpp"

// What a system must leave for others.
namespace verifier {

/// Threads of programs that every system has room for.
inline constexpr unsigned program_threads = 1024;
inline constexpr unsigned component_threads = abi::max_threads - program_threads;

/// Of a component's program: system table, archive, information page, stacks, vault and DMA memory are regions too.
inline constexpr unsigned max_segments = abi::max_regions - 6;

/// Memory that must remain for programs and the page cache, where a system runs programs.
inline constexpr std::uint64_t program_memory = std::uint64_t{16} << 20;

/// Of it, what each server of programs must be able to take.
inline constexpr std::uint64_t server_memory = std::uint64_t{1} << 20;

/// The smallest machine that a system must fit into, unless it is said otherwise.
inline constexpr std::uint64_t default_memory = std::uint64_t{64} << 20;

/// Assumed of the kernel where its file is not given.
inline constexpr std::uint64_t kernel_memory = std::uint64_t{8} << 20;

/// What firmware and the legacy devices keep below 1 MiB.
inline constexpr std::uint64_t firmware_memory = std::uint64_t{1} << 20;

}  // namespace verifier
