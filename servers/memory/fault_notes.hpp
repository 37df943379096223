// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <optional>

#include "servers/memory/address.hpp"

namespace memory {

/// Why a fault was refused, as a signal tells it: SIGSEGV or SIGBUS, its si_code, the address.
struct FaultNote {
  u64 address = 0;
  u16 thread = 0;
  u8 signal = 0;  // 0: no note
  u8 code = 0;
};

/// The refusals that process has yet to ask for. It asks soon; a note that another thread has overwritten meanwhile is
/// one whose program learns less.
class FaultNotes {
 public:
  void put(const FaultNote& note) { notes_[note.thread % notes_.size()] = note; }
  std::optional<FaultNote> take(u16 thread) const {
    const FaultNote& note = notes_[thread % notes_.size()];
    if (note.signal == 0 || note.thread != thread) return {};
    return note;
  }

 private:
  std::array<FaultNote, 256> notes_{};
};

}  // namespace memory
