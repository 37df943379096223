// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/systems/procfs.hpp"

#include "servers/file/lookup/path_buffer.hpp"
#include "servers/file/lookup/place_name.hpp"
#include "servers/file/systems/proc_texts.hpp"

namespace file {

// ---- names ----------------------------------------------------------------------------------------------------------

Result<NodeId> ProcFs::start(SystemId self) {
  self_ = self;
  const Result<NodeId> root = make({ProcKind::information}, mode::directory | 0555);
  if (root) core_.tree.hold(*root);
  return root;
}

Result<NodeId> ProcFs::make(ProcName name, u32 mode) {
  const u64 number = name.number();
  if (const NodeId known = core_.tree.nodes.find(self_, number); known != NodeId::none) return known;
  const Result<NodeId> made = core_.tree.nodes.make(self_, Keeping::passing, number);
  if (!made) return made;
  Node& node = core_.tree[*made];
  node.mode = static_cast<u16>(mode);
  node.links = mode::is(mode, mode::directory) ? 2 : 1;
  node.access_time = node.modify_time = node.change_time = core_.machine.realtime();
  if (name.kind < ProcKind::process) return made;
  if (const Process* process = core_.find_process(name.which)) {
    node.user = process->credentials.effective_user;
    node.group = process->credentials.effective_group;
  } else if (const Portrait* portrait = core_.find_portrait(name.which)) {
    node.user = portrait->remains.user;
    node.group = portrait->remains.user_group;
  }
  return made;
}

Result<NodeId> ProcFs::lookup(NodeId directory, std::string_view name) {
  const ProcName where = name_of(directory);
  switch (where.kind) {
    case ProcKind::information:
      return where.which == 0 ? lookup_root(name) : lookup_information(where.which, name);
    case ProcKind::process:
      return lookup_process(where.which, name);
    case ProcKind::descriptors:
      return lookup_descriptor(where.which, name);
    default:
      return fail(Error::not_directory);
  }
}

Result<NodeId> ProcFs::lookup_root(std::string_view name) {
  for (const ProcEntry& entry : proc_root_entries)
    if (entry.name == name) return make({entry.kind}, entry.mode);
  const std::optional<u32> pid = number_in(name);
  if (!pid) return lookup_information(0, name);
  if (core_.find_process(*pid) == nullptr && core_.find_portrait(*pid) == nullptr) return fail(Error::no_entry);
  return make({ProcKind::process, *pid}, mode::directory | 0555);
}

Result<NodeId> ProcFs::lookup_process(u32 pid, std::string_view name) {
  const bool lives = core_.find_process(pid) != nullptr;
  if (!lives && core_.find_portrait(pid) == nullptr) return fail(Error::no_entry);
  for (const ProcEntry& entry : proc_process_entries)
    if (entry.name == name && (lives || of_remains(entry.kind))) return make({entry.kind, pid}, entry.mode);
  return fail(Error::no_entry);
}

Result<NodeId> ProcFs::lookup_descriptor(u32 pid, std::string_view name) {
  const std::optional<u32> number = number_in(name);
  const Process* process = core_.find_process(pid);
  if (!number || process == nullptr || *number >= max_descriptors ||
      core_.descriptors.find(process->descriptors, static_cast<i32>(*number)) == DescriptionId::none)
    return fail(Error::no_entry);
  return make({ProcKind::descriptor, pid, static_cast<u16>(*number)}, mode::link | 0700);
}

Result<NodeId> ProcFs::lookup_information(u32 folder, std::string_view name) {
  if (information_ == nullptr) return fail(Error::no_entry);
  const Result<InformationNode> found = information_->lookup(folder, name);
  if (!found) return fail(found.error());
  return make({ProcKind::information, found->node}, (found->folder ? mode::directory : mode::regular) | found->mode);
}

// ---- links ----------------------------------------------------------------------------------------------------------

/// Where a process is and what it has open is told to itself, to its owner, and to root.
Result<LinkTarget> ProcFs::target_of(ProcName name, u32 reader) {
  const Process* process = core_.find_process(name.which);
  if (process == nullptr) return fail(Error::no_entry);
  const Process* asking = core_.find_process(reader);
  if (asking == nullptr) return fail(Error::no_process);
  if (asking != process && !asking->credentials.is_root() &&
      asking->credentials.file_user != process->credentials.effective_user)
    return fail(Error::access);
  LinkTarget target;
  switch (name.kind) {
    case ProcKind::executable:
      target.position = process->executable;
      break;
    case ProcKind::working:
      target.position = core_.directories[process->directories].working;
      break;
    case ProcKind::root:
      target.position = core_.directories[process->directories].root;
      break;
    case ProcKind::descriptor: {
      const DescriptionId id = core_.descriptors.find(process->descriptors, name.descriptor);
      if (id == DescriptionId::none) return fail(Error::no_entry);
      target.position = core_.descriptions[id].position;
      if (target.position.node == NodeId::none) return LinkTarget{{}, name.which, name.descriptor};
      break;
    }
    default:
      return fail(Error::invalid);
  }
  if (target.position.node == NodeId::none) return fail(Error::no_entry);
  return target;
}

std::optional<Result<LinkTarget>> ProcFs::jump(NodeId link, u32 pid) {
  const ProcName name = name_of(link);
  if (name.kind == ProcKind::self || name.kind == ProcKind::mounts_link) return {};
  return target_of(name, pid);
}

Result<u32> ProcFs::read_link_for(NodeId link, u32 pid, std::span<char> to) {
  const ProcName name = name_of(link);
  base::TextWindow text(0, std::as_writable_bytes(to));
  if (name.kind == ProcKind::self) return static_cast<u32>(text.add(pid).size());
  if (name.kind == ProcKind::mounts_link) return static_cast<u32>(text.add("self/mounts").size());
  const Result<LinkTarget> target = target_of(name, pid);
  if (!target) return fail(target.error());
  if (target->position.node != NodeId::none) {
    char buffer[max_path];
    const Position root = core_.directories[core_.find_process(pid)->directories].root;
    const Result<std::string_view> path = name_of_place(core_, target->position, root, buffer);
    text.add(path ? *path : std::string_view("/ (deleted)"));
    return static_cast<u32>(text.size());
  }
  const Process* process = core_.find_process(target->pid);
  const Description& open = core_.descriptions[core_.descriptors.find(process->descriptors, target->descriptor)];
  if (open.kind == Kind::pipe)
    text.add("pipe:[", core_.pipes[static_cast<PipeId>(open.handle)].number, ']');
  else
    text.add("anon_inode:[file]");
  return static_cast<u32>(text.size());
}

// ---- contents -------------------------------------------------------------------------------------------------------

Result<> ProcFs::gather(NodeId node, const Caller& caller) {
  constexpr u64 most_wait = 200'000'000;  // ns; a memory server that does not answer is shown by what it said last
  const ProcName name = name_of(node);
  if (!tells_memory(name.kind) || caller.waited()) return {};
  Portrait* portrait = core_.find_portrait(name.which);
  if (portrait == nullptr || core_.find_process(name.which) == nullptr) return {};
  portrait->use_wanted = true;
  core_.machine.raise_use_wanted();
  return fail(
      caller.wait_steadfast(WaitKey::of(Awaited::memory_use, name.which), core_.machine.monotonic() + most_wait));
}

Result<u32> ProcFs::read(NodeId node, u32 reader, u64 offset, std::span<std::byte> to) {
  const ProcName name = name_of(node);
  if (name.kind == ProcKind::information) {
    if (information_ == nullptr) return fail(Error::io);
    const PageCache& cache = core_.tree.cache;
    const i64 now = static_cast<i64>(core_.machine.monotonic());
    if (offset == 0) information_->know(core_.machine.realtime() - now, cache.pages(), cache.reclaimable());
    return information_->read(name.which, offset, to);
  }
  base::TextWindow text(offset, to);
  const ProcTexts texts(core_);
  if (name.kind == ProcKind::file_systems) {
    texts.file_systems(systems_, text);
    return static_cast<u32>(text.size());
  }
  const std::optional<Subject> subject = texts.find(name.which, reader);
  if (!subject) return fail(Error::no_process);
  switch (name.kind) {
    case ProcKind::mounts:
      if (subject->process == nullptr) return fail(Error::invalid);  // as Linux says of what has no root any more
      texts.mounts(*subject->process, text);
      break;
    case ProcKind::command:
      text.add(texts.command(*subject), '\n');
      break;
    case ProcKind::command_line:
      text.add(texts.command_line(*subject));
      break;
    case ProcKind::stat:
      texts.stat(*subject, text);
      break;
    case ProcKind::status:
      texts.status(*subject, text);
      break;
    case ProcKind::memory_pages:
      texts.memory_pages(*subject, text);
      break;
    default:
      return fail(Error::invalid);
  }
  return static_cast<u32>(text.size());
}

Result<u32> ProcFs::write(NodeId node, std::span<const std::byte> from) {
  const ProcName name = name_of(node);
  if (name.kind != ProcKind::information || information_ == nullptr) return fail(Error::access);
  return information_->write(name.which, from);
}

Result<linux_abi::StatFs> ProcFs::statistics() {
  linux_abi::StatFs result{};
  result.type = 0x9fa0;  // PROC_SUPER_MAGIC
  result.block_size = result.fragment_size = abi::page_size;
  result.name_length = max_name;
  return result;
}

}  // namespace file
