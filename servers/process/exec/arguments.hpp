// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "lib/contract/program_call.hpp"
#include "servers/process/kernel.hpp"

namespace process {

/// What an execve is given, and its work space: rows of memory that go back when it is done.
class Arguments {
 public:
  static constexpr std::size_t longest_path = 4095;
  static constexpr std::size_t max_strings = 65536;
  static constexpr std::size_t max_rows = 32;

  explicit Arguments(Kernel& kernel) : kernel_(kernel) {}
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;
  ~Arguments();

  /// Takes the first row; no_memory: there is none.
  Result<void> open();
  /// Copies path, arguments and environment from the calling program. absent_page: the call is to come again.
  Result<void> read(contract::ProgramCall& call, contract::UserAddress path, contract::UserAddress arguments,
                    contract::UserAddress environment);
  /// The same from here: for the first process.
  Result<void> set(std::string_view path, std::span<const std::string_view> arguments,
                   std::span<const std::string_view> environment);

  /// A script's interpreter takes the place of the first argument: interpreter, its argument if any, the script's path.
  /// The interpreter's is the path from then on.
  Result<void> interpret(std::string_view interpreter, std::string_view argument);

  std::string_view path() const { return {path_.data(), path_length_}; }
  /// Room for the beginning of a file, for program headers, and for the same of an interpreter.
  std::span<std::byte> file_page() const { return rows_[0].memory.subspan(0, page_size); }
  std::span<std::byte> header_page() const { return rows_[0].memory.subspan(page_size, page_size); }
  /// Whatever is to be put onto the stack, in pieces: each at most a row.
  std::span<std::byte> output();

  std::size_t argument_count() const { return prefix_count_ + argument_count_ - (prefix_count_ != 0 ? skipped_ : 0); }
  std::size_t environment_count() const { return environment_count_; }
  /// Bytes of all strings, ends included.
  std::size_t bytes() const;
  /// Copies the arguments, each with its end, as far as there is room; what was written comes back.
  std::span<const std::byte> copy_to(std::span<std::byte> room) const;
  /// Calls `piece` with the strings, end to end, in the order of the stack: arguments, then environment.
  template <class Piece>
  bool each_piece(Piece piece) const;

 private:
  struct Row {
    std::span<std::byte> memory;
    std::size_t used = 0;
  };

  Result<std::size_t> read_array(contract::ProgramCall& call, contract::UserAddress array);
  Result<void> add(std::string_view text);
  Result<std::span<std::byte>> room(std::size_t least);

  Kernel& kernel_;
  std::array<Row, max_rows> rows_{};
  std::size_t row_count_ = 0;
  std::span<std::byte> output_;
  std::array<char, longest_path + 1> path_{};
  std::size_t path_length_ = 0;
  std::size_t argument_count_ = 0;
  std::size_t environment_count_ = 0;
  std::size_t first_bytes_ = 0;                     // of the first argument, with its end
  std::size_t skipped_ = 0;                         // 1: there is a first argument to be replaced
  std::array<char, 1024 + longest_path> prefix_{};  // strings put in front, end to end
  std::size_t prefix_bytes_ = 0;
  std::size_t prefix_count_ = 0;
};

inline constexpr std::size_t strings_offset = 2 * page_size;  // in the first row

template <class Piece>
bool Arguments::each_piece(Piece piece) const {
  if (prefix_bytes_ != 0 && !piece(std::as_bytes(std::span(prefix_).first(prefix_bytes_)))) return false;
  std::size_t skip = prefix_count_ != 0 ? first_bytes_ : 0;
  for (std::size_t index = 0; index < row_count_; ++index) {
    const std::size_t from = index == 0 ? strings_offset : 0;
    const std::size_t skipped = std::min(skip, rows_[index].used - from);
    skip -= skipped;
    const auto part = rows_[index].memory.subspan(from + skipped, rows_[index].used - from - skipped);
    if (!part.empty() && !piece(std::span<const std::byte>(part))) return false;
  }
  return true;
}

}  // namespace process
