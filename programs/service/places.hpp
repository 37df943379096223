// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace service {

/// Where an address lies in the source. Empty where the table does not say.
struct Place {
  char function[120] = {};
  char file[100] = {};
  unsigned line = 0;
};

/// An address in a component's text, and what was found of it.
struct Query {
  std::string_view component;
  std::uint64_t address = 0;
  Place place;
};

/// Answers queries from a symbol file, a line at a time, in one pass. The file is data like any other: whatever it
/// holds, nothing is written but the places, and those end with a zero. docs/recovery.md describes it.
class Places {
 public:
  explicit Places(std::span<Query> queries) : queries_(queries) {}

  /// Whether a file that begins with this line is one of this form and of this build.
  static bool is_of(std::string_view first_line, std::string_view build);

  /// The following lines, without their ends.
  void take(std::string_view line);

 private:
  void begin_component(std::string_view name);
  void add_file(std::string_view name);
  void begin_function(std::uint64_t begins, std::string_view name);
  void begin_line(std::uint64_t begins, std::string_view rest);
  void end(std::uint64_t begins);
  void each_from(std::uint64_t begins, auto&& change);

  static constexpr std::size_t max_asked = 512, max_files = 512;
  std::span<Query> queries_;
  std::uint16_t asked_[max_asked] = {};  // those of this component
  std::size_t asked_count_ = 0;
  char names_[16384] = {};  // of the component's files, one behind the other
  std::size_t names_size_ = 0;
  std::uint16_t files_[max_files + 1] = {};  // where each begins, and the next one
  std::size_t file_count_ = 0;
};

}  // namespace service
