// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/server.hpp"

// Job control: processes that stand still, and groups that nobody could continue (POSIX.1-2017, 3.264 and 11.1.4).
namespace process {

/// One of the process's threads took a stop signal: all of them stand still.
void Server::stop_process(Process& process, unsigned signal) {
  if (process.job == Process::Job::stopped) return;
  process.job = Process::Job::stopped;
  process.stop_signal = static_cast<u8>(signal);
  process.stop_untold = true;
  process.continue_untold = false;
  each_thread(process, [&](Thread& thread) { wake(thread); });
  tell_parent(process, code_child_stopped, static_cast<i32>(signal));
}

void Server::continue_process(Process& process) {
  if (process.job != Process::Job::stopped) return;
  process.job = Process::Job::runs;
  process.stop_untold = false;
  process.continue_untold = true;
  each_thread(process, [&](Thread& thread) {
    if (thread.phase != Thread::Phase::held) return;
    thread.phase = Thread::Phase::handled;
    go_on(thread);
  });
  tell_parent(process, code_continued, sig_continue);
}

/// Whether no member has its parent in another group of the same session.
bool Server::is_orphaned(Pid group, const Process* ending, bool without) const {
  bool orphaned = true;
  processes_.each([&](const Process& member) {
    const bool counts = member.state == Process::State::live || (&member == ending && !without);
    if (member.group != group || !counts) return;
    const Process* const parent = processes_.find(member.parent);
    if (parent == nullptr || (parent == ending && without) || parent->pid == 1) return;
    if (parent->group != group && parent->session == member.session) orphaned = false;
  });
  return orphaned;
}

/// The end of a process may leave groups orphaned: its own, and those of its children. Their members that stand still
/// would do so for ever.
void Server::orphan_groups(Process& ending) {
  const auto hang_up = [&](Pid group) {
    bool stopped = false;
    processes_.each([&](const Process& member) {
      stopped |= member.group == group && member.state == Process::State::live && member.job == Process::Job::stopped;
    });
    if (!stopped || is_orphaned(group, &ending) || !is_orphaned(group, &ending, true)) return;
    send_to_group(group, {.signal = sig_hangup, .code = code_kernel});
    send_to_group(group, {.signal = sig_continue, .code = code_kernel});
  };
  hang_up(ending.group);
  for (u16 index = ending.first_child; index != 0;) {
    const Process& child = processes_[index];
    index = child.next_sibling;
    if (child.group != ending.group && child.session == ending.session) hang_up(child.group);
  }
}

}  // namespace process
