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

std::optional<Subject> ProcTexts::find(u32 pid, u32 reader) const {
  const Portrait* portrait = core_.find_portrait(pid);
  if (const Process* process = core_.find_process(pid))
    return Subject{.pid = pid,
                   .parent = process->parent,
                   .group = process->group,
                   .session = process->session,
                   .started = process->started,
                   .process = process,
                   .portrait = portrait,
                   .activity = core_.machine.activity_of(pid),
                   .reads = pid == reader};
  if (portrait == nullptr) return {};
  const Remains& remains = portrait->remains;
  return Subject{.pid = pid,
                 .parent = remains.parent,
                 .group = remains.group,
                 .session = remains.session,
                 .started = remains.started,
                 .portrait = portrait,
                 .activity = {.threads = 1}};
}

std::string_view ProcTexts::command(const Subject& subject) {
  return subject.portrait == nullptr ? std::string_view() : std::string_view(subject.portrait->name);
}

std::string_view ProcTexts::command_line(const Subject& subject) {
  if (subject.portrait == nullptr || subject.process == nullptr) return {};
  return {subject.portrait->line, subject.portrait->length};
}

// Who reads it runs, though its call is being worked on here.
std::string_view ProcTexts::state(const Subject& subject) {
  if (subject.process == nullptr) return "Z (zombie)";
  if (subject.reads || subject.activity.runs) return "R (running)";
  return subject.activity.stopped ? "T (stopped)" : "S (sleeping)";
}

MemoryUse ProcTexts::memory_of(const Subject& subject) {
  return subject.portrait == nullptr || subject.process == nullptr ? MemoryUse{} : subject.portrait->use;
}

// Fields that are not known are 0, which programs take for "nothing used".
void ProcTexts::stat(const Subject& subject, base::TextWindow& text) {
  constexpr u64 tick_ms = clock_tick / 1'000'000;
  const MemoryUse memory = memory_of(subject);
  const Activity& use = subject.activity;
  text.add(subject.pid, " (", command(subject), ") ", state(subject)[0], ' ', subject.parent, ' ', subject.group, ' ',
           subject.session, " 0 -1 0 ", memory.minor_faults, " 0 ", memory.major_faults, " 0");
  text.add(' ', use.user_ms / tick_ms, ' ', use.system_ms / tick_ms, " 0 0 20 0 ", use.threads, " 0 ",
           subject.started / clock_tick, ' ', memory.pages * abi::page_size, ' ', memory.resident, ' ', ~u64{0});
  for (unsigned field = 26; field <= 52; ++field) text.add(" 0");
  text.add('\n');
}

// Parts that nobody counts apart are 0: of all pages it is only known that they are mapped.
void ProcTexts::memory_pages(const Subject& subject, base::TextWindow& text) {
  const MemoryUse memory = memory_of(subject);
  text.add(memory.pages, ' ', memory.resident, " 0 0 0 0 0\n");
}

void ProcTexts::status(const Subject& subject, base::TextWindow& text) const {
  text.add("Name:\t", command(subject));
  if (subject.process != nullptr) {
    const u32 mask = core_.directories[subject.process->directories].mask;
    text.add("\nUmask:\t0", static_cast<char>('0' + (mask >> 6 & 7)), static_cast<char>('0' + (mask >> 3 & 7)),
             static_cast<char>('0' + (mask & 7)));
  }
  text.add("\nState:\t", state(subject), "\nTgid:\t", subject.pid, "\nPid:\t", subject.pid, "\nPPid:\t", subject.parent,
           "\nTracerPid:\t0");
  Credentials who;
  if (subject.process != nullptr) {
    who = subject.process->credentials;
  } else {
    const Remains& remains = subject.portrait->remains;
    who.user = who.effective_user = who.saved_user = who.file_user = remains.user;
    who.group = who.effective_group = who.saved_group = who.file_group = remains.user_group;
  }
  text.add("\nUid:\t", who.user, '\t', who.effective_user, '\t', who.saved_user, '\t', who.file_user);
  text.add("\nGid:\t", who.group, '\t', who.effective_group, '\t', who.saved_group, '\t', who.file_group);
  if (subject.process != nullptr) {
    text.add("\nFDSize:\t", subject.process->descriptor_limit, "\nGroups:\t");
    for (u32 i = 0; i < who.group_count; ++i) text.add(who.groups[i], ' ');
    const MemoryUse memory = memory_of(subject);
    constexpr u64 page_kib = abi::page_size / 1024;
    text.add("\nVmSize:\t", memory.pages * page_kib, " kB\nVmRSS:\t", memory.resident * page_kib, " kB");
  }
  text.add("\nThreads:\t", subject.activity.threads, '\n');
}

}  // namespace file
