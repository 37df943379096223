// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/systems/proc_texts.hpp"

#include "servers/file/lookup/path_buffer.hpp"
#include "servers/file/lookup/place_name.hpp"

namespace file {

namespace {

constexpr u64 clock_tick = 10'000'000;  // ns: USER_HZ is 100

/// With the characters that separate fields as octal numbers.
void add_escaped(base::TextWindow& text, std::string_view field) {
  for (const char c : field) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\\')
      text.add('\\', '0', static_cast<char>('0' + c / 8), static_cast<char>('0' + c % 8));
    else
      text.add(c);
  }
}

}  // namespace

void ProcTexts::mounts(const Process& process, base::TextWindow& text) const {
  char buffer[max_path];
  const Position root = core_.directories[process.directories].root;
  for (u32 i = 0; i < max_mounts; ++i) {
    const MountId id = static_cast<MountId>(i);
    const Mount& mount = core_.mounts[id];
    if (!mount.live) continue;
    const Result<std::string_view> path = name_of_place(core_, {mount.root, id}, root, buffer);
    if (!path || path->starts_with('(')) continue;  // outside of the process's root
    add_escaped(text, mount.source);
    text.add(' ');
    add_escaped(text, *path);
    text.add(' ', std::string_view(mount.type), (mount.flags & mount_flags::read_only) != 0 ? " ro" : " rw");
    if ((mount.flags & mount_flags::no_set_id) != 0) text.add(",nosuid");
    if ((mount.flags & mount_flags::no_device) != 0) text.add(",nodev");
    if ((mount.flags & mount_flags::no_execute) != 0) text.add(",noexec");
    text.add((mount.flags & mount_flags::no_access_time) != 0 ? ",noatime 0 0\n" : ",relatime 0 0\n");
  }
}

void ProcTexts::file_systems(const Systems& systems, base::TextWindow& text) const {
  for (const Mountable* kind : systems.kinds()) text.add(kind->on_device() ? "" : "nodev", '\t', kind->type(), '\n');
}

std::string_view ProcTexts::command(const Process& process) const {
  const Command* command = core_.commands.find(process.pid % max_processes);
  return command == nullptr ? std::string_view() : std::string_view(command->name);
}

std::string_view ProcTexts::command_line(const Process& process) const {
  const Command* command = core_.commands.find(process.pid % max_processes);
  return command == nullptr ? std::string_view() : std::string_view(command->line, command->length);
}

// Who reads it runs, though its call is being worked on here.
std::string_view ProcTexts::state(const Activity& use, bool reads) {
  if (reads || use.runs) return "R (running)";
  return use.stopped ? "T (stopped)" : "S (sleeping)";
}

// Fields that are not known are 0, which programs take for "nothing used".
void ProcTexts::stat(const Process& process, bool reads, base::TextWindow& text) const {
  constexpr u64 tick_ms = clock_tick / 1'000'000;
  const Activity use = core_.machine.activity_of(process.pid);
  text.add(process.pid, " (", command(process), ") ", state(use, reads)[0], ' ', process.parent, ' ', process.group,
           ' ', process.session, " 0 -1 0");
  for (unsigned field = 10; field <= 13; ++field) text.add(" 0");  // faults
  text.add(' ', use.user_ms / tick_ms, ' ', use.system_ms / tick_ms, " 0 0 20 0 ", use.threads, " 0 ",
           process.started / clock_tick);
  for (unsigned field = 23; field <= 52; ++field) text.add(" 0");
  text.add('\n');
}

void ProcTexts::status(const Process& process, bool reads, base::TextWindow& text) const {
  const Credentials& who = process.credentials;
  const Activity use = core_.machine.activity_of(process.pid);
  const u32 mask = core_.directories[process.directories].mask;
  text.add("Name:\t", command(process), "\nUmask:\t0", static_cast<char>('0' + (mask >> 6 & 7)),
           static_cast<char>('0' + (mask >> 3 & 7)), static_cast<char>('0' + (mask & 7)));
  text.add("\nState:\t", state(use, reads), "\nTgid:\t", process.pid, "\nPid:\t", process.pid, "\nPPid:\t",
           process.parent, "\nTracerPid:\t0");
  text.add("\nUid:\t", who.user, '\t', who.effective_user, '\t', who.saved_user, '\t', who.file_user);
  text.add("\nGid:\t", who.group, '\t', who.effective_group, '\t', who.saved_group, '\t', who.file_group);
  text.add("\nFDSize:\t", process.descriptor_limit, "\nGroups:\t");
  for (u32 i = 0; i < who.group_count; ++i) text.add(who.groups[i], ' ');
  text.add("\nThreads:\t", use.threads, '\n');
}

}  // namespace file
