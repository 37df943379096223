// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstring>
#include <span>

#include "servers/process/exec/arguments.hpp"

// What a program finds on its stack (System V ABI AMD64 supplement, 3.4.1 "Initial Stack and Register State"):
// argument count, addresses of the arguments, 0, addresses of the environment, 0, auxiliary vector, then the strings.
namespace process {

/// One entry of the auxiliary vector.
struct Auxiliary {
  u64 kind;
  u64 value;
};

enum AuxiliaryKind : u64 {
  aux_end = 0,
  aux_headers = 3,
  aux_header_size = 4,
  aux_header_count = 5,
  aux_page_size = 6,
  aux_interpreter_base = 7,
  aux_flags = 8,
  aux_entry = 9,
  aux_user = 11,
  aux_effective_user = 12,
  aux_group = 13,
  aux_effective_group = 14,
  aux_platform = 15,
  aux_capabilities = 16,
  aux_clock_ticks = 17,
  aux_secure = 23,
  aux_random = 25,
  aux_file_name = 31,
  aux_signal_stack = 51,
};

/// Addresses of what follows the strings, known before the auxiliary vector is made.
class StackPlan {
 public:
  static constexpr std::size_t auxiliary_count = 20;
  static constexpr std::string_view platform = "x86_64";

  StackPlan(const Arguments& arguments, u64 end) {
    tables_ = (1 + arguments.argument_count() + 1 + arguments.environment_count() + 1) * sizeof(u64) +
              auxiliary_count * sizeof(Auxiliary);
    strings_ = arguments.bytes();
    tail_ = random_bytes + platform.size() + 1 + arguments.path().size() + 1;
    constexpr u64 terminator = 8;
    pointer_ = (end - terminator - (tables_ + strings_ + tail_)) / 16 * 16;
  }

  static constexpr std::size_t random_bytes = 16;
  /// The stack pointer at the program's first instruction: the lowest address of all.
  u64 pointer() const { return pointer_; }
  u64 size() const { return tables_ + strings_ + tail_; }
  u64 strings() const { return pointer_ + tables_; }
  u64 random() const { return strings() + strings_; }
  u64 platform_name() const { return random() + random_bytes; }
  u64 file_name() const { return platform_name() + platform.size() + 1; }

 private:
  u64 tables_, strings_, tail_;
  u64 pointer_;
};

/// Makes the bytes of the stack from `plan.pointer()` upwards and hands them over in pieces that fill `buffer`. `piece`
/// is called with the address and the bytes; false from it ends the work.
template <class Piece>
bool write_stack(const Arguments& arguments, const StackPlan& plan, std::span<const Auxiliary> auxiliary,
                 std::span<const std::byte, StackPlan::random_bytes> random, std::span<std::byte> buffer, Piece piece) {
  u64 address = plan.pointer();
  std::size_t used = 0;
  const auto put = [&](std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const std::size_t count = std::min(bytes.size(), buffer.size() - used);
      std::memcpy(buffer.data() + used, bytes.data(), count);
      used += count;
      bytes = bytes.subspan(count);
      if (used != buffer.size()) continue;
      if (!piece(address, std::span<const std::byte>(buffer))) return false;
      address += used;
      used = 0;
    }
    return true;
  };
  const auto put_word = [&](u64 word) { return put(std::as_bytes(std::span(&word, 1))); };

  if (!put_word(arguments.argument_count())) return false;
  // The addresses of all strings, with a 0 between arguments and environment and one at the end.
  u64 string = plan.strings();
  std::size_t left = arguments.argument_count();
  bool in_environment = false;
  bool begins = true;
  const bool told = arguments.each_piece([&](std::span<const std::byte> part) {
    for (const std::byte byte : part) {
      while (begins && left == 0 && !in_environment) {
        if (!put_word(0)) return false;
        left = arguments.environment_count();
        in_environment = true;
      }
      if (begins && !put_word(string)) return false;
      begins = byte == std::byte{0};
      if (begins) --left;
      ++string;
    }
    return true;
  });
  if (!told || (!in_environment && !put_word(0)) || !put_word(0)) return false;
  for (std::size_t index = 0; index < StackPlan::auxiliary_count; ++index) {
    const Auxiliary entry = index < auxiliary.size() ? auxiliary[index] : Auxiliary{aux_end, 0};
    if (!put_word(entry.kind) || !put_word(entry.value)) return false;
  }
  if (!arguments.each_piece(put) || !put(random)) return false;
  const std::byte end[1] = {};
  if (!put(std::as_bytes(std::span(StackPlan::platform))) || !put(end)) return false;
  if (!put(std::as_bytes(std::span(arguments.path()))) || !put(end)) return false;
  return used == 0 || piece(address, std::span<const std::byte>(buffer.first(used)));
}

}  // namespace process
