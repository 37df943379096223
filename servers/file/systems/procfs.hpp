// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/systems/information.hpp"
#include "servers/file/systems/proc_name.hpp"
#include "servers/file/systems/systems.hpp"

namespace file {

/// /proc: what this server knows itself (mounts, and of each process what it executes, has open, and where it is), and
/// in the same folder what the information server has. Nothing is kept: each lookup and each reading asks anew.
class ProcFs final : public FileSystem {
 public:
  ProcFs(Core& core, const Systems& systems) : core_(core), systems_(systems) {}

  /// Makes the root.
  Result<NodeId> start(SystemId self);
  void set_information(Information& information) { information_ = &information; }

  Keeping keeping() const override { return Keeping::passing; }
  bool synthetic() const override { return true; }
  bool in_memory() const override { return true; }
  Result<NodeId> lookup(NodeId directory, std::string_view name) override;
  Result<NodeId> create(NodeId, std::string_view, const Creation&) override { return fail(Error::no_entry); }
  Result<> link(NodeId, std::string_view, NodeId, i64) override { return fail(Error::not_permitted); }
  Result<> remove(NodeId, std::string_view, NodeId, i64) override { return fail(Error::not_permitted); }
  Result<> rename(const Renaming&) override { return fail(Error::not_permitted); }
  Result<u32> read_link(NodeId link, std::span<char> to) override { return read_link_for(link, 0, to); }
  Result<u32> read_link_for(NodeId link, u32 pid, std::span<char> to) override;
  std::optional<Result<LinkTarget>> jump(NodeId link, u32 pid) override;
  Result<> list(NodeId directory, u64 position, Listing& listing) override;
  Result<> store_attributes(NodeId, Attributes) override { return {}; }
  Result<> truncate(NodeId, u64) override { return {}; }
  Result<linux_abi::StatFs> statistics() override;
  bool forget(NodeId) override { return true; }
  Result<> load(NodeId, u64, std::span<std::byte>) override { return fail(Error::io); }
  Result<> store(NodeId, u64, std::span<const std::byte>) override { return fail(Error::io); }
  Result<> flush(NodeId) override { return {}; }

  /// Waits for what others have to tell for the file.
  Result<> gather(NodeId node, const Caller& caller);
  /// Contents of a file from `offset` on, for the process that reads; nothing behind the end.
  Result<u32> read(NodeId node, u32 reader, u64 offset, std::span<std::byte> to);
  Result<u32> write(NodeId node, std::span<const std::byte> from);

 private:
  ProcName name_of(NodeId node) const { return ProcName::of(core_.tree.nodes[node].number); }
  Result<NodeId> make(ProcName name, u32 mode);
  Result<NodeId> lookup_root(std::string_view name);
  Result<NodeId> lookup_process(u32 pid, std::string_view name);
  Result<NodeId> lookup_descriptor(u32 pid, std::string_view name);
  Result<NodeId> lookup_information(u32 folder, std::string_view name);
  Result<LinkTarget> target_of(ProcName name, u32 reader);
  u32 pid_in_place(u32 place);
  Result<> list_root(u64 position, Listing& listing);
  Result<> list_process(u32 pid, u64 position, Listing& listing);
  Result<> list_descriptors(u32 pid, u64 position, Listing& listing);
  Result<> list_information(u32 folder, u64 base, u64 position, Listing& listing);

  Core& core_;
  const Systems& systems_;
  Information* information_ = nullptr;
  SystemId self_ = SystemId::none;
};

}  // namespace file
