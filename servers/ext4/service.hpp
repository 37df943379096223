// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <optional>

#include "generated/contract/ext4.hpp"
#include "servers/ext4/file_system.hpp"

namespace ext4 {

namespace wire = contract::ext4;

/// The contract `ext4` on a file system: requests become calls, times and device numbers change their form, names are
/// copied in and checked. The file system is mounted by the first request.
class Service : public wire::Exporter {
 public:
  template <typename StorageType>
  Service(BlockDevice& device, StorageType& storage) : fs_{device, storage} {}

  bool has_unwritten_changes() { return fs_.metadata().has_unwritten_changes(); }
  /// What a timer does so that a power cut costs little: `sync` at the time of the last request.
  void write_back();

  using Failed = wire::Failed;
  contract::Answer<wire::Opened, Failed> on_open(contract::Call&, const wire::Open&) override;
  contract::Answer<wire::Used, Failed> on_usage(contract::Call&, const wire::Usage&) override;
  contract::Answer<wire::Done, Failed> on_sync(contract::Call&, const wire::Sync&) override;
  contract::Answer<wire::Attributes, Failed> on_lookup(contract::Call&, const wire::Lookup&) override;
  contract::Answer<wire::Entries, Failed> on_read_directory(contract::Call&, const wire::ReadDirectory&) override;
  contract::Answer<wire::Target, Failed> on_read_link(contract::Call&, const wire::ReadLink&) override;
  contract::Answer<wire::Attributes, Failed> on_stat(contract::Call&, const wire::Stat&) override;
  contract::Answer<wire::Detailed, Failed> on_details(contract::Call&, const wire::Details&) override;
  contract::Answer<wire::Attributes, Failed> on_set_attributes(contract::Call&, const wire::SetAttributes&) override;
  contract::Answer<wire::Attributes, Failed> on_set_size(contract::Call&, const wire::SetSize&) override;
  contract::Answer<wire::Attributes, Failed> on_create(contract::Call&, const wire::Create&) override;
  contract::Answer<wire::Attributes, Failed> on_symlink(contract::Call&, const wire::Symlink&) override;
  contract::Answer<wire::Attributes, Failed> on_link(contract::Call&, const wire::Link&) override;
  contract::Answer<wire::Removed, Failed> on_unlink(contract::Call&, const wire::Unlink&) override;
  contract::Answer<wire::Removed, Failed> on_rename(contract::Call&, const wire::Rename&) override;
  contract::Answer<wire::Done, Failed> on_release(contract::Call&, const wire::Release&) override;
  contract::Answer<wire::Mapped, Failed> on_map(contract::Call&, const wire::Map&) override;
  contract::Answer<wire::Mapped, Failed> on_reserve(contract::Call&, const wire::Reserve&) override;
  contract::Answer<wire::Done, Failed> on_link_blocks(contract::Call&, const wire::LinkBlocks&) override;
  contract::Answer<wire::Done, Failed> on_cancel(contract::Call&, const wire::Cancel&) override;

 protected:
  ~Service() = default;

  /// Before each mount: finds the device and says whether it takes writes.
  virtual Result<FileSystem::Access> prepare() { return FileSystem::Access::read_write; }
  /// A request that may change something has come: write_back should be called some time later.
  virtual void expect_changes() {}
  /// For the log, once for each mount: what was found wrong, and a block's or inode's number.
  virtual void on_damage(const Damage&) {}
  /// For the log: why the file system cannot be mounted.
  virtual void on_unmountable(Error) {}
  /// For the log: the journal holds what the rest of the disk lacks, so that the mount is read-only.
  virtual void on_journal_full() {}

 private:
  /// Mounts if need be, and remembers the time that a changing request brings.
  Result<void> ready(std::optional<std::int64_t> now = std::nullopt);
  Failed failed(Error error);
  template <typename Out>
  contract::Answer<wire::Attributes, Out> attributes(const Result<Attributes>& result);
  contract::Answer<wire::Removed, Failed> removed(const Result<Removed>& result);
  contract::Answer<wire::Mapped, Failed> mapped(const Result<std::size_t>& count);
  Caller caller(std::int64_t now, bool privileged) const;
  /// The bytes of a lend, as names; empty if they could not be copied.
  std::string_view take_names(const contract::Lend& lend);

  static constexpr std::size_t longest_names = wire::max_name + wire::max_target;

  FileSystem fs_;
  std::optional<MountState> mounted_;
  std::int64_t now_ = 0;
  bool damage_told_ = false;
  std::array<char, longest_names> names_;
  std::array<Mapping, 3> mappings_;
  alignas(8) std::array<std::byte, 4096> entries_;
};

}  // namespace ext4
