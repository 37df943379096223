// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/process/processes.hpp"

#include "servers/file/process/record_locks.hpp"

namespace file {

Result<> Processes::first(u32 pid) {
  if (core_.find_process(pid) != nullptr) return {};
  const Result<Process*> made = core_.processes.make(pid % max_processes);
  if (!made) return fail(made.error());
  const Result<DescriptorsId> descriptors = core_.descriptors.make();
  if (!descriptors) return fail(descriptors.error());
  const Result<DirectoriesId> directories = core_.directories.take();
  if (!directories) {
    core_.descriptors.remove(*descriptors);
    return fail(directories.error());
  }
  const Position root = core_.mounts.enter({core_.mounts[MountId{0}].root, MountId{0}});
  Directories& where = core_.directories[*directories];
  where.references = 1;
  where.root = Spot(core_.mounts, root).release();
  where.working = Spot(core_.mounts, root).release();
  Process& process = ** made = Process{};
  process.pid = pid;
  process.group = process.session = pid;
  process.started = core_.machine.monotonic();
  process.descriptors = *descriptors;
  process.directories = *directories;

  // The console is opened as any file; without a /dev it is still the console.
  const Caller caller(Endpoint{}, process, core_.waits, false);
  Walk walk(core_, process);
  Result<DescriptionId> console = fail(Error::no_entry);
  if (walk.path.set("/dev/console") && walk.begin(flags::at_working_directory))
    console = opener_.open(caller, walk, flags::read_write, 0);
  if (!console) console = opener_.open_terminal(caller, "console", flags::read_write, {});
  if (!console) console = core_.descriptions.make(Kind::log_device, flags::read_write);
  if (!console) return {};
  for (i32 i = 0; i < 3; ++i) {
    if (!core_.descriptors.make_room(*descriptors, i)) break;
    core_.descriptions.hold(*console);
    core_.descriptors.set(*descriptors, i, *console, false);
  }
  core_.descriptions.drop(*console);
  return {};
}

Result<> Processes::fork(u32 parent_pid, u32 pid, bool share_descriptors, bool share_directories) {
  if (core_.find_process(pid) != nullptr) return {};
  const Process* parent = core_.find_process(parent_pid);
  if (parent == nullptr || pid == 0) return fail(Error::no_process);
  const Result<Process*> made = core_.processes.make(pid % max_processes);
  if (!made) return fail(made.error());
  if ((*made)->pid != 0) return fail(Error::busy);

  DescriptorsId descriptors = parent->descriptors;
  if (share_descriptors) {
    ++core_.descriptors[descriptors].references;
  } else {
    const Result<DescriptorsId> copy = core_.descriptors.copy(descriptors);
    if (!copy) return fail(copy.error());
    descriptors = *copy;
    for (i32 at = core_.descriptors.next(descriptors, 0); at >= 0; at = core_.descriptors.next(descriptors, at + 1))
      core_.descriptions.hold(core_.descriptors.find(descriptors, at));
  }
  DirectoriesId directories = parent->directories;
  if (share_directories) {
    ++core_.directories[directories].references;
  } else {
    const Result<DirectoriesId> copy = core_.directories.take();
    if (!copy) {
      drop_descriptors(descriptors);
      return fail(copy.error());
    }
    Directories& where = core_.directories[*copy] = core_.directories[directories];
    directories = *copy;
    where.references = 1;
    core_.mounts.hold(where.root);
    core_.mounts.hold(where.working);
  }
  Process& process = ** made = *parent;
  process.pid = pid;
  process.parent = parent_pid;
  process.started = core_.machine.monotonic();
  process.descriptors = descriptors;
  process.directories = directories;
  process.images[0] = process.images[1] = {};
  process.handlers = 0;
  traces.inherit(process);
  if (process.executable.node != NodeId::none) {
    core_.mounts.hold(process.executable);
    ++core_.tree[process.executable.node].images;
  }
  const Portrait* of_parent = core_.portraits.find(parent_pid % max_processes);
  const Result<Portrait*> copy = core_.portraits.make(pid % max_processes);
  if (!copy) return {};
  **copy = of_parent != nullptr ? *of_parent : Portrait{};
  (*copy)->remains = {};
  (*copy)->use_wanted = false;
  return {};
}

void Processes::set_command(u32 pid, std::string_view name, std::string_view arguments) {
  if (core_.find_process(pid) == nullptr) return;
  const Result<Portrait*> made = core_.portraits.make(pid % max_processes);
  if (!made) return;
  Portrait& portrait = **made;
  std::ranges::fill(portrait.name, '\0');
  name.copy(portrait.name, sizeof portrait.name - 1);
  portrait.length = static_cast<u16>(arguments.copy(portrait.line, sizeof portrait.line));
}

Result<> Processes::unshare_descriptors(Process& process) {
  if (core_.descriptors[process.descriptors].references == 1) return {};
  const Result<DescriptorsId> copy = core_.descriptors.copy(process.descriptors);
  if (!copy) return fail(copy.error());
  for (i32 at = core_.descriptors.next(*copy, 0); at >= 0; at = core_.descriptors.next(*copy, at + 1))
    core_.descriptions.hold(core_.descriptors.find(*copy, at));
  drop_descriptors(process.descriptors);
  process.descriptors = *copy;
  return {};
}

Result<> Processes::exec(u32 pid) {
  Process* process = core_.find_process(pid);
  if (process == nullptr) return fail(Error::no_process);
  if (const Result<> own = unshare_descriptors(*process); !own) return own;
  for (i32 at = core_.descriptors.next(process->descriptors, 0, true); at >= 0;
       at = core_.descriptors.next(process->descriptors, at + 1, true))
    close(*process, at);
  if (process->images[0].node != NodeId::none) {
    drop_image(process->executable);
    process->executable = process->images[0];
    process->images[0] = {};
  }
  drop_image(process->images[1]);
  return {};
}

void Processes::exit(u32 pid) {
  Process* process = core_.find_process(pid);
  if (process == nullptr) return;
  if (Portrait* portrait = core_.find_portrait(pid)) {
    portrait->remains = {.pid = pid,
                         .parent = process->parent,
                         .group = process->group,
                         .session = process->session,
                         .user = process->credentials.effective_user,
                         .user_group = process->credentials.effective_group,
                         .started = process->started};
    portrait->use = {};
    core_.waits.wake(WaitKey::of(Awaited::memory_use, pid));
  }
  process->ended = true;
  if (process->handlers == 0) remove(*process);
}

void Processes::linger(u32 pid, bool lingers) {
  Portrait* portrait = core_.portraits.find(pid % max_processes);
  if (portrait != nullptr && portrait->remains.pid == pid) portrait->remains.there = lingers;
}

std::optional<u32> Processes::take_use_wanted() {
  std::optional<u32> wanted;
  core_.processes.for_each([&](Process& process) {
    Portrait* portrait = wanted ? nullptr : core_.find_portrait(process.pid);
    if (portrait != nullptr && std::exchange(portrait->use_wanted, false)) wanted = process.pid;
  });
  return wanted;
}

void Processes::set_memory_use(u32 pid, const MemoryUse& use) {
  if (core_.find_process(pid) == nullptr) return;
  if (Portrait* portrait = core_.find_portrait(pid)) portrait->use = use;
  core_.waits.wake(WaitKey::of(Awaited::memory_use, pid));
}

void Processes::remove(Process& process) {
  const u32 pid = process.pid;
  core_.waits.drop_process(pid, [&](u32 held) { core_.descriptions.drop(static_cast<DescriptionId>(held - 1)); });
  close_images(process);
  drop_image(process.executable);
  traces.end(process);
  if (core_.descriptors[process.descriptors].references == 1) core_.locks.drop_process(pid);
  drop_descriptors(process.descriptors);
  drop_directories(process.directories);
  process = Process{};
  // Orphans are the first process's, as the process server has it.
  core_.processes.for_each([&](Process& each) {
    if (each.parent == pid) each.parent = 1;
  });
  core_.portraits.for_each([&](Portrait& each) {
    if (each.remains.parent == pid) each.remains.parent = 1;
  });
}

Result<> Processes::set_credentials(u32 pid, const Credentials& credentials) {
  Process* process = core_.find_process(pid);
  if (process == nullptr) return fail(Error::no_process);
  process->credentials = credentials;
  return {};
}

Result<> Processes::set_name(u32 pid, std::string_view name) {
  Portrait* const portrait = core_.find_process(pid) != nullptr ? core_.find_portrait(pid) : nullptr;
  if (portrait == nullptr) return fail(Error::no_process);
  std::ranges::fill(portrait->name, '\0');
  name.copy(portrait->name, sizeof portrait->name - 1);
  return {};
}

Result<> Processes::set_session(u32 pid, u32 group, u32 session) {
  Process* process = core_.find_process(pid);
  if (process == nullptr) return fail(Error::no_process);
  process->group = group;
  process->session = session;
  return {};
}

Result<> Processes::set_limits(u32 pid, u32 descriptors, u64 file_size) {
  Process* process = core_.find_process(pid);
  if (process == nullptr) return fail(Error::no_process);
  process->descriptor_limit = descriptors;
  process->size_limit = file_size;
  return {};
}

Result<Position> Processes::set_image(Process& process, u32 which, Spot file) {
  if (which == 0) close_images(process);
  drop_image(process.images[which]);
  const Position position = file.release();
  ++core_.tree[position.node].images;
  process.images[which] = position;
  return position;
}

void Processes::close_images(Process& process) {
  for (Position& image : process.images) drop_image(image);
}

void Processes::drop_image(Position& image) {
  if (image.node == NodeId::none) return;
  --core_.tree[image.node].images;
  core_.mounts.drop(image);
  image = {};
}

[[gnu::hot]] bool Processes::close(Process& process, i32 descriptor) {
  const DescriptionId was = core_.descriptors.clear(process.descriptors, descriptor);
  if (was == DescriptionId::none) return false;
  const Description& description = core_.descriptions[was];
  // POSIX: any descriptor of a file that a process closes ends all its locks on that file.
  if (description.kind == Kind::file) core_.locks.drop_owner(description.position.node, process.pid);
  core_.descriptions.drop(was);
  return true;
}

void Processes::drop_descriptors(DescriptorsId id) {
  if (--core_.descriptors[id].references != 0) return;
  for (i32 at = core_.descriptors.next(id, 0); at >= 0; at = core_.descriptors.next(id, at + 1))
    core_.descriptions.drop(core_.descriptors.clear(id, at));
  core_.descriptors.remove(id);
}

void Processes::drop_directories(DirectoriesId id) {
  Directories& where = core_.directories[id];
  if (--where.references != 0) return;
  core_.mounts.drop(where.root);
  core_.mounts.drop(where.working);
  core_.directories.give(id);
}

}  // namespace file
