// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "abi/call_record.hpp"

namespace trace {

using abi::trace::Kind, abi::trace::Piece, abi::trace::Record;

/// A record as it came, its pieces by the argument that they belong to. It points into the bytes that it was read from.
struct Read {
  struct Part {
    std::string_view bytes;
    bool there = false, whole = false;
  };
  Record record;
  Part parts[6];
};

/// The record at the beginning of the bytes. Nothing: it is not all there yet, or `sound` is false.
std::optional<Read> read_record(std::span<const std::byte> bytes, bool& sound);

}  // namespace trace
