// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "programs/service/table.hpp"

namespace service {

/// Standard output, in pieces. A reader that has gone ends the program, as it does others.
void put(std::string_view text);
void flush();

/// A table for people: columns in line, under their names; only so many of them.
void show(Table& table, std::size_t columns = Table::max_columns);
/// Lines of name, tab, value, for people.
void show_pairs(std::string_view text);
/// The same as JSON: an array of objects, an object. Numbers are numbers, yes and no are booleans.
void show_json(Table& table);
void show_pairs_json(std::string_view text);
/// What stands between the braces of such an object.
void put_json_members(const Table& table, std::span<const std::string_view> values);
void put_json_members(std::string_view pairs);
/// A text as a JSON string.
void put_json_string(std::string_view text);

}  // namespace service
