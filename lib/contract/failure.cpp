// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/failure.hpp"

namespace contract {

std::string_view name_of(Failure failure) {
  switch (failure) {
    case Failure::none:
      return "none";
    case Failure::unavailable:
      return "unavailable";
    case Failure::timed_out:
      return "timed out";
    case Failure::restarted:
      return "restarted";
    case Failure::refused:
      return "refused";
  }
  return "no failure";
}

}  // namespace contract
