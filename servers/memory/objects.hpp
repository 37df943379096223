// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <optional>
#include <span>

#include "servers/memory/files.hpp"
#include "servers/memory/frame_stock.hpp"
#include "servers/memory/region_map.hpp"

namespace memory {

/// What lies behind regions that are not private zeros: a file's object, or anonymous memory that several spaces share,
/// whose frames are listed in frames of their own.
struct Object {
  enum class Kind : u8 {
    none,
    file,
    unused_file,  // no region names it any more: to be let go
    shared_zeros,
  };
  Kind kind = Kind::none;
  u32 regions = 0;
  u32 serial = 0;
  Frame root;     // shared zeros: a frame of leaves, each a frame of frame numbers; number 0 is none
  u64 name = 0;   // file: the file server's name of it
  u64 pages = 0;  // shared zeros: its size
};

/// A file's object that no region names any more.
struct Unused {
  u64 name = 0;
  u32 serial = 0;
};

class ObjectTable final : public ObjectUse {
 public:
  static constexpr std::size_t capacity = 1024;

  ObjectTable(Machine& machine, FrameStock& stock) : machine_(machine), stock_(stock) {}

  const Object& operator[](ObjectIndex index) const { return objects_[index]; }

  /// The entry of a file's object, made if need be; 0: the table is full. It stays while a region names it; one that
  /// never gets a region is dropped by `settle`.
  ObjectIndex file(u64 name, u32 serial);
  ObjectIndex shared_zeros(u64 pages);
  /// Drops an entry that no region names.
  void settle(ObjectIndex index);

  void retain(ObjectIndex object) override { ++objects_[object].regions; }
  void release(ObjectIndex object) override {
    --objects_[object].regions;
    settle(object);
  }

  /// A file's object to be let go by the file server; asked after whatever may have removed regions.
  std::optional<Unused> take_unused();

  /// Shared zeros: the frame of a page, made if need be.
  std::optional<Frame> shared_frame(ObjectIndex object, u64 page);
  std::optional<Frame> find_shared_frame(ObjectIndex object, u64 page) const;
  /// Pages promised to shared zeros.
  u64 shared_pages() const { return shared_pages_; }

 private:
  static constexpr u64 numbers = page_size / sizeof(u32);  // in a frame

  std::span<u32, numbers> list(Frame frame) const;
  ObjectIndex vacant();
  void drop_shared(Object& object);

  Machine& machine_;
  FrameStock& stock_;
  std::array<Object, capacity> objects_{};  // 0 is none
  std::size_t end_ = 1;                     // behind the last entry that was ever used
  std::size_t unused_ = 0;                  // how many
  u64 shared_pages_ = 0;
};

/// Largest shared anonymous mapping: one root frame's worth.
inline constexpr u64 max_shared_pages = (page_size / sizeof(u32)) * (page_size / sizeof(u32));

}  // namespace memory
