// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/server/file_server.hpp"

#include "servers/file/systems/archive.hpp"

namespace file {

namespace {

constexpr u64 write_back_after = 5'000'000'000;  // ns that a change may stay in memory
constexpr u64 memory_share = 4;                  // a file system in memory may take this part of the machine's

constexpr u64 dirty_share = 16;  // as much of it may wait to be written to a disk
u32 dirty_pages() { return static_cast<u32>(component::info().memory_bytes / abi::page_size / dirty_share); }
u32 pages_in_memory() { return static_cast<u32>(component::info().memory_bytes / abi::page_size / memory_share); }

/// The boot archive, where the manifest asks for it. Its end is in itself.
std::span<const std::byte> archive() {
  return {reinterpret_cast<const std::byte*>(abi::layout::archive_base),
          abi::layout::info_base - abi::layout::archive_base};
}

/// Whether the kernel's command line has the word root=memory: the disk is then left alone.
bool wants_root_in_memory() {
  std::string_view words = component::text_of(component::info().command_line);
  for (std::size_t end = 0; !words.empty(); words.remove_prefix(end == words.npos ? words.size() : end + 1)) {
    end = words.find(' ');
    if (words.substr(0, end) == "root=memory") return true;
  }
  return false;
}

}  // namespace

FileServer::FileServer()
    : Requests(core_, processes_),
      LinuxCalls(core_, processes_, calls_),
      core_(frames_, machine_),
      file_behaviour_(core_),
      directory_behaviour_(core_),
      random_(machine_),
      log_(machine_),
      pipe_behaviour_(core_),
      terminal_behaviour_(core_),
      systems_(core_),
      opener_(core_, terminal_behaviour_),
      processes_(core_, opener_),
      calls_(core_, opener_, processes_, systems_),
      root_(core_.tree, pages_in_memory(), archive()),
      devices_(core_.tree),
      proc_(core_, systems_),
      synthetic_(proc_),
      memory_mounts_(pages_in_memory()) {}

bool FileServer::imports(std::string_view contract) {
  for (const abi::ImportRecord& each : component::imports_of(record()))
    if (component::text_of(each.contract) == contract) return true;
  return false;
}

std::expected<void, component::StartError> FileServer::start(component::Start) {
  machine_.seed();
  Descriptions& all = core_.descriptions;
  all.set_behaviour(Kind::file, file_behaviour_);
  all.set_behaviour(Kind::directory, directory_behaviour_);
  all.set_behaviour(Kind::path, path_behaviour_);
  all.set_behaviour(Kind::synthetic, synthetic_);
  all.set_behaviour(Kind::null_device, null_);
  all.set_behaviour(Kind::zero_device, zero_);
  all.set_behaviour(Kind::full_device, full_);
  all.set_behaviour(Kind::random_device, random_);
  all.set_behaviour(Kind::log_device, log_);
  all.set_behaviour(Kind::pipe, pipe_behaviour_);
  all.set_behaviour(Kind::terminal, terminal_behaviour_);
  core_.waits.listen(*this);
  core_.contents.set_dirty_limit(dirty_pages());
  if (imports("terminal")) {
    terminals_.emplace(core_, import("terminal"));
    core_.terminals = &*terminals_;
  }
  if (imports("information")) {
    information_.emplace(import("information"));
    proc_.set_information(*information_);
  }
  return mount_all();
}

/// The disk as the root of all files; false: there is none that will do.
bool FileServer::mount_disk() {
  if (!imports("ext4") || !imports("disk") || wants_root_in_memory()) return false;
  disk_.emplace(core_, import("ext4"), import("disk"));
  const Result<SystemId> id = core_.tree.add_system(*disk_);
  if (!id) return false;
  if (const Result<NodeId> root = disk_->start(*id); !root) {
    component::log("no root on a disk (error ", static_cast<u32>(root.error()),
                   "): files are in memory, and go with it");
    core_.tree.remove_system(*id);
    return false;
  }
  if (!disk_->clean()) component::log("the disk was not left in order: check it with e2fsck");
  disk_mount_.emplace(*disk_, *id);
  systems_.add(*disk_mount_);
  return systems_.mount("ext4", "/dev/disk0", {}, 0).has_value();
}

/// The boot archive's files as the root of all.
std::expected<void, component::StartError> FileServer::mount_archive() {
  const Result<SystemId> root = core_.tree.add_system(root_);
  if (!root || !root_.start(*root, 0755, machine_.realtime()))
    return std::unexpected(component::StartError{"no memory for a root"});
  switch (unpack(core_.tree, root_, archive())) {
    case ArchiveError::none:
      break;
    case ArchiveError::no_room:
      component::log("the boot archive does not fit into memory");
      break;
    default:
      component::log("the boot archive is damaged");
      break;
  }
  root_mount_.emplace("rootfs", *root, root_.root());
  systems_.add(*root_mount_);
  if (!systems_.mount("rootfs", "rootfs", {}, 0)) return std::unexpected(component::StartError{"no root"});
  return {};
}

std::expected<void, component::StartError> FileServer::mount_all() {
  if (!mount_disk())
    if (const auto mounted = mount_archive(); !mounted) return mounted;
  const i64 now = machine_.realtime();
  const Result<SystemId> devices = core_.tree.add_system(devices_);
  if (!devices || !devices_.start(*devices, now)) return std::unexpected(component::StartError{"no memory for /dev"});
  core_.devices = &devices_;
  u32 ports = terminals_ ? terminals_->ports() : 0;
  for (u32 port = 0; ports != 0; ++port, ports >>= 1)
    if ((ports & 1) != 0) devices_.add_serial_port(port, now);
  device_mount_.emplace("devtmpfs", *devices, devices_.root());
  const Result<SystemId> proc = core_.tree.add_system(proc_);
  const Result<NodeId> proc_root = proc ? proc_.start(*proc) : fail(Error::table_full);
  if (!proc_root) return std::unexpected(component::StartError{"no memory for /proc"});
  proc_mount_.emplace("proc", *proc, *proc_root);
  systems_.add(*device_mount_);
  systems_.add(*proc_mount_);
  systems_.add(memory_mounts_);
  if (!systems_.mount_at("dev", "devtmpfs")) component::log("/dev cannot be mounted");
  if (!systems_.mount_at("proc", "proc")) component::log("/proc cannot be mounted");
  return {};
}

void FileServer::unknown_call(unsigned number, std::string_view name) {
  component::log("programs call ", name, " (", number, "), which is not there");
}

void FileServer::set_timer() {
  const u64 now = machine_.monotonic();
  if (machine_.take_truncated()) raise_truncated();
  if (machine_.take_use_wanted()) raise_use_wanted();
  dirty_ = core_.dirty();
  if (!dirty_)
    write_back_ = 0;
  else if (write_back_ == 0)
    write_back_ = now + write_back_after;
  waited_for_ = core_.waits.next_deadline();
  u64 next = waited_for_;
  if (write_back_ != 0 && (next == 0 || write_back_ < next)) next = write_back_;
  if (machine_.hurried() || core_.tree.anything_to_bury()) next = now;
  component::set_timer(next);
}

void FileServer::on_timer() {
  const u64 now = machine_.monotonic();
  core_.waits.expire(now);
  // One thread at a time; the others go on with what is asked.
  if (!working_) {
    working_ = true;
    work(now);
    working_ = false;
  }
  set_timer();
}

void FileServer::work(u64 now) {
  if (machine_.take_hurry()) run_jobs();
  core_.tree.bury();
  core_.tree.cache.collect_orphans();
  if (write_back_ == 0 || now < write_back_) return;
  write_back_ = 0;
  const Result<> written = core_.write_all();
  const bool failed = !written && written.error() != Error::pages_busy;
  // Once for each time that it begins: what is dirty stays so, and is tried again.
  if (failed && !failing_)
    component::log("changes cannot be written to the disk (error ", static_cast<u32>(written.error()), "): they wait");
  failing_ = failed;
}

}  // namespace file

COMPONENT(file::FileServer)
