// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/core.hpp"

namespace file {

/// A kind of file system that can be mounted.
class Mountable {
 public:
  struct Root {
    SystemId system;
    NodeId node;
  };
  virtual std::string_view type() const = 0;
  /// Whether it lies on a disk, which a mount then names.
  virtual bool on_device() const { return false; }
  /// What a mount shows.
  virtual Result<Root> open(Core& core, std::string_view source, u32& flags) = 0;
  /// No mount shows the file system any more.
  virtual void close(Core& core, SystemId system) = 0;

 protected:
  ~Mountable() = default;
};

/// tmpfs: each mount is a file system of its own.
class MemoryMounts final : public Mountable {
 public:
  explicit MemoryMounts(u32 pages) : pages_(pages) {}
  std::string_view type() const override { return "tmpfs"; }
  Result<Root> open(Core& core, std::string_view source, u32& flags) override;
  void close(Core& core, SystemId system) override;

 private:
  static constexpr u32 max_systems_in_memory = 8;
  u32 pages_;
  std::array<std::optional<RamFs>, max_systems_in_memory> systems_;
  std::array<SystemId, max_systems_in_memory> ids_{};
};

/// A file system of which there is one, shown by each mount of its type.
class SingleMount final : public Mountable {
 public:
  SingleMount(std::string_view type, SystemId system, NodeId root) : type_(type), root_{system, root} {}
  std::string_view type() const override { return type_; }
  Result<Root> open(Core&, std::string_view, u32&) override { return root_; }
  void close(Core&, SystemId) override {}

 private:
  std::string_view type_;
  Root root_;
};

/// All kinds of file systems there are.
class Systems {
 public:
  explicit Systems(Core& core) : core_(core) {}

  void add(Mountable& kind) { kinds_[count_++] = &kind; }
  Mountable* find(std::string_view type) const;
  std::span<Mountable* const> kinds() const { return std::span(kinds_).first(count_); }
  /// Mounts over a position (none: as the root of all).
  Result<> mount(std::string_view type, std::string_view source, Position point, u32 flags);
  Result<> unmount(MountId id);
  /// Mounts at a path of the first root, where there is a directory or one can be made.
  Result<> mount_at(std::string_view name, std::string_view type);

 private:
  Core& core_;
  std::array<Mountable*, 8> kinds_{};
  u32 count_ = 0;
};

}  // namespace file
