// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/open/behaviour.hpp"

namespace file {

/// All open file descriptions, and what each kind of them can do.
class Descriptions {
 public:
  Descriptions(Frames& frames, Mounts& mounts, Tree& tree) : mounts_(mounts), tree_(tree), pool_(frames) {}

  Description& operator[](DescriptionId id) { return pool_[id]; }
  Behaviour& behaviour(const Description& description) { return *behaviours_[static_cast<u32>(description.kind)]; }
  void set_behaviour(Kind kind, Behaviour& behaviour) { behaviours_[static_cast<u32>(kind)] = &behaviour; }

  /// A description with one reference, which holds the spot.
  Result<DescriptionId> make(Kind kind, u32 flags, Spot spot = {});
  void hold(DescriptionId id) { ++pool_[id].references; }
  /// With the last reference it is closed.
  void drop(DescriptionId id);
  u32 used() const { return pool_.used(); }

 private:
  Mounts& mounts_;
  Tree& tree_;
  std::array<Behaviour*, static_cast<u32>(Kind::count)> behaviours_{};
  Pool<Description, DescriptionId, 16384> pool_;
};

/// A description in use by a call: it stays though its descriptor may be closed meanwhile.
class Opened {
 public:
  Opened() = default;
  Opened(Descriptions& all, DescriptionId id) : all_(&all), id_(id) { all.hold(id); }
  Opened(Opened&& other) noexcept : all_(other.all_), id_(std::exchange(other.id_, DescriptionId::none)) {}
  Opened& operator=(Opened&& other) = delete;
  ~Opened() {
    if (id_ != DescriptionId::none) all_->drop(id_);
  }

  DescriptionId id() const { return id_; }
  Description& operator*() const { return (*all_)[id_]; }
  Description* operator->() const { return &(*all_)[id_]; }
  Behaviour& behaviour() const { return all_->behaviour((*all_)[id_]); }

 private:
  Descriptions* all_ = nullptr;
  DescriptionId id_ = DescriptionId::none;
};

}  // namespace file
