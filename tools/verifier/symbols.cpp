// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/symbols.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <format>
#include <ranges>

#include "abi/layout.hpp"

namespace verifier {
namespace {

constexpr std::uint64_t base = abi::layout::image_base;

template <typename T>
std::optional<T> number(std::string_view text, int radix = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

std::string_view between_quotes(std::string_view line) {
  const std::size_t begin = line.find('"'), end = line.rfind('"');
  return begin == line.npos || begin == end ? std::string_view() : line.substr(begin + 1, end - begin - 1);
}

// A function's name without its result, parameters and template arguments: "component::Frames::take".
std::string short_name(std::string_view full) {
  constexpr std::string_view unnamed = "(anonymous namespace)";
  std::string name;
  int depth = 0;
  for (std::size_t i = 0; i < full.size(); ++i) {
    if (full.substr(i).starts_with(unnamed)) {
      i += unnamed.size() - 1;
      if (depth == 0) name += "(unnamed)";
      continue;
    }
    const bool is_operator = name.ends_with("operator");
    if (full[i] == '<' && !is_operator) ++depth;
    if (depth == 0 && full[i] == '(' && !is_operator) break;
    if (depth == 0 && full[i] == ' ' && !is_operator)
      name.clear();
    else if (depth == 0)
      name += full[i];
    if (full[i] == '>' && depth > 0) --depth;
  }
  return name.empty() ? std::string(full) : name;
}

}  // namespace

Symbols::Symbols(std::string_view names, std::string_view lines, const std::string& root) {
  take_names(names);
  take_lines(lines, root);
}

// 0000000040001000 T store::Store::start(component::Start)
void Symbols::take_names(std::string_view names) {
  for (const auto part : std::views::split(names, '\n')) {
    std::string_view line(part);
    const auto address = number<std::uint64_t>(take_word(line), 16);
    const std::string_view kind = take_word(line);
    if (!address || line.empty() || kind.size() != 1 || !std::string_view("tTwW").contains(kind[0])) continue;
    functions_.try_emplace(*address, short_name(line.substr(1)));
  }
}

std::size_t Symbols::number_of(const std::string& file) {
  const auto [entry, fresh] = numbers_.try_emplace(file, files_.size());
  if (fresh) files_.push_back(file);
  return entry->second;
}

void Symbols::take_lines(std::string_view lines, const std::string& root) {
  namespace fs = std::filesystem;
  std::vector<fs::path> folders;
  std::vector<std::pair<std::string, std::size_t>> files;  // name, folder
  std::map<std::size_t, std::optional<std::size_t>> known;
  const auto file_of = [&](std::size_t index) -> std::optional<std::size_t> {
    if (index >= files.size() || folders.empty()) return std::nullopt;
    const auto [entry, fresh] = known.try_emplace(index);
    if (!fresh) return entry->second;
    const fs::path folder = folders[std::min(files[index].second, folders.size() - 1)];
    const fs::path path = (folders[0] / folder / files[index].first).lexically_normal();
    const std::string inside = path.lexically_relative(root).string();
    if (!inside.starts_with("..")) entry->second = number_of(inside);
    return entry->second;
  };
  for (const auto part : std::views::split(lines, '\n')) {
    std::string_view line(part);
    if (line.starts_with("debug_line[")) {
      folders.clear(), files.clear(), known.clear();
    } else if (line.starts_with("include_directories[")) {
      folders.emplace_back(between_quotes(line));
    } else if (line.starts_with("           name: ")) {
      files.emplace_back(between_quotes(line), 0);
    } else if (line.starts_with("      dir_index: ") && !files.empty()) {
      files.back().second = number<std::size_t>(line.substr(17)).value_or(0);
    } else if (line.starts_with("0x")) {
      const auto address = number<std::uint64_t>(take_word(line).substr(2), 16);
      const auto row = number<unsigned>(take_word(line));
      take_word(line);
      const auto file = number<std::size_t>(take_word(line));
      if (!address || !row || !file || *address < base) continue;
      if (line.contains("end_sequence")) {
        lines_.try_emplace(*address, std::nullopt);
        end_ = std::max(end_, *address);
      } else if (const auto place = file_of(*file); place && *row != 0) {
        lines_[*address] = Line{*place, *row};
      }
    }
  }
}

std::string Symbols::text() const {
  std::string text;
  for (const std::string& file : files_) text += "s " + file + "\n";
  std::optional<Line> current;
  auto line = lines_.begin();
  const auto put_lines = [&](std::uint64_t until) {
    for (; line != lines_.end() && line->first < until; ++line) {
      if (line->second && line->second != current)
        text += std::format("l {:x} {} {}\n", line->first - base, line->second->file, line->second->line);
      current = line->second;
    }
  };
  for (const auto& [address, name] : functions_) {
    if (address < base) continue;
    put_lines(address);
    text += std::format("f {:x} {}\n", address - base, name);
    current.reset();
  }
  put_lines(~std::uint64_t{0});
  return text + std::format("e {:x}\n", std::max(end_, base) - base);
}

}  // namespace verifier
