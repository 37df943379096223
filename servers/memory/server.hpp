// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "generated/contract/linux.hpp"
#include "generated/contract/memory.hpp"
#include "lib/component/component.hpp"
#include "lib/contract/call_trace.hpp"
#include "servers/memory/fault_notes.hpp"
#include "servers/memory/file_server.hpp"
#include "servers/memory/kernel_machine.hpp"
#include "servers/memory/memory.hpp"
#include "servers/memory/waiting.hpp"

namespace memory {

namespace requests = contract::memory;
using contract::Answer;
using contract::Call;
using contract::CallResult;
using contract::ProgramCall;
using requests::Done;
using requests::Failed;

/// The component: programs' calls and faults, and the requests of process, over the address maps.
class Server final : public component::Component,
                     public requests::Exporter,
                     public contract::linux::memory::Calls,
                     public Watcher {
 public:
  static constexpr unsigned reserved_threads = 8;

  Server();

  std::expected<void, component::StartError> start(component::Start how) override;
  void on_program_call(ProgramCall& call) override { dispatch(call); }
  component::FaultAnswer on_page_fault(const component::PageFault& fault) override;
  void on_event(unsigned bit) override;
  void settled(SpaceIndex space) override;

  using contract::linux::memory::Calls::dispatch;
  using requests::Exporter::dispatch;

  // Requests (requests.cpp)
  Answer<Done, Failed> on_build(Call& call, const requests::Build& message) override;
  Answer<Done, Failed> on_adopt(Call& call, const requests::Adopt& message) override;
  Answer<Done> on_discard(Call& call, const requests::Discard& message) override;
  Answer<Done, Failed> on_fork(Call& call, const requests::Fork& message) override;
  Answer<Done, Failed> on_share(Call& call, const requests::Share& message) override;
  Answer<Done> on_release(Call& call, const requests::Release& message) override;
  Answer<Done, Failed> on_store(Call& call, const requests::Store& message) override;
  Answer<Done, Failed> on_store_space(Call& call, const requests::StoreSpace& message) override;
  Answer<Done, Failed> on_load(Call& call, const requests::Load& message) override;
  Answer<requests::Located, Failed> on_locate(Call& call, const requests::Locate& message) override;
  Answer<requests::Faulted, Failed> on_fault(Call& call, const requests::Fault& message) override;
  Answer<Done> on_limits(Call& call, const requests::Limits& message) override;
  Answer<requests::Used, Failed> on_usage(Call& call, const requests::Usage& message) override;

  // Linux calls (linux_calls.cpp)
  CallResult mmap(ProgramCall& call, u64 address, u64 length, abi::i32 protection, abi::i32 flags, abi::i32 fd,
                  u64 offset) override;
  CallResult mprotect(ProgramCall& call, u64 address, u64 length, abi::i32 protection) override;
  CallResult munmap(ProgramCall& call, u64 address, u64 length) override;
  CallResult brk(ProgramCall& call, u64 address) override;
  CallResult mremap(ProgramCall& call, u64 address, u64 old_length, u64 new_length, abi::i32 flags,
                    u64 new_address) override;
  CallResult msync(ProgramCall& call, u64 address, u64 length, abi::i32 flags) override;
  CallResult madvise(ProgramCall& call, u64 address, u64 length, abi::i32 advice) override;
  void unknown_call(unsigned number, std::string_view name) override;
  void trace(const ProgramCall& call, const CallResult& result) override;

 private:
  static constexpr std::size_t max_regions = 6144;
  static constexpr std::size_t max_inhabitants = 2048;

  /// Turns what came of a call into its answer; a call that found the space busy waits for it.
  CallResult answer(ProgramCall& call, SpaceIndex space, const Result<void>& result);
  CallResult answer(ProgramCall& call, SpaceIndex space, const Result<u64>& result);
  CallResult failed(ProgramCall& call, SpaceIndex space, Error error);
  /// Runs what may find no frame; if so once more when the file server has given some up.
  template <class Work>
  auto with_frames(Work work);
  Result<void> build(const requests::Build& message);
  Result<ObjectIndex> image_object(u32 pid, u32 source, u8 rights);
  bool retry(WaitingRequest& request);
  std::expected<FileObject, int> object_to_map(u32 pid, int descriptor, u8 rights, bool shared, u8& may);

  std::array<Region, max_regions> region_storage_{};
  std::array<Space, abi::max_spaces> space_storage_{};
  std::array<Inhabitant, max_inhabitants> inhabitant_storage_{};
  KernelMachine machine_;
  FileServer files_;
  Memory memory_;
  FaultNotes notes_;
  Waiting waiting_;
  void take_cuts();
  void tell_uses();

  bool cutting_ = false;  // files that were cut are being asked for
  bool telling_ = false;  // and processes that are being read about
};

template <class Work>
auto Server::with_frames(Work work) {
  constexpr u32 wanted = 256;
  auto result = work();
  if (!result && result.error() == Error::no_frames && files_.shrink(wanted)) result = work();
  return result;
}

}  // namespace memory
