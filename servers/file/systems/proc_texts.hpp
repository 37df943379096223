// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/base/text_window.hpp"
#include "servers/file/systems/systems.hpp"

namespace file {

/// What the files of /proc say that this server makes itself (proc(5)). Of a process that is what it was told: who it
/// is, what it runs, what it has open. What its threads do the kernel tells; its memory is others' knowledge, and is
/// shown as 0.
class ProcTexts {
 public:
  explicit ProcTexts(Core& core) : core_(core) {}

  /// All mounts, as the process sees them from its root.
  void mounts(const Process& process, base::TextWindow& text) const;
  void file_systems(const Systems& systems, base::TextWindow& text) const;
  /// `reads`: it is the process itself that does.
  void stat(const Process& process, bool reads, base::TextWindow& text) const;
  void status(const Process& process, bool reads, base::TextWindow& text) const;
  std::string_view command(const Process& process) const;
  /// The arguments, each with a zero byte behind it.
  std::string_view command_line(const Process& process) const;

 private:
  static std::string_view state(const Activity& use, bool reads);

  Core& core_;
};

}  // namespace file
