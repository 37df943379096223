// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/table_reader.hpp"

#include <charconv>

#include "abi/types.hpp"
#include "tools/verifier/nearest.hpp"

namespace verifier {
namespace {

unsigned line_of(const toml::node& node) { return node.source().begin.line; }

std::optional<std::uint64_t> parse_percent(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || std::string_view(end, text.data() + text.size()) != "%") return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, text.data() + text.size());
  const unsigned shift = unit == "K" ? 10 : unit == "M" ? 20 : 0;
  if (error != std::errc{} || shift == 0 || value > (std::uint64_t{1} << 40)) return std::nullopt;
  return value << shift;
}

TableReader::TableReader(const toml::table& table, std::string path, std::string where, Refusals& refusals)
    : table_(table),
      path_(std::move(path)),
      where_(std::move(where)),
      refusals_(refusals),
      line_(std::max(1u, line_of(table))) {}

void TableReader::refuse(std::string_view rule, unsigned line, std::string what, std::string mend) {
  refusals_.add(rule, {path_, line}, std::move(what), std::move(mend));
}

const toml::node* TableReader::find(const char* key) {
  known_.insert(key);
  return table_.get(key);
}

void TableReader::wrong_type(const char* key, const toml::node& node, std::string_view wanted) {
  refuse("type", line_of(node), std::string("`") + key + "` must be " + std::string(wanted),
         std::string("write ") + key + " = " +
             (wanted == "a text"          ? "\"...\""
              : wanted == "true or false" ? "true"
                                          : "as docs/manifests.md shows"));
}

bool TableReader::in_range(const char* key, unsigned line, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  if (value >= low && value <= high) return true;
  refuse("range", line, std::string("`") + key + "` is " + std::to_string(value),
         "choose " + std::to_string(low) + " to " + std::to_string(high));
  return false;
}

std::optional<std::uint64_t> TableReader::whole(const char* key, const toml::node& node) {
  const auto value = node.value_exact<std::int64_t>();
  if (value && *value >= 0) return static_cast<std::uint64_t>(*value);
  wrong_type(key, node, "a whole number that is not negative");
  return std::nullopt;
}

std::optional<Located<std::string>> TableReader::text(const char* key) {
  const toml::node* node = find(key);
  if (!node) return std::nullopt;
  if (auto value = node->value_exact<std::string>()) return Located<std::string>{*value, line_of(*node)};
  wrong_type(key, *node, "a text");
  return std::nullopt;
}

std::optional<Located<bool>> TableReader::flag(const char* key) {
  const toml::node* node = find(key);
  if (!node) return std::nullopt;
  if (auto value = node->value_exact<bool>()) return Located<bool>{*value, line_of(*node)};
  wrong_type(key, *node, "true or false");
  return std::nullopt;
}

std::optional<Located<std::uint64_t>> TableReader::number(const char* key, std::uint64_t low, std::uint64_t high) {
  const toml::node* node = find(key);
  if (!node) return std::nullopt;
  const auto value = whole(key, *node);
  if (!value || !in_range(key, line_of(*node), *value, low, high)) return std::nullopt;
  return Located<std::uint64_t>{*value, line_of(*node)};
}

std::optional<Located<std::uint64_t>> TableReader::size(const char* key, std::uint64_t low, std::uint64_t high) {
  const toml::node* node = find(key);
  if (!node) return std::nullopt;
  const auto text = node->value_exact<std::string>();
  const auto value = text ? parse_size(*text) : whole(key, *node);
  if (!value) {
    if (text)
      refuse("type", line_of(*node), std::string("`") + key + "` is no size: \"" + *text + "\"",
             "write bytes as a number, or \"64K\" or \"2M\"");
    return std::nullopt;
  }
  if (!in_range(key, line_of(*node), *value, low, high)) return std::nullopt;
  if (*value % abi::page_size != 0) {
    refuse("range", line_of(*node), std::string("`") + key + "` is " + std::to_string(*value) + ", not whole pages",
           "choose a multiple of " + std::to_string(abi::page_size));
    return std::nullopt;
  }
  return Located<std::uint64_t>{*value, line_of(*node)};
}

