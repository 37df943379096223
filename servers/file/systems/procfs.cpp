// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/systems/procfs.hpp"

#include <charconv>

#include "servers/file/lookup/path_buffer.hpp"
#include "servers/file/lookup/place_name.hpp"

namespace file {

namespace {

// Positions in a listing: own entries from 2 on, then the processes, then what the information server has.
constexpr u64 first_process = 0x1'0000, first_information = 0x1'0000'0000;

std::string_view decimal(std::span<char> buffer, u32 value) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

/// A number without sign, spaces or leading zeroes; none: the name is no number.
std::optional<u32> number_in(std::string_view name) {
  u32 value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (error != std::errc{} || end != name.data() + name.size() || (name.size() > 1 && name[0] == '0')) return {};
  return value;
}

/// Text put together in a buffer, cut where that is full.
class Text {
 public:
  explicit Text(std::span<char> to) : to_(to) {}
  Text& add(std::string_view text) {
    used_ += text.copy(to_.data() + used_, to_.size() - used_);
    return *this;
  }
  /// With the characters that separate fields as octal numbers, as /proc/mounts has them.
  Text& add_escaped(std::string_view text) {
    for (const char c : text) {
      if (c != ' ' && c != '\t' && c != '\n' && c != '\\') {
        add({&c, 1});
        continue;
      }
      const char octal[] = {'\\', '0', static_cast<char>('0' + c / 8), static_cast<char>('0' + c % 8)};
      add({octal, sizeof octal});
    }
    return *this;
  }
  u32 size() const { return static_cast<u32>(used_); }

