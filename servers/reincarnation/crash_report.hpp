// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/component/log.hpp"
#include "servers/reincarnation/service.hpp"

namespace reincarnation {

/// Everything that a stopped slot still tells: cause, registers, last request, return addresses along the frame
/// pointers.
Crash examine(Machine& machine, const abi::ComponentRecord& record, const abi::SlotStatus& status);

/// For people: one line.
component::Line describe(const Crash& crash);

/// "page fault", "exit", "hang": for people.
std::string_view name_of_cause(u32 cause);

}  // namespace reincarnation
