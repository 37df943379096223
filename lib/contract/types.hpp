// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/calls.hpp"
#include "abi/message.hpp"

// The words of abi/ under the names that generated code uses.
namespace contract {

using abi::Endpoint;
using abi::i32;
using abi::i64;
using abi::Message;
using abi::Status;
using abi::Tag;
using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;
using i8 = std::int8_t;
using i16 = std::int16_t;

using MessageNumber = u16;

inline constexpr std::size_t payload_bytes = abi::payload_words * sizeof(u64);

/// Set by a shadow in the tag of a request that it issues again: its first issue may have been performed.
inline constexpr u64 tag_reissued = u64{1} << 34;

/// Number of the reply that says that a request broke the contract; words[0] is the Violation. No message has it.
inline constexpr MessageNumber refused_number = abi::label_message_mask;

inline constexpr MessageNumber number_of(Tag tag) { return tag.label() & abi::label_message_mask; }

}  // namespace contract
