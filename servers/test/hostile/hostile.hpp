// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/raw.hpp"
#include "generated/contract/blame.hpp"
#include "generated/contract/echo.hpp"
#include "lib/component/component.hpp"

namespace hostile {

using abi::Call;
using abi::Endpoint;
using abi::Status;
using abi::u32;
using abi::u64;

/// What an attack stands on. Each attack says in the log what came of it.
struct Means {
  contract::echo::Shadow& echo;
  contract::blame::Shadow& blame;
  component::Frames& frames;
  abi::u8 echo_slot;  // of the server that it may call
};

struct Attack {
  std::string_view name;
  void (*run)(Means& means);
};

std::span<const Attack> forbidden();  // what the kernel refuses
std::span<const Attack> floods();     // what is allowed, without measure, for a while
std::span<const Attack> deadly();     // what ends whoever tries it

/// How often the kernel answered what.
struct Answers {
  u32 counts[16] = {};
  void add(Status status) { ++counts[static_cast<u64>(status) % 16]; }
  void tell() const;
};

}  // namespace hostile
