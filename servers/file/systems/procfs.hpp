// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/core.hpp"
#include "servers/file/systems/information.hpp"

namespace file {

/// /proc: what this server knows itself (mounts, descriptors, what a process executes and where it is), and below the
/// same folders what the information server knows. Nothing is kept: each lookup asks anew.
class ProcFs final : public FileSystem {
 public:
  explicit ProcFs(Core& core) : core_(core) {}

  Result<NodeId> start(SystemId self);
  void set_information(Information& information) { information_ = &information; }

  Keeping keeping() const override { return Keeping::passing; }
  bool read_only() const override { return true; }
  bool synthetic() const override { return true; }
  bool in_memory() const override { return true; }
  Result<NodeId> lookup(NodeId directory, std::string_view name) override;
  Result<NodeId> create(NodeId, std::string_view, const Creation&) override { return fail(Error::no_entry); }
  Result<> link(NodeId, std::string_view, NodeId, i64) override { return fail(Error::not_permitted); }
  Result<> remove(NodeId, std::string_view, NodeId, i64) override { return fail(Error::not_permitted); }
  Result<> rename(const Renaming&) override { return fail(Error::not_permitted); }
  Result<u32> read_link(NodeId link, std::span<char> to) override;
  std::optional<Result<Position>> jump(NodeId link, u32 pid) override;
  Descriptor described(NodeId link) override;
  Result<> list(NodeId directory, u64 position, Listing& listing) override;
  Result<> store_attributes(NodeId, Attributes) override { return fail(Error::not_permitted); }
  Result<> truncate(NodeId, u64) override { return {}; }
  Result<linux_abi::StatFs> statistics() override;
  bool forget(NodeId) override { return true; }
  Result<> load(NodeId, u64, std::span<std::byte>) override { return fail(Error::io); }
  Result<> store(NodeId, u64, std::span<const std::byte>) override { return fail(Error::io); }
  Result<> flush(NodeId) override { return {}; }

  /// Contents of a file, from `offset` on, for the process that reads.
  Result<u32> read(NodeId node, const Process& reader, u64 offset, std::span<std::byte> to);
  Result<u32> write(NodeId node, std::span<const std::byte> from);

 private:
  /// What a node is; with its process and descriptor it makes the node's number.
  enum class What : u8 {
    information,
    self,
    thread_self,
    mounts_link,
    filesystems,
    process,
    descriptors,
    descriptor,
    executable,
    working,
    root,
    mounts,
  };
  struct Name {
    What what;
    u32 which;  // node of information, or process
    u16 descriptor = 0;
  };
  static u64 number_of(Name name) {
    return u64{static_cast<u8>(name.what)} << 56 | u64{name.descriptor} << 32 | name.which;
  }
  static Name name_of(u64 number) {
    return {static_cast<What>(number >> 56), static_cast<u32>(number), static_cast<u16>(number >> 32)};
  }
  Result<NodeId> make(Name name, u32 mode);
  Result<NodeId> lookup_process(u32 pid, std::string_view name);
  Result<NodeId> lookup_information(u32 folder, std::string_view name);
  Result<u32> information_folder(u32 pid);
  Result<> list_root(u64 position, Listing& listing);
  Result<> list_process(u32 pid, u64 position, Listing& listing);
  Result<> list_information(u32 folder, u64 base, u64 position, Listing& listing, bool with_processes);
  Result<Position> place_of(Name name) const;
  u32 mounts_text(const Process& reader, std::span<char> to) const;
  u32 filesystems_text(std::span<char> to) const;

  Core& core_;
  Information* information_ = nullptr;
  SystemId self_ = SystemId::none;
};

/// Files whose contents are made when they are read.
class SyntheticBehaviour final : public Behaviour {
 public:
  SyntheticBehaviour(Core& core, ProcFs& proc) : core_(core), proc_(proc) {}
  Result<> read(Description& description, UserBuffer& buffer, u64 offset) override;
  Result<> write(Description& description, UserBuffer& buffer, u64 offset) override;
  bool seekable() const override { return true; }

 private:
  Core& core_;
  ProcFs& proc_;
};

}  // namespace file
