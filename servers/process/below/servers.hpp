// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/file.hpp"
#include "generated/contract/memory.hpp"
#include "generated/contract/power.hpp"
#include "generated/contract/signals.hpp"
#include "servers/process/neighbours.hpp"

// The servers below, behind their contracts.
namespace process {

class FileServer final : public Files {
 public:
  explicit FileServer(contract::Import import) : file_(import) {}

  Result<void> first(Pid pid) override;
  Result<void> fork(Pid parent, Pid pid, bool share_descriptors, bool share_directories) override;
  void exec(Pid pid, std::string_view name, std::span<const std::byte> arguments) override;
  void exit(Pid pid) override;
  void linger(Pid pid, bool lingers) override;
  void credentials(Pid pid, const Credentials& credentials) override;
  void name(Pid pid, std::string_view name) override;
  void session(Pid pid, Pid group, Pid session) override;
  void limits(Pid pid, u32 descriptors, u64 file_size) override;
  void clock(u64 offset) override;
  void interrupt(KernelThread thread) override;
  Result<void> trace(Pid pid, i32 descriptor) override;
  void traced(Pid pid, std::span<const std::byte> record) override;
  Result<ImageInfo> open_image(Pid pid, Image image, i32 directory, u32 flags, std::string_view path) override;
  Result<u64> read_image(Pid pid, Image image, u64 offset, std::span<std::byte> to) override;
  void close_images(Pid pid) override;
  void sync() override;

 private:
  contract::file::Shadow file_;
};

class MemoryServer final : public Spaces {
 public:
  explicit MemoryServer(contract::Import import) : memory_(import) {}

  Result<void> build(Pid pid, SpaceIndex space, u64 heap, std::span<const PlacedSegment> segments, u64 stack,
                     std::span<const std::byte> image) override;
  Result<void> adopt(Pid pid, SpaceIndex space) override;
  void discard(SpaceIndex space) override;
  Result<void> fork(Pid parent, Pid pid, SpaceIndex space) override;
  Result<void> share(Pid parent, Pid pid) override;
  void release(Pid pid) override;
  Result<void> store(Pid pid, u64 address, std::span<const std::byte> data) override;
  Result<void> store_space(SpaceIndex space, u64 address, std::span<const std::byte> data) override;
  Result<void> load(Pid pid, u64 address, std::span<std::byte> data) override;
  Result<Location> locate(Pid pid, u64 address) override;
  std::optional<FaultReason> fault(KernelThread thread) override;
  void limits(Pid pid, u64 address_space, u64 data, u64 stack) override;
  MemoryUse usage(Pid pid) override;

 private:
  contract::memory::Shadow memory_;
};

class TerminalServer final : public Terminals {
 public:
  explicit TerminalServer(contract::Import import) : signals_(import) {}

  std::size_t take(std::span<TerminalSignal, 5> signals) override;
  void end_session(Pid session) override;

 private:
  contract::signals::Shadow signals_;
  u64 taken_ = 0;  // number of the last one
};

class PowerControl final : public Power {
 public:
  explicit PowerControl(contract::Import import) : power_(import) {}

  void change(bool restart) override;

 private:
  contract::power::Shadow power_;
};

}  // namespace process
