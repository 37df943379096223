// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "programs/service/places.hpp"

namespace service {

/// Answers the queries from the symbol file on the disk. Empty, or why it could not be done, for people: then no place
/// is known.
std::string_view look_up(std::span<Query> queries);

}  // namespace service
