// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "programs/service/table.hpp"

namespace service {

/// Standard output, in pieces. A reader that has gone ends the program, as it does others.
void put(std::string_view text);
void flush();

/// A table for people: columns in line, under their names.
void show(Table& table);
/// Lines of name, tab, value, for people.
void show_pairs(std::string_view text);
/// The same as JSON: an array of objects, an object. Numbers are numbers, yes and no are booleans.
void show_json(Table& table);
void show_pairs_json(std::string_view text);
/// A text as a JSON string.
void put_json_string(std::string_view text);

}  // namespace service
