// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "servers/process/types.hpp"

namespace process {

/// Process, thread, group and session identifiers come from one series. Those in use differ in their place
/// (contract process, max_identifiers), so that whoever keeps a table by pid needs no search.
class Identifiers {
 public:
  static constexpr std::size_t places = 2048;
  static constexpr Pid greatest = 32767;

  /// The next free identifier, in use once; 0: all places are taken.
  Pid take();
  /// One more or one less of what an identifier stands for: process, thread, member of a group or session.
  void hold(Pid id) { ++uses_[id % places]; }
  void release(Pid id) { --uses_[id % places]; }

  /// What an identifier stands for, by index; 0: nothing.
  u16 process(Pid id) const { return pids_[id % places] == id ? processes_[id % places] : u16{0}; }
  u16 thread(Pid id) const { return pids_[id % places] == id ? threads_[id % places] : u16{0}; }
  void set_process(Pid id, u16 index) { processes_[id % places] = index; }
  void set_thread(Pid id, u16 index) { threads_[id % places] = index; }

 private:
  std::array<u16, places> uses_{};
  std::array<Pid, places> pids_{};
  std::array<u16, places> processes_{};
  std::array<u16, places> threads_{};
  Pid last_ = 0;
};

inline Pid Identifiers::take() {
  for (std::size_t tries = 0; tries < places; ++tries) {
    last_ = last_ == greatest ? 2 : last_ + 1;
    const std::size_t place = last_ % places;
    if (uses_[place] != 0) continue;
    uses_[place] = 1;
    pids_[place] = last_;
    processes_[place] = threads_[place] = 0;
    return last_;
  }
  return 0;
}

}  // namespace process
