// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/process/below/random.hpp"
#include "servers/process/kernel.hpp"

namespace process {

/// The kernel behind its calls.
class SystemKernel final : public Kernel {
 public:
  SystemKernel();

  Status create(KernelThread thread, SpaceIndex space, u64 owner_tag, const Registers& registers) override;
  void destroy(KernelThread thread) override;
  void stop(KernelThread thread, u32 cause) override;
  void resume(KernelThread thread) override;
  bool read(KernelThread thread, Registers& registers) override;
  bool write(KernelThread thread, const Registers& registers) override;
  bool read_vector(KernelThread thread, frame::VectorState& state) override;
  bool write_vector(KernelThread thread, std::span<const std::byte> state) override;
  std::size_t vector_bytes() override { return vector_bytes_; }
  std::optional<Stopped> take_stopped() override;
  u64 now() override;
  void set_timer(u64 deadline) override;
  std::byte* take_page() override;
  void give_page(std::byte* page) override;
  std::span<std::byte> take_row() override;
  void give_row(std::span<std::byte> row) override;
  ProcessorTime processor_time(KernelThread thread) override;
  std::string_view command_line() override;
  void random(std::span<std::byte> to) override;
  u64 processor_capabilities() override { return capabilities_; }
  unsigned processors() override;
  MachineMemory machine_memory() override;
  void log(std::string_view line) override;
  LogPart read_log(u64 position, std::span<char> into) override;

 private:
  static constexpr std::size_t kept_rows = 2;

  Random random_;
  std::array<std::span<std::byte>, kept_rows> rows_{};  // given back and used again
  std::size_t vector_bytes_ = frame::vector_legacy_bytes;
  u64 capabilities_ = 0;
};

}  // namespace process
