// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "programs/trace/record.hpp"
#include "programs/trace/text.hpp"

namespace trace {

/// Turns records into lines. Knows which threads are in a call, so that its end is joined to its beginning.
class Show {
 public:
  /// One line or two, with their ends.
  void add(Text& text, const Read& read);

 private:
  struct Waiting {
    std::uint32_t thread = 0;  // 0: free
    std::uint16_t number = 0;
  };
  static constexpr std::size_t most_waiting = 256;

  void begin_line(Text& text, std::uint32_t thread);
  Waiting* find(std::uint32_t thread);
  void add_call(Text& text, const Read& read);

  Waiting waiting_[most_waiting];
  std::uint32_t first_thread_ = 0;
  bool several_ = false;  // threads: each line says whose it is
};

}  // namespace trace
