// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/violation.hpp"

namespace contract {

std::string_view name_of(Violation violation) {
  switch (violation) {
    case Violation::none:
      return "none";
    case Violation::unknown_message:
      return "unknown message";
    case Violation::wrong_state:
      return "wrong state";
    case Violation::wrong_lane:
      return "wrong lane";
    case Violation::wrong_lends:
      return "wrong lends";
    case Violation::wrong_right:
      return "wrong right";
    case Violation::bad_bool:
      return "bad bool";
    case Violation::bad_enum:
      return "bad enum";
    case Violation::too_long:
      return "too long";
    case Violation::condition:
      return "condition";
    case Violation::wrong_length:
      return "wrong length";
    case Violation::count:
      break;
  }
  return "no violation";
}

}  // namespace contract
