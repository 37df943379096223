// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>

#include "lib/component/vault.hpp"
#include "lib/contract/once.hpp"
#include "servers/terminal/environment.hpp"

namespace terminal {

/// What survives: the lines, the signals, and the last answer of each lane. The server works on copies of its own, and
/// every request ends with one transaction that puts what changed here.
template <class Memory, unsigned line_count>
class BasicTerminalVault {
 public:
  static constexpr unsigned max_lanes = 64;

  explicit BasicTerminalVault(component::BasicVault<Memory>& vault)
      : vault_(vault), lines_(vault, "lines"), queue_(vault, "signals"), once_(vault, "answers") {}

  void load(std::span<LineState, line_count> states, SignalQueue& queue) const {
    std::copy_n(lines_->states, line_count, states.begin());
    queue = *queue_;
  }

  void keep(std::span<Line> lines, const SignalQueue& queue, const contract::OnceRecord* answer, unsigned lane) {
    component::BasicTransaction<Memory> transaction{vault_};
    for (unsigned index = 0; index < line_count; ++index) keep(transaction, lines[index], lines_->states[index]);
    if (!(queue == *queue_)) transaction.set(*queue_, queue);
    if (answer != nullptr && lane < max_lanes) transaction.set(once_->records[lane], *answer);
  }

  const contract::OnceRecord* find(unsigned lane) const { return lane < max_lanes ? &once_->records[lane] : nullptr; }

 private:
  struct Lines {
    LineState states[line_count];
  };
  struct Answers {
    contract::OnceRecord records[max_lanes];
  };

  static void keep(component::BasicTransaction<Memory>& transaction, const Line& line, const LineState& kept) {
    const LineState& now = line.state();
    if (!(now.header == kept.header)) transaction.set(kept.header, now.header);
    for (u64 rest = line.changed_input(); rest != 0; rest &= rest - 1) {
      const int chunk = std::countr_zero(rest);
      transaction.set(kept.input[chunk], now.input[chunk]);
    }
    for (u64 rest = line.changed_output(); rest != 0; rest &= rest - 1) {
      const int chunk = std::countr_zero(rest);
      transaction.set(kept.output[chunk], now.output[chunk]);
    }
  }

  component::BasicVault<Memory>& vault_;
  component::BasicVaultRecord<Lines, Memory> lines_;
  component::BasicVaultRecord<SignalQueue, Memory> queue_;
  component::BasicVaultRecord<Answers, Memory> once_;
};

}  // namespace terminal
