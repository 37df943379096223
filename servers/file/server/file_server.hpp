// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/component/component.hpp"
#include "servers/file/open/synthetic_behaviour.hpp"
#include "servers/file/server/information_server.hpp"
#include "servers/file/server/kernel_frames.hpp"
#include "servers/file/server/kernel_machine.hpp"
#include "servers/file/server/linux_calls.hpp"
#include "servers/file/server/requests.hpp"
#include "servers/file/server/terminal_server.hpp"
#include "servers/file/systems/disk_system.hpp"

namespace file {

/// The component: its parts, and when each has its turn.
class FileServer final : public component::Component, public Requests, public LinuxCalls {
 public:
  static constexpr unsigned reserved_threads = 16;

  FileServer();

  std::expected<void, component::StartError> start(component::Start how) override;
  [[gnu::hot]] void on_program_call(ProgramCall& call) override {
    LinuxCalls::dispatch(call);
    schedule();
  }
  void on_timer() override;
  void on_event(unsigned) override { schedule(); }

 private:
  void set_clock(i64 offset) override { machine_.set_offset(offset); }
  void unknown_call(unsigned number, std::string_view name) override;
  static bool imports(std::string_view contract);
  std::expected<void, component::StartError> mount_all();
  bool mount_disk();
  std::expected<void, component::StartError> mount_archive();
  /// Sets the timer to the next thing that is to be done, where that has changed.
  void schedule() {
    if (machine_.pending() || core_.tree.anything_to_bury() || core_.waits.next_deadline() != waited_for_ ||
        core_.dirty() != dirty_) [[unlikely]]
      set_timer();
  }
  void set_timer();
  void work(u64 now);

  KernelFrames frames_;
  KernelMachine machine_;
  Core core_;
  FileBehaviour file_behaviour_;
  DirectoryBehaviour directory_behaviour_;
  PathBehaviour path_behaviour_;
  NullDevice null_;
  ZeroDevice zero_;
  FullDevice full_;
  RandomDevice random_;
  LogDevice log_;
  PipeBehaviour pipe_behaviour_;
  TerminalBehaviour terminal_behaviour_;
  Systems systems_;
  Opener opener_;
  Processes processes_;
  file::Calls calls_;
  RamFs root_;
  DevFs devices_;
  ProcFs proc_;
  SyntheticBehaviour synthetic_;
  MemoryMounts memory_mounts_;
  std::optional<DiskSystem> disk_;
  std::optional<DiskMount> disk_mount_;
  std::optional<SingleMount> root_mount_, device_mount_, proc_mount_;
  std::optional<TerminalServer> terminals_;
  std::optional<InformationServer> information_;

  u64 waited_for_ = 0;  // deadline of programs' waits that the timer was set for
  u64 write_back_ = 0;  // when dirty pages are next written
  bool dirty_ = false;
  bool working_ = false;
  bool failing_ = false;  // the last writing back
};

}  // namespace file
