// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/base/text_window.hpp"
#include "servers/file/systems/systems.hpp"

namespace file {

/// Whom a file of /proc tells of: a process, or what is left of one that has ended.
struct Subject {
  u32 pid = 0, parent = 0, group = 0, session = 0;
  u64 started = 0;
  const Process* process = nullptr;  // null: it has ended
  const Portrait* portrait = nullptr;
  Activity activity;
  bool reads = false;  // it is the process itself that does
};

/// What the files of /proc say that this server makes itself (proc(5)). Of a process that is what it was told: who it
/// is, what it runs, what it has open. What its threads do the kernel tells, and of its memory what memory told last.
class ProcTexts {
 public:
  explicit ProcTexts(Core& core) : core_(core) {}

  /// All mounts, as the process sees them from its root.
  void mounts(const Process& process, base::TextWindow& text) const;
  void file_systems(const Systems& systems, base::TextWindow& text) const;
  std::optional<Subject> find(u32 pid, u32 reader) const;
  static void stat(const Subject& subject, base::TextWindow& text);
  void status(const Subject& subject, base::TextWindow& text) const;
  static void memory_pages(const Subject& subject, base::TextWindow& text);
  static std::string_view command(const Subject& subject);
  /// The arguments, each with a zero byte behind it; none of what has ended.
  static std::string_view command_line(const Subject& subject);

 private:
  static std::string_view state(const Subject& subject);
  static MemoryUse memory_of(const Subject& subject);

  Core& core_;
};

}  // namespace file
