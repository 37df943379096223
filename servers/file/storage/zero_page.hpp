// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "abi/types.hpp"

namespace file {

/// What is read where a file has a hole. Constant, so that it is part of the image and costs no frame of its own.
alignas(abi::page_size) inline constexpr std::array<std::byte, abi::page_size> zero_page{};

}  // namespace file
