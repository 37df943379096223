// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/exec/script.hpp"

#include <algorithm>

namespace process {

namespace {

// As Linux has it (BINPRM_BUF_SIZE).
constexpr std::size_t longest_line = 256;

constexpr bool is_blank(char character) { return character == ' ' || character == '\t'; }

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

bool is_script(std::span<const std::byte> file_start) {
  return file_start.size() >= 2 && file_start[0] == std::byte{'#'} && file_start[1] == std::byte{'!'};
}

Result<Script> parse_script(std::span<const std::byte> file_start) {
  if (!is_script(file_start)) return fail(Errno::not_executable);
  std::string_view line(reinterpret_cast<const char*>(file_start.data()), std::min(file_start.size(), longest_line));
  line.remove_prefix(2);
  const auto end = std::ranges::find_if(line, [](char character) { return character == '\n' || character == '\0'; });
  const bool cut = end == line.end() && file_start.size() >= longest_line;
  line = without_blanks(line.substr(0, static_cast<std::size_t>(end - line.begin())));
  const auto blank = std::ranges::find_if(line, is_blank);
  if (line.empty() || (cut && blank == line.end())) return fail(Errno::not_executable);
  const auto length = static_cast<std::size_t>(blank - line.begin());
  return Script{line.substr(0, length), without_blanks(line.substr(length))};
}

}  // namespace process
