// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/verifier/refusal.hpp"

namespace verifier {

/// The boot archive: the folder as a newc cpio archive, which the file server unpacks as its root in memory. The same
/// folder always makes the same bytes: entries are sorted, all belong to root, and none has a date.
std::vector<std::byte> make_archive(const std::string& folder, Refusals& refusals);

/// One with nothing in it: what the file server finds in the image of a system that has its root on a disk.
std::vector<std::byte> empty_archive();

}  // namespace verifier
