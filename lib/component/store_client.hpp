// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "lib/contract/runtime.hpp"

// What the runtime asks the store, for a component that imports it.
namespace component::store_client {

/// Where the store is: its slot is in the system table, its generation is asked of the kernel.
std::optional<contract::Connection> store();

std::expected<contract::Connection, contract::LookupError> lookup(std::string_view name);

/// Waits until `name` is there with another generation than `seen`, or given up, or liveness time has come to `until`.
/// False: time is up.
bool wait_for(std::string_view name, abi::u32 seen, abi::u64 until);

/// Waits in the store for something that cannot happen while this instance lives. False: the store is not there.
bool wait_for_own_restart();

}  // namespace component::store_client
