// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/tree/tree.hpp"

namespace file {

/// Files in memory: names are the tree's, contents are the page cache's. Files that came with the boot archive have
/// their first contents there, and need a frame only once they are read.
class RamFs : public FileSystem {
 public:
  /// `limit`: pages of contents at most. The archive stays where it is, read-only.
  RamFs(Tree& tree, u32 limit, std::span<const std::byte> archive = {})
      : tree_(tree), archive_(archive), limit_(limit) {}

  /// Makes the root; once, after the system has its identity.
  Result<NodeId> start(SystemId self, u32 mode, i64 now);
  NodeId root() const { return root_; }
  /// Before it ends: all files go. None of them is used by anyone.
  void remove_all();
  /// A file whose contents are part of the archive; `creation` as in create.
  Result<NodeId> create_from_archive(NodeId directory, std::string_view name, const Creation& creation, u64 offset,
                                     u64 length);

  void set_archived(NodeId node, u64 offset, u64 length);

  Keeping keeping() const override { return Keeping::resident; }
  Result<NodeId> lookup(NodeId, std::string_view) override { return fail(Error::no_entry); }
  Result<NodeId> create(NodeId directory, std::string_view name, const Creation& creation) override;
  Result<> link(NodeId directory, std::string_view name, NodeId node, i64 now) override;
  Result<> remove(NodeId directory, std::string_view name, NodeId node, i64 now) override;
  Result<> rename(const Renaming& renaming) override;
  Result<u32> read_link(NodeId link, std::span<char> to) override;
  Result<> list(NodeId directory, u64 position, Listing& listing) override;
  Result<> store_attributes(NodeId, Attributes) override { return {}; }
  Result<> truncate(NodeId node, u64 size) override;
  Result<linux_abi::StatFs> statistics() override;
  bool forget(NodeId node) override;

  Result<> load(NodeId node, u64 first, std::span<std::byte> pages) override;
  Result<> store(NodeId, u64, std::span<const std::byte>) override { return {}; }
  bool in_memory() const override { return true; }
  Result<> reserve(NodeId node, u64 first, u32 count) override;
  void unreserve(NodeId node, u64 first, u32 count) override;
  Result<> flush(NodeId) override { return {}; }

 protected:
  Tree& tree_;
  SystemId self_ = SystemId::none;

 private:
  bool empty(NodeId directory) const;
  void touch(NodeId directory, i64 now);

  std::span<const std::byte> archive_;
  u32 limit_;
  u32 reserved_ = 0;  // pages promised to files, of those that are not only in the archive
  u64 next_number_ = 1;
  NodeId root_ = NodeId::none;
};

}  // namespace file
