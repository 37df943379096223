// SPDX-License-Identifier: BSD-2-Clause
#include "boot/multiboot.hpp"

#include <charconv>
#include <cstring>

using namespace std::string_view_literals;

namespace boot {
namespace {

constexpr u32 tag_end = 0, tag_command_line = 1, tag_module = 3, tag_memory_map = 6, tag_old_rsdp = 14,
              tag_new_rsdp = 15;
constexpr std::size_t information_header = 8, tag_header = 8, tag_alignment = 8;
constexpr std::string_view sum_word = "crc32c=";

template <typename T>
T read(std::span<const std::byte> bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.subspan(at, sizeof value).data(), sizeof value);
  return value;
}

/// Up to the first zero, or to the end of the tag where there is none.
std::string_view string(std::span<const std::byte> bytes) {
  const std::string_view all{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  return all.substr(0, all.find('\0'));
}

std::optional<MultibootError> take(Multiboot& to, u32 type, std::span<const std::byte> body) {
  switch (type) {
    case tag_command_line:
      to.command_line = string(body);
      break;
    case tag_module:
      if (body.size() < 8) return MultibootError::tag_too_short;
      if (read<u32>(body, 4) < read<u32>(body, 0)) return MultibootError::module_backwards;
      if (to.module_count == Multiboot::most_modules) return MultibootError::too_many_modules;
      to.modules[to.module_count++] = {{read<u32>(body, 0), read<u32>(body, 4)}, string(body.subspan(8))};
      break;
    case tag_memory_map:
      if (body.size() < 8) return MultibootError::tag_too_short;
      to.memory_map_step = read<u32>(body, 0);
      if (to.memory_map_step < sizeof(Region)) return MultibootError::tag_too_short;
      to.memory_map = body.subspan(8);
      break;
    case tag_old_rsdp:
      if (to.rsdp.empty()) to.rsdp = body;
      break;
    case tag_new_rsdp:
      to.rsdp = body;
      break;
    default:
      break;
  }
  return std::nullopt;
}

/// One word off the front of the text.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

std::string_view text(MultibootError error) {
  switch (error) {
    case MultibootError::cut_short:
      return "it is cut short"sv;
    case MultibootError::tag_too_short:
      return "a tag is too short for what it says"sv;
    case MultibootError::module_backwards:
      return "a module ends before it begins"sv;
    case MultibootError::too_many_modules:
      return "there are too many modules"sv;
    case MultibootError::no_memory_map:
      return "there is no memory map"sv;
  }
  return {};
}

const Module* Multiboot::module(std::string_view name) const {
  for (const Module& each : std::span{modules.data(), module_count}) {
    std::string_view words = each.command_line;
    if (take_word(words) == name) return &each;
  }
  return nullptr;
}

std::expected<Multiboot, MultibootError> read_multiboot(std::span<const std::byte> bytes) {
  if (bytes.size() < information_header) return std::unexpected(MultibootError::cut_short);
  const u32 total = read<u32>(bytes, 0);
  if (total > bytes.size() || total < information_header) return std::unexpected(MultibootError::cut_short);
  Multiboot result;
  for (std::size_t at = information_header;;) {
    if (total - at < tag_header) return std::unexpected(MultibootError::cut_short);
    const u32 type = read<u32>(bytes, at), size = read<u32>(bytes, at + 4);
    if (type == tag_end) break;
    if (size < tag_header || size > total - at) return std::unexpected(MultibootError::cut_short);
    if (const auto error = take(result, type, bytes.subspan(at + tag_header, size - tag_header)))
      return std::unexpected(*error);
    const std::size_t step = (std::size_t{size} + tag_alignment - 1) & ~(tag_alignment - 1);
    if (step > total - at) return std::unexpected(MultibootError::cut_short);
    at += step;
  }
  if (result.memory_map_step == 0) return std::unexpected(MultibootError::no_memory_map);
  return result;
}

bool copy_regions(const Multiboot& information, std::span<Region> to, unsigned& count) {
  count = 0;
  const std::span<const std::byte> map = information.memory_map;
  for (std::size_t at = 0; map.size() - at >= sizeof(Region); at += information.memory_map_step) {
    if (count == to.size()) return false;
    to[count++] = read<Region>(map, at);
    if (map.size() - at < information.memory_map_step) break;
  }
  return true;
}

std::optional<u32> expected_sum(const Module& module) {
  std::string_view words = module.command_line;
  for (std::string_view word = take_word(words); !word.empty(); word = take_word(words)) {
    if (!word.starts_with(sum_word)) continue;
    word.remove_prefix(sum_word.size());
    u32 sum = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), sum, 16);
    if (error == std::errc{} && end == word.data() + word.size()) return sum;
  }
  return std::nullopt;
}

}  // namespace boot
