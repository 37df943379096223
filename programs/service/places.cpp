// SPDX-License-Identifier: BSD-2-Clause
#include "programs/service/places.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "abi/layout.hpp"

namespace service {
namespace {

template <class Number>
std::optional<Number> take_number(std::string_view& text, int base) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return value;
}

template <std::size_t size>
void copy(char (&to)[size], std::string_view text) {
  const std::size_t length = std::min(text.size(), size - 1);
  std::copy_n(text.data(), length, to);
  to[length] = 0;
}

}  // namespace

bool Places::is_of(std::string_view first_line, std::string_view build) {
  constexpr std::string_view head = "symbols 1 ";
  return !build.empty() && first_line.starts_with(head) && first_line.substr(head.size()) == build;
}

void Places::take(std::string_view line) {
  if (line.size() < 2 || line[1] != ' ') return;
  const char kind = line[0];
  line.remove_prefix(2);
  if (kind == 'c') return begin_component(line);
  if (asked_count_ == 0) return;
  if (kind == 's') return add_file(line);
  const auto begins = take_number<std::uint64_t>(line, 16);
  if (!begins) return;
  if (kind == 'f') begin_function(*begins, line);
  if (kind == 'l') begin_line(*begins, line);
  if (kind == 'e') end(*begins);
}

void Places::begin_component(std::string_view name) {
  asked_count_ = names_size_ = file_count_ = 0;
  for (std::size_t i = 0; i < queries_.size() && i <= UINT16_MAX && asked_count_ < max_asked; ++i)
    if (queries_[i].component == name) asked_[asked_count_++] = static_cast<std::uint16_t>(i);
}

void Places::add_file(std::string_view name) {
  if (file_count_ == max_files || name.size() > sizeof names_ - names_size_) return;
  std::ranges::copy(name, names_ + names_size_);
  files_[file_count_++] = static_cast<std::uint16_t>(names_size_);
  names_size_ += name.size();
  files_[file_count_] = static_cast<std::uint16_t>(names_size_);
}

// Lines come in the order of addresses: the last one that begins at or below an address says where it is.
void Places::each_from(std::uint64_t begins, auto&& change) {
  for (const std::uint16_t index : std::span(asked_).first(asked_count_)) {
    Query& query = queries_[index];
    if (query.address >= abi::layout::image_base && query.address - abi::layout::image_base >= begins)
      change(query.place);
  }
}

void Places::begin_function(std::uint64_t begins, std::string_view name) {
  each_from(begins, [&](Place& place) {
    place = {};
    copy(place.function, name);
  });
}

void Places::begin_line(std::uint64_t begins, std::string_view rest) {
  const auto file = take_number<std::size_t>(rest, 10);
  const auto number = take_number<unsigned>(rest, 10);
  if (!file || !number || *file >= file_count_) return;
  each_from(begins, [&](Place& place) {
    copy(place.file, {names_ + files_[*file], static_cast<std::size_t>(files_[*file + 1] - files_[*file])});
    place.line = *number;
  });
}

void Places::end(std::uint64_t begins) {
  each_from(begins, [](Place& place) { place = {}; });
}

}  // namespace service
