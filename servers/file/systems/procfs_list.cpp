// SPDX-License-Identifier: BSD-2-Clause
// What is in the folders of /proc.
#include "servers/file/systems/procfs.hpp"

namespace file {

namespace {

// Positions in the root: what is always there from 2 on, then the processes, then what the information server has.
constexpr u64 first_position = 2, first_process = 0x1'0000, first_information = 0x1'0000'0000;

/// Entries that are always there, of what has ended those that remain; false: the listing is full.
bool list_fixed(std::span<const ProcEntry> entries, u32 pid, bool lives, u64 position, Listing& listing) {
  for (u64 i = position - first_position; i < entries.size(); ++i) {
    const ProcEntry& entry = entries[i];
    if (!lives && !of_remains(entry.kind)) continue;
    if (!listing.add(entry.name, ProcName{entry.kind, pid}.number(), mode::entry_type(entry.mode),
                     first_position + i + 1))
      return false;
  }
  return true;
}

/// Entries of the information server, with their nodes as nodes of /proc.
class Passing final : public InformationListing {
 public:
  Passing(Listing& to, u64 base) : to_(to), base_(base) {}
  bool add(std::string_view name, const InformationNode& node, u32 next) override {
    const u8 type = mode::entry_type(node.folder ? mode::directory : mode::regular);
    return to_.add(name, ProcName{ProcKind::information, node.node}.number(), type, base_ + next);
  }

 private:
  Listing& to_;
  u64 base_;
};

}  // namespace

Result<> ProcFs::list(NodeId directory, u64 position, Listing& listing) {
  const ProcName where = name_of(directory);
  switch (where.kind) {
    case ProcKind::information:
      return where.which == 0 ? list_root(position, listing)
                              : list_information(where.which, first_position, position, listing);
    case ProcKind::process:
      return list_process(where.which, position, listing);
    case ProcKind::descriptors:
      return list_descriptors(where.which, position, listing);
    default:
      return fail(Error::not_directory);
  }
}

/// The process there, or the one whose remains are there; 0: neither.
u32 ProcFs::pid_in_place(u32 place) {
  const Process* process = core_.processes.find(place);
  if (process != nullptr && process->pid != 0 && !process->ended) return process->pid;
  const Portrait* portrait = core_.portraits.find(place);
  return portrait != nullptr && portrait->remains.there ? portrait->remains.pid : 0;
}

Result<> ProcFs::list_root(u64 position, Listing& listing) {
  if (!list_fixed(proc_root_entries, 0, true, position, listing)) return {};
  const u64 first = position > first_process ? position - first_process : 0;
  for (u64 i = first; i < max_processes; ++i) {
    const u32 pid = pid_in_place(static_cast<u32>(i));
    if (pid == 0) continue;
    char buffer[16];
    if (!listing.add(decimal(buffer, pid), ProcName{ProcKind::process, pid}.number(), mode::entry_type(mode::directory),
                     first_process + i + 1))
      return {};
  }
  return list_information(0, first_information, std::max(position, first_information), listing);
}

Result<> ProcFs::list_process(u32 pid, u64 position, Listing& listing) {
  const bool lives = core_.find_process(pid) != nullptr;
  if (!lives && core_.find_portrait(pid) == nullptr) return fail(Error::no_entry);
  list_fixed(proc_process_entries, pid, lives, position, listing);
  return {};
}

Result<> ProcFs::list_descriptors(u32 pid, u64 position, Listing& listing) {
  const Process* process = core_.find_process(pid);
  if (process == nullptr) return fail(Error::no_entry);
  const u64 first = position - first_position;
  if (first >= max_descriptors) return {};
  for (i32 at = core_.descriptors.next(process->descriptors, static_cast<i32>(first)); at >= 0;
       at = core_.descriptors.next(process->descriptors, at + 1)) {
    char buffer[16];
    const ProcName name{ProcKind::descriptor, pid, static_cast<u16>(at)};
    if (!listing.add(decimal(buffer, static_cast<u64>(at)), name.number(), mode::entry_type(mode::link),
                     first_position + static_cast<u64>(at) + 1))
      break;
  }
  return {};
}

Result<> ProcFs::list_information(u32 folder, u64 base, u64 position, Listing& listing) {
  if (information_ == nullptr) return {};
  Passing passing(listing, base);
  return information_->list(folder, static_cast<u32>(position - base), passing);
}

}  // namespace file
