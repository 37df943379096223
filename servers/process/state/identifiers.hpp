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
  void hold(Pid id) { ++at(id).uses; }
  void release(Pid id) { --at(id).uses; }

  /// What an identifier stands for, by index; 0: nothing.
  u16 process(Pid id) const { return at(id).id == id ? at(id).process : u16{0}; }
  u16 thread(Pid id) const { return at(id).id == id ? at(id).thread : u16{0}; }
  void set_process(Pid id, u16 index) { at(id).process = index; }
  void set_thread(Pid id, u16 index) { at(id).thread = index; }

 private:
  struct Place {
    Pid id = 0;
    u16 uses = 0, process = 0, thread = 0;
  };
  Place& at(Pid id) { return places_[id % places]; }
  const Place& at(Pid id) const { return places_[id % places]; }

  std::array<Place, places> places_{};
  Pid last_ = 0;
};

inline Pid Identifiers::take() {
  for (std::size_t tries = 0; tries < places; ++tries) {
    last_ = last_ == greatest ? 2 : last_ + 1;
    if (at(last_).uses != 0) continue;
    at(last_) = {last_, 1, 0, 0};
    return last_;
  }
  return 0;
}

}  // namespace process
