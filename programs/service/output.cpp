// SPDX-License-Identifier: BSD-2-Clause
#include "programs/service/output.hpp"

#include <unistd.h>

#include <algorithm>

namespace service {
namespace {

char buffer[4096];
std::size_t filled = 0;

bool is_number(std::string_view text) {
  if (text.empty() || text.size() > 20 || (text.size() > 1 && text[0] == '0')) return false;
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void put_value(std::string_view value) {
  if (is_number(value)) return put(value);
  if (value == "yes") return put("true");
  if (value == "no") return put("false");
  put_json_string(value);
}

void pad(std::size_t width, std::size_t used) {
  for (; used < width; ++used) put(" ");
}

}  // namespace

void flush() {
  for (std::size_t done = 0; done < filled;) {
    const ssize_t count = write(1, buffer + done, filled - done);
    if (count <= 0) _exit(1);
    done += static_cast<std::size_t>(count);
  }
  filled = 0;
}

void put(std::string_view text) {
  for (const char c : text) {
    if (filled == sizeof buffer) flush();
    buffer[filled++] = c;
  }
}

void put_json_string(std::string_view text) {
  put("\"");
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      const char escaped[] = {'\\', c};
      put({escaped, 2});
    } else if (byte < 32 || byte == 127) {
      constexpr char digits[] = "0123456789abcdef";
      const char escaped[] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
      put({escaped, 6});
    } else {
      put({&c, 1});
    }
  }
  put("\"");
}

void show(Table& table, std::size_t columns) {
  columns = std::min(columns, table.columns());
  std::string_view values[Table::max_columns];
  std::size_t widths[Table::max_columns] = {};
  for (std::size_t i = 0; i < columns; ++i) widths[i] = table.name(i).size();
  while (table.next(values))
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], values[i].size());
  table.rewind();
  const auto line = [&](auto value_of) {
    for (std::size_t i = 0; i < columns; ++i) {
      const std::string_view value = value_of(i);
      put(value);
      if (i + 1 < columns) pad(widths[i] + 2, value.size());
    }
    put("\n");
  };
  line([&](std::size_t i) { return table.name(i); });
  while (table.next(values)) line([&](std::size_t i) { return values[i]; });
}

void show_pairs(std::string_view text) {
  std::size_t width = 0;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = cut(rest, '\n');
    width = std::max(width, cut(line, '\t').size());
  }
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    const std::string_view name = cut(line, '\t');
    put(name);
    pad(width + 2, name.size());
    put(line);
    put("\n");
  }
}

void show_json(Table& table) {
  std::string_view values[Table::max_columns];
  put("[");
  for (bool first = true; table.next(values); first = false) {
    put(first ? "\n  {" : ",\n  {");
    put_json_members(table, values);
    put("}");
  }
  put("\n]\n");
}

void put_json_members(const Table& table, std::span<const std::string_view> values) {
  for (std::size_t i = 0; i < table.columns(); ++i) {
    if (i != 0) put(", ");
    put_json_string(table.name(i));
    put(": ");
    put_value(values[i]);
  }
}

void put_json_members(std::string_view text) {
  for (bool first = true; !text.empty(); first = false) {
    std::string_view line = cut(text, '\n');
    put(first ? "\n  " : ",\n  ");
    put_json_string(cut(line, '\t'));
    put(": ");
    put_value(line);
  }
}

void show_pairs_json(std::string_view text) {
  put("{");
  put_json_members(text);
  put("\n}\n");
}

}  // namespace service
