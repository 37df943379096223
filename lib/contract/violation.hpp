// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "lib/contract/types.hpp"

namespace contract {

/// What a monitor may find wrong with a message of its peer.
enum class Violation : u8 {
  none = 0,
  unknown_message = 1,  // no message of the contract has this number, or not in this direction
  wrong_state = 2,      // not allowed in the state of the lane
  wrong_lane = 3,       // beyond the lanes of the importer, or from one that imports nothing here
  wrong_lends = 4,      // more or fewer lends than the message has
  wrong_right = 5,      // a lend that may not be read, or not be written, as the message says
  bad_bool = 6,         // neither 0 nor 1
  bad_enum = 7,         // no enumerator has the value
  too_long = 8,         // a string or an array beyond its bound
  condition = 9,        // `requires` does not hold, or its evaluation overflows
  wrong_length = 10,    // a typed lend that is no whole number of its structures
  count
};

std::string_view name_of(Violation violation);

/// Whether generated code looks at what it gets. Off exists for the controls of tests only.
enum class Monitor : bool { off, on };

/// One broken message, as it was received.
struct ViolationReport {
  std::string_view contract;
  Violation violation;
  Endpoint peer;     // who sent it
  bool of_importer;  // the peer imports the contract: it sent a request; else it exports it: a reply
  Message message;
};

}  // namespace contract
