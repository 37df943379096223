// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "abi/message.hpp"
#include "generated/contract/memory.hpp"
#include "servers/memory/machine.hpp"

namespace memory {

/// Requests of process that found a space busy, to be tried again when it is settled.
struct WaitingRequest {
  enum class Kind : u8 { none, adopt, discard, fork, release };
  Kind kind = Kind::none;
  u32 pid = 0;
  u32 parent = 0;
  SpaceIndex space = 0;
  contract::Token<contract::memory::Done, contract::memory::Failed> token;
  contract::Token<contract::memory::Done> done_token;  // of those that cannot fail
};

/// Who waits for a space to settle: parked calls of programs, and requests of process.
class Waiting {
 public:
  /// False: too many wait; the program makes its call again.
  bool add(abi::Endpoint program, SpaceIndex space) {
    for (Program& place : programs_) {
      if (place.endpoint.bits != 0) continue;
      place = {program, space};
      return true;
    }
    return false;
  }
  /// Calls `wake` with each program that waited for the space.
  template <class Wake>
  void settled(SpaceIndex space, Wake wake) {
    for (Program& place : programs_) {
      if (place.endpoint.bits == 0 || place.space != space) continue;
      const abi::Endpoint endpoint = place.endpoint;
      place = {};
      wake(endpoint);
    }
  }

  /// A place for a request; there is one for each lane that process has.
  WaitingRequest* vacant() {
    for (WaitingRequest& request : requests_)
      if (request.kind == WaitingRequest::Kind::none) return &request;
    return nullptr;
  }
  std::array<WaitingRequest, 64>& requests() { return requests_; }

 private:
  struct Program {
    abi::Endpoint endpoint;
    SpaceIndex space = 0;
  };
  std::array<Program, 256> programs_{};
  std::array<WaitingRequest, 64> requests_{};
};

}  // namespace memory