 private:
  std::span<char> to_;
  std::size_t used_ = 0;
};

}  // namespace

Result<NodeId> ProcFs::make(Name name, u32 mode) {
  const u64 number = number_of(name);
  if (const NodeId known = core_.tree.nodes.find(self_, number); known != NodeId::none) return known;
  const Result<NodeId> made = core_.tree.nodes.make(self_, Keeping::passing, number);
  if (!made) return made;
  Node& node = core_.tree[*made];
  node.mode = static_cast<u16>(mode);
  node.links = mode::is(mode, mode::directory) ? 2 : 1;
  if (mode::is(mode, mode::link)) node.size = 64;
  node.access_time = node.modify_time = node.change_time = core_.machine.realtime();
  if (name.what >= What::process) {
    if (const Process* process = core_.find_process(name.which)) {
      node.user = process->credentials.effective_user;
      node.group = process->credentials.effective_group;
    }
  }
  return made;
}

Result<NodeId> ProcFs::start(SystemId self) {
  self_ = self;
  const Result<NodeId> root = make({What::information, 0}, mode::directory | 0555);
  if (root) core_.tree.hold(*root);
  return root;
}

Result<u32> ProcFs::information_folder(u32 pid) {
  if (information_ == nullptr) return fail(Error::no_entry);
  char buffer[16];
  const Result<InformationNode> found = information_->lookup(0, decimal(buffer, pid));
  if (!found) return fail(found.error());
  return found->node;
}

Result<NodeId> ProcFs::lookup_information(u32 folder, std::string_view name) {
  if (information_ == nullptr) return fail(Error::no_entry);
  const Result<InformationNode> found = information_->lookup(folder, name);
  if (!found) return fail(found.error());
  return make({What::information, found->node}, (found->folder ? mode::directory : mode::regular) | found->mode);
}

Result<NodeId> ProcFs::lookup_process(u32 pid, std::string_view name) {
  if (core_.find_process(pid) == nullptr) return fail(Error::no_entry);
  if (name == "fd") return make({What::descriptors, pid}, mode::directory | 0500);
  if (name == "exe") return make({What::executable, pid}, mode::link | 0777);
  if (name == "cwd") return make({What::working, pid}, mode::link | 0777);
  if (name == "root") return make({What::root, pid}, mode::link | 0777);
  if (name == "mounts") return make({What::mounts, pid}, mode::regular | 0444);
  const Result<u32> folder = information_folder(pid);
  if (!folder) return fail(folder.error());
  return lookup_information(*folder, name);
}

Result<NodeId> ProcFs::lookup(NodeId directory, std::string_view name) {
  const Name where = name_of(core_.tree[directory].number);
  switch (where.what) {
    case What::process:
      return lookup_process(where.which, name);
    case What::descriptors: {
      const std::optional<u32> descriptor = number_in(name);
      const Process* process = core_.find_process(where.which);
      if (!descriptor || process == nullptr || *descriptor >= max_descriptors ||
          core_.descriptors.find(process->descriptors, static_cast<i32>(*descriptor)) == DescriptionId::none)
        return fail(Error::no_entry);
      return make({What::descriptor, where.which, static_cast<u16>(*descriptor)}, mode::link | 0700);
    }
    case What::information:
      break;
    default:
      return fail(Error::not_directory);
  }
  if (where.which != 0) return lookup_information(where.which, name);
  if (name == "self") return make({What::self, 0}, mode::link | 0777);
  if (name == "thread-self") return make({What::thread_self, 0}, mode::link | 0777);
  if (name == "mounts") return make({What::mounts_link, 0}, mode::link | 0777);
  if (name == "filesystems") return make({What::filesystems, 0}, mode::regular | 0444);
  if (const std::optional<u32> pid = number_in(name)) {
    if (core_.find_process(*pid) == nullptr) return fail(Error::no_entry);
    return make({What::process, *pid}, mode::directory | 0555);
  }
  return lookup_information(0, name);
}

Result<Position> ProcFs::place_of(Name name) const {
  const Process* process = core_.find_process(name.which);
  if (process == nullptr) return fail(Error::no_entry);
  Position position;
  switch (name.what) {
    case What::executable:
      position = process->executable;
      break;
    case What::working:
      position = core_.directories[process->directories].working;
      break;
    case What::root:
      position = core_.directories[process->directories].root;
      break;
    default: {
      const DescriptionId id = core_.descriptors.find(process->descriptors, name.descriptor);
      if (id == DescriptionId::none) return fail(Error::no_entry);
      position = core_.descriptions[id].position;
      if (position.node == NodeId::none) return fail(Error::described);
      break;
    }
  }
  if (position.node == NodeId::none) return fail(Error::no_entry);
  return position;
}

std::optional<Result<Position>> ProcFs::jump(NodeId link, u32 pid) {
  const Name name = name_of(core_.tree[link].number);
  switch (name.what) {
    case What::executable:
    case What::working:
    case What::root:
    case What::descriptor: {
      // A link of another's process tells where it is and what it has open: its owner and root only.
      const Process* asking = core_.find_process(pid);
      const Process* asked = core_.find_process(name.which);
      if (asking != nullptr && asked != nullptr && asking != asked && !asking->credentials.is_root() &&
          asking->credentials.file_user != asked->credentials.effective_user)
        return fail(Error::access);
      return place_of(name);
    }
    default:
      return {};
  }
}

Result<u32> ProcFs::read_link(NodeId link, std::span<char> to) {
  const Name name = name_of(core_.tree[link].number);
  Text text(to);
  char buffer[max_path];
  switch (name.what) {
    case What::self:
    case What::thread_self: {
      text.add(decimal(buffer, core_.reader));
      if (name.what == What::thread_self) text.add("/task/").add(decimal(buffer, core_.reader));
      return text.size();
    }
    case What::mounts_link:
      return text.add("self/mounts").size();
    default:
      break;
  }
  const Result<Position> place = place_of(name);
  if (place) {
    const Process* reader = core_.find_process(core_.reader);
    const Position root = reader == nullptr ? Position{core_.mounts[MountId{0}].root, MountId{0}}
                                            : core_.directories[reader->directories].root;
    const Result<std::string_view> path = name_of_place(core_, *place, root, buffer);
    if (path) return text.add(*path).size();
    return text.add("/ (deleted)").size();
  }
  if (place.error() != Error::described) return fail(place.error());
  const Process* process = core_.find_process(name.which);
  const Description& description = core_.descriptions[core_.descriptors.find(process->descriptors, name.descriptor)];
  if (description.kind != Kind::pipe) return text.add("anon_inode:[file]").size();
  const u64 number = core_.pipes[static_cast<PipeId>(description.handle)].number;
  return text.add("pipe:[").add(decimal(buffer, static_cast<u32>(number))).add("]").size();
}

FileSystem::Descriptor ProcFs::described(NodeId link) {
  const Name name = name_of(core_.tree[link].number);
  return {name.which, name.descriptor};
}

Result<linux_abi::StatFs> ProcFs::statistics() {
  linux_abi::StatFs result{};
  result.type = 0x9fa0;  // PROC_SUPER_MAGIC
  result.block_size = result.fragment_size = abi::page_size;
  result.name_length = max_name;
  return result;
}

// ---- listings -------------------------------------------------------------------------------------------------------

Result<> ProcFs::list_information(u32 folder, u64 base, u64 position, Listing& listing, bool with_processes) {
  if (information_ == nullptr) return {};
  class Passing final : public InformationListing {
   public:
    Passing(Listing& to, u64 base, bool with_processes) : to_(to), base_(base), with_processes_(with_processes) {}
    bool add(std::string_view name, const InformationNode& node, u32 next) override {
      if (!with_processes_ && number_in(name)) return true;  // listed already
      const u8 type = mode::entry_type(node.folder ? mode::directory : mode::regular);
      return to_.add(name, number_of({What::information, node.node}), type, base_ + next);
    }

   private:
    Listing& to_;
    u64 base_;
    bool with_processes_;
  };
  Passing passing(listing, base, with_processes);
  return information_->list(folder, static_cast<u32>(position - base), passing);
}

Result<> ProcFs::list_root(u64 position, Listing& listing) {
  constexpr struct {
    std::string_view name;
    What what;
    u32 mode;
  } own[] = {{"self", What::self, mode::link},
             {"thread-self", What::thread_self, mode::link},
             {"mounts", What::mounts_link, mode::link},
             {"filesystems", What::filesystems, mode::regular}};
  for (u64 i = position - 2; i < std::size(own); ++i)
    if (!listing.add(own[i].name, number_of({own[i].what, 0}), mode::entry_type(own[i].mode), i + 3)) return {};
  // Processes in the order of their places; a number is never longer than ten digits.
  for (u32 i = position > first_process ? static_cast<u32>(std::min(position, first_information) - first_process) : 0;
       i < max_processes; ++i) {
    const Process* process = core_.processes.find(i);
    if (process == nullptr || process->pid == 0) continue;
    char buffer[16];
    if (!listing.add(decimal(buffer, process->pid), number_of({What::process, process->pid}),
                     mode::entry_type(mode::directory), first_process + i + 1))
      return {};
  }
  return list_information(0, first_information, std::max(position, first_information), listing, false);
}

Result<> ProcFs::list_process(u32 pid, u64 position, Listing& listing) {
  constexpr struct {
    std::string_view name;
    What what;
    u32 mode;
  } own[] = {{"fd", What::descriptors, mode::directory},
             {"exe", What::executable, mode::link},
             {"cwd", What::working, mode::link},
             {"root", What::root, mode::link},
             {"mounts", What::mounts, mode::regular}};
  if (core_.find_process(pid) == nullptr) return fail(Error::no_entry);
  for (u64 i = position - 2; i < std::size(own); ++i)
    if (!listing.add(own[i].name, number_of({own[i].what, pid}), mode::entry_type(own[i].mode), i + 3)) return {};
  const Result<u32> folder = information_folder(pid);
  if (!folder) return {};
  return list_information(*folder, first_information, std::max(position, first_information), listing, true);
}

Result<> ProcFs::list(NodeId directory, u64 position, Listing& listing) {
  const Name where = name_of(core_.tree[directory].number);
  switch (where.what) {
    case What::process:
      return list_process(where.which, position, listing);
    case What::descriptors: {
      const Process* process = core_.find_process(where.which);
      if (process == nullptr) return fail(Error::no_entry);
      for (i32 at = core_.descriptors.next(process->descriptors, static_cast<i32>(position - 2)); at >= 0;
           at = core_.descriptors.next(process->descriptors, at + 1)) {
        char buffer[16];
        if (!listing.add(decimal(buffer, static_cast<u32>(at)),
                         number_of({What::descriptor, where.which, static_cast<u16>(at)}), mode::entry_type(mode::link),
                         static_cast<u64>(at) + 3))
          break;
      }
      return {};
    }
    case What::information:
      if (where.which == 0) return list_root(position, listing);
      return list_information(where.which, 2, position, listing, true);
    default:
      return fail(Error::not_directory);
  }
}

// ---- contents -------------------------------------------------------------------------------------------------------

u32 ProcFs::mounts_text(const Process& reader, std::span<char> to) const {
  Text text(to);
  char buffer[max_path];
  const Position root = core_.directories[reader.directories].root;
  for (u32 i = 0; i < max_mounts; ++i) {
    const MountId id = static_cast<MountId>(i);
    const Mount& mount = core_.mounts[id];
    if (!mount.live) continue;
    const Result<std::string_view> path = name_of_place(core_, {mount.root, id}, root, buffer);
    if (!path || path->starts_with('(')) continue;
    text.add_escaped(mount.source).add(" ").add_escaped(*path).add(" ").add(mount.type);
    text.add((mount.flags & mount_flags::read_only) != 0 ? " ro" : " rw");
    if ((mount.flags & mount_flags::no_set_id) != 0) text.add(",nosuid");
    if ((mount.flags & mount_flags::no_device) != 0) text.add(",nodev");
    if ((mount.flags & mount_flags::no_execute) != 0) text.add(",noexec");
    text.add((mount.flags & mount_flags::no_access_time) != 0 ? ",noatime 0 0\n" : ",relatime 0 0\n");
  }
  return text.size();
}

u32 ProcFs::filesystems_text(std::span<char> to) const {
  return Text(to).add("nodev\tproc\nnodev\tdevtmpfs\nnodev\ttmpfs\n\text4\n").size();
}

Result<u32> ProcFs::read(NodeId node, const Process& reader, u64 offset, std::span<std::byte> to) {
  const Name name = name_of(core_.tree[node].number);
  if (name.what == What::information) {
    if (information_ == nullptr) return fail(Error::io);
    return information_->read(name.which, offset, to);
  }
  char text[4096];
  const u32 size = name.what == What::mounts ? mounts_text(reader, text) : filesystems_text(text);
  if (offset >= size) return 0;
  const u32 count = static_cast<u32>(std::min<u64>(size - offset, to.size()));
  std::memcpy(to.data(), text + offset, count);
  return count;
}

Result<u32> ProcFs::write(NodeId node, std::span<const std::byte> from) {
  const Name name = name_of(core_.tree[node].number);
  if (name.what != What::information || information_ == nullptr) return fail(Error::access);
  return information_->write(name.which, from);
}

Result<> SyntheticBehaviour::read(Description& description, UserBuffer& buffer, u64 offset) {
  std::byte bytes[2048];
  while (buffer.left() != 0) {
    const std::span part(bytes, std::min<u64>(buffer.left(), sizeof bytes));
    const Result<u32> got = proc_.read(description.position.node, buffer.caller().process(), offset, part);
    if (!got) return fail(got.error());
    if (*got == 0) break;
    if (const Result<> copied = buffer.copy_out(part.first(*got)); !copied) return copied;
    offset += *got;
  }
  return {};
}

Result<> SyntheticBehaviour::write(Description& description, UserBuffer& buffer, u64) {
  // A command is one write: longer ones are refused by who reads them.
  std::byte bytes[2048];
  if (buffer.left() > sizeof bytes) return fail(Error::invalid);
  if (buffer.left() == 0) return {};
  const Result<std::span<const std::byte>> part = buffer.peek(bytes);
  if (!part) return fail(part.error());
  const Result<u32> written = proc_.write(description.position.node, *part);
  if (!written) return fail(written.error());
  return buffer.skip(std::min<u64>(*written, part->size()));
}

}  // namespace file
