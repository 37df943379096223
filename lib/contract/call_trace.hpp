// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string_view>

#include "abi/call_record.hpp"
#include "lib/contract/program_call.hpp"

// What servers write of the calls of programs that are traced (abi/call_record.hpp).
namespace contract::trace {

using namespace abi::trace;

/// A call and its result, or that it waits. What cannot be read of the program's memory just now is left out: nothing
/// waits for it. Empty: there is nothing to tell, because the call will be made anew.
std::span<const std::byte> write_call(const ProgramCall& call, const CallResult& result, const Shapes& shapes,
                                      Buffer& buffer);
/// A record with at most one piece, which is cut where it is too long.
std::span<const std::byte> write_event(Record record, std::string_view piece, Buffer& buffer);

}  // namespace contract::trace
