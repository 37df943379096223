// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace base {

/// CRC-32C (Castagnoli): polynomial 0x1EDC6F41, reflected, as in RFC 3720 appendix B.4.
///
/// `crc32c_continue` works on the bare shift register, with no inversion before or after, which is what ext4
/// and JBD2 store and what lets a checksum be taken over several pieces. `crc32c` is the checksum as others
/// publish it (crc32c("123456789") is 0xE3069283).
[[nodiscard]] std::uint32_t crc32c_continue(std::uint32_t shift_register, std::span<const std::byte> bytes);

[[nodiscard]] inline std::uint32_t crc32c(std::span<const std::byte> bytes) {
  return ~crc32c_continue(0xFFFFFFFF, bytes);
}

}  // namespace base
