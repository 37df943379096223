// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/driver/dma_region.hpp"
#include "lib/driver/virtio/registers.hpp"

// Virtual I/O Device 1.2, section 5.2, block device.
namespace virtio_blk {

using driver::u16;
using driver::u32;
using driver::u64;
using driver::u8;

inline constexpr u64 sector_bytes = 512;
inline constexpr u64 block_bytes = 4096;
inline constexpr u64 sectors_per_block = block_bytes / sector_bytes;

/// Section 5.2.3, feature bits.
inline constexpr unsigned feature_size_max = 1;
inline constexpr unsigned feature_segment_max = 2;
inline constexpr unsigned feature_read_only = 5;
inline constexpr unsigned feature_block_size = 6;
inline constexpr unsigned feature_flush = 9;

/// Section 5.2.4, struct virtio_blk_config: what of it is read.
namespace configuration {
using CapacityLow = driver::Register<u32, 0x00>;  // in sectors of 512 bytes
using CapacityHigh = driver::Register<u32, 0x04>;
using SizeMax = driver::Register<u32, 0x08>;
using SegmentMax = driver::Register<u32, 0x0c>;
using BlockSize = driver::Register<u32, 0x14>;
}  // namespace configuration

/// Section 5.2.6, struct virtio_blk_req: type, and status.
enum class RequestType : u32 { read = 0, write = 1, flush = 4 };
enum class RequestStatus : u8 { ok = 0, error = 1, unsupported = 2, none = 0xff };

struct RequestHeader {
  RequestType type = RequestType::read;
  u32 reserved = 0;
  u64 sector = 0;
};
static_assert(sizeof(RequestHeader) == 16);

}  // namespace virtio_blk