std::optional<Located<Frames>> TableReader::frames(const char* key) {
  const toml::node* node = find(key);
  if (!node) return std::nullopt;
  const auto text = node->value_exact<std::string>();
  const auto value = text ? parse_percent(*text) : whole(key, *node);
  if (!value) {
    if (text)
      refuse("type", line_of(*node), std::string("`") + key + "` is no share: \"" + *text + "\"",
             "write frames as a number, or a share of what remains at boot as \"40%\"");
    return std::nullopt;
  }
  if (!in_range(key, line_of(*node), *value, text ? 1 : 0, text ? 100 : std::uint64_t{1} << 24)) return std::nullopt;
  return Located<Frames>{{text.has_value(), *value}, line_of(*node)};
}

std::vector<Located<std::string>> TableReader::texts(const char* key) {
  std::vector<Located<std::string>> values;
  const toml::node* node = find(key);
  if (!node) return values;
  const toml::array* array = node->as_array();
  if (!array) return wrong_type(key, *node, "a list of texts"), values;
  for (const toml::node& element : *array) {
    if (auto value = element.value_exact<std::string>())
      values.push_back({*value, line_of(element)});
    else
      wrong_type(key, element, "a list of texts");
  }
  return values;
}

std::vector<Located<std::uint64_t>> TableReader::numbers(const char* key, std::uint64_t low, std::uint64_t high) {
  std::vector<Located<std::uint64_t>> values;
  const toml::node* node = find(key);
  if (!node) return values;
  const toml::array* array = node->as_array();
  if (!array) return wrong_type(key, *node, "a list of numbers"), values;
  for (const toml::node& element : *array)
    if (const auto value = whole(key, element); value && in_range(key, line_of(element), *value, low, high))
      values.push_back({*value, line_of(element)});
  return values;
}

void TableReader::tables(const char* key, std::size_t most, const std::function<void(TableReader&)>& read) {
  const toml::node* node = find(key);
  if (!node) return;
  const std::string heading = std::string("[[") + key + "]]";
  const toml::array* array = node->as_array();
  if (!array || !array->is_homogeneous(toml::node_type::table)) {
    refuse("type", line_of(*node), std::string("`") + key + "` must be a list of tables", "begin each with " + heading);
    return;
  }
  if (array->size() > most)
    refuse("range", line_of(*array->get(most)), std::to_string(array->size()) + " " + heading,
           "at most " + std::to_string(most) + " fit into a component");
  for (const toml::node& element : *array) {
    TableReader reader(*element.as_table(), path_, heading, refusals_);
    read(reader);
    reader.finish();
  }
}

std::string TableReader::required_text(const char* key) {
  if (!table_.contains(key))
    refuse("missing", line_, where_ + " has no `" + key + "`", std::string("add ") + key + " = \"...\"");
  return text(key).value_or(Located<std::string>{}).value;
}

Located<std::uint64_t> TableReader::required_number(const char* key, std::uint64_t low, std::uint64_t high) {
  if (!table_.contains(key))
    refuse("missing", line_, where_ + " has no `" + key + "`",
           std::string("add ") + key + " = a number from " + std::to_string(low) + " to " + std::to_string(high));
  return number(key, low, high).value_or(Located<std::uint64_t>{low, line_});
}

void TableReader::finish() {
  for (const auto& [key, node] : table_) {
    if (known_.contains(key.str())) continue;
    const std::string near = nearest(key.str(), known_);
    refuse("unknown-key", line_of(node), where_ + " has no key `" + std::string(key.str()) + "`",
           near.empty() ? "remove it; docs/manifests.md lists the keys" : "did you mean `" + near + "`?");
  }
}

}  // namespace verifier
