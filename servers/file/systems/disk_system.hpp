// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/disk.hpp"
#include "generated/contract/ext4.hpp"
#include "servers/file/core.hpp"
#include "servers/file/systems/extent_cache.hpp"
#include "servers/file/systems/systems.hpp"

namespace file {

/// An ext4 file system on a disk. Names, inodes and allocation are the ext4 server's; this moves the contents of files
/// between the page cache and the blocks that it names.
///
/// A page that becomes dirty has blocks promised first (`reserve`), so that writing it back cannot find the disk full.
/// They become the file's once its contents are in them (`link_blocks`): no file ever shows what another left behind.
class DiskSystem final : public FileSystem {
 public:
  DiskSystem(Core& core, contract::Import metadata, contract::Import disk)
      : core_(core), tree_(core.tree), metadata_(metadata), disk_(disk), extents_(core.frames, core.tree.nodes) {}

  /// Mounts it and makes its root known; once, after the system has its identity.
  Result<NodeId> start(SystemId self);
  NodeId root() const { return root_; }
  bool clean() const { return clean_; }

  Keeping keeping() const override { return Keeping::cached; }
  bool read_only() const override { return read_only_; }
  Result<NodeId> lookup(NodeId directory, std::string_view name) override;
  Result<NodeId> create(NodeId directory, std::string_view name, const Creation& creation) override;
  Result<> link(NodeId directory, std::string_view name, NodeId node, i64 now) override;
  Result<> remove(NodeId directory, std::string_view name, NodeId node, i64 now) override;
  Result<> rename(const Renaming& renaming) override;
  Result<u32> read_link(NodeId link, std::span<char> to) override;
  Result<> list(NodeId directory, u64 position, Listing& listing) override;
  Result<> store_attributes(NodeId node, Attributes which) override;
  Result<linux_abi::StatFs> statistics() override;
  Result<> refresh(NodeId node) override;
  bool forget(NodeId node) override;
  void bury(NodeId node) override;

  Result<> truncate(NodeId node, u64 size) override;
  Result<> load(NodeId node, u64 first, std::span<std::byte> pages) override;
  Result<> store(NodeId node, u64 first, std::span<const std::byte> pages) override;
  Result<> reserve(NodeId node, u64 first, u32 count) override;
  void unreserve(NodeId node, u64 first, u32 count) override;
  Result<> flush(NodeId node) override;
  Result<> put_away() override;

 private:
  using Found = contract::ext4::Attributes;

  i64 now() const { return core_.machine.realtime(); }
  u32 inode(NodeId id) const { return static_cast<u32>(tree_.nodes[id].number); }
  Result<NodeId> make(const Found& found);
  Result<NodeId> known(Found found, u32 retired);
  static void take_over(Node& node, const Found& found);
  static void set_links(Node& node, u32 links, i64 time);
  void touch(NodeId directory, i64 time);
  u64 reserved_pages(NodeId id);

  /// A request for promises that is under way: what it asks for may be granted already, and is not to be taken back by
  /// others who do not know of it.
  class Asking {
   public:
    Asking(DiskSystem& system, NodeId id, u64 first, u32 count)
        : system_(system), next_(system.asking_), id_(id), first_(first), count_(count) {
      system.asking_ = this;
    }
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;
    ~Asking() { end(); }
    void end();
    /// Whether one is under way that includes the page.
    static bool any(const DiskSystem& system, NodeId id, u64 page);

   private:
    DiskSystem& system_;
    Asking* next_;
    NodeId id_;
    u64 first_;
    u32 count_;
    bool ended_ = false;
  };

  bool has_place(NodeId id, u64 page);
  Result<> promise(NodeId id, u64 first, u32 count);
  Result<Extent> find_or_map(NodeId id, u64 page, u32 count);
  Result<Extent> find_or_reserve(NodeId id, u64 page, u32 count);
  void learn(NodeId id, u64 page, const contract::ext4::Mapped& mapped);

  Core& core_;
  Tree& tree_;
  contract::ext4::Shadow metadata_;
  contract::disk::Shadow disk_;
  ExtentCache extents_;
  SystemId self_ = SystemId::none;
  NodeId root_ = NodeId::none;
  Asking* asking_ = nullptr;
  u64 handle_ = 0;  // of the last creation
  u32 cuts_ = 0;    // raised when blocks are taken from a file: what was asked before may be wrong
  bool read_only_ = false, clean_ = true;
};

/// What the ext4 server refuses, as Linux says it.
Error error_of(contract::ext4::Reason reason);

/// The error of a request that was not answered as hoped.
template <class Outcome>
unexpected<Error> refused(const Outcome& outcome) {
  using contract::ext4::Failed;
  return fail(outcome.template is<Failed>() ? error_of(outcome.template get<Failed>().reason) : Error::io);
}

inline contract::Lend lend_of(std::string_view text) { return contract::Lend::reading(std::as_bytes(std::span(text))); }

/// The one disk: every mount of type ext4 shows it.
class DiskMount final : public Mountable {
 public:
  explicit DiskMount(DiskSystem& disk, SystemId id) : disk_(disk), id_(id) {}
  std::string_view type() const override { return "ext4"; }
  bool on_device() const override { return true; }
  Result<Root> open(Core&, std::string_view, u32& flags) override {
    if (disk_.read_only()) flags |= mount_flags::read_only;
    return Root{id_, disk_.root()};
  }
  void close(Core&, SystemId) override {}

 private:
  DiskSystem& disk_;
  SystemId id_;
};

}  // namespace file
