// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <span>

#include "servers/memory/error.hpp"
#include "servers/memory/frame_stock.hpp"
#include "servers/memory/objects.hpp"
#include "servers/memory/space.hpp"

namespace memory {

/// What an access wants to do.
enum class Access : u8 { read, write, execute };

/// What mmap asks for, its object already known.
struct MapRequest {
  u64 address = 0;  // a wish, or with `fixed` an order
  u64 length = 0;
  u8 rights = 0;
  u8 may = readable | writable | executable;
  Sharing sharing = Sharing::own;
  Role role = Role::plain;
  ObjectIndex object = 0;
  u64 first = 0;  // page of the object
  bool fixed = false;
  bool replace = false;   // with fixed: what is there goes
  bool low = false;       // below 2 GiB
  bool promised = false;  // pages become memory's own although nobody may write them
};

/// A part of a program that execve puts in place.
struct Segment {
  u64 address = 0;
  u64 length = 0;
  u64 offset = 0;
  u64 file_length = 0;
  u8 rights = 0;
  ObjectIndex object = 0;
};

/// Told when the last downcall for a space has ended, so that what waited for it goes on.
class Watcher {
 public:
  virtual void settled(SpaceIndex space) = 0;

 protected:
  ~Watcher() = default;
};

/// Carries a transfer's bytes, one page's share after the other.
class Mover {
 public:
  /// `done` bytes came before. False ends the transfer.
  virtual bool move(u64 done, std::span<std::byte> memory) = 0;

 protected:
  ~Mover() = default;
};

/// The address maps of all programs. Everything but what ends in a downcall to the file server (faults, `store`,
/// `load`) happens at once; during a downcall other requests are served, and `Space::downcalls` keeps them off that
/// space.
class Memory {
 public:
  struct Storage {
    std::span<Region> regions;
    std::span<Space> spaces;
    std::span<Inhabitant> inhabitants;  // a power of two of them
  };
  /// `frames` is how many pages may be promised to programs.
  Memory(Machine& machine, Files& files, Watcher& watcher, Storage storage, u64 frames);

  // Who lives where (inhabitants.cpp)
  Result<SpaceIndex> space_of(u32 pid) const;
  Result<void> adopt(u32 pid, SpaceIndex space);
  Result<void> share(u32 parent, u32 pid);
  Result<void> release(u32 pid);
  Result<void> discard(SpaceIndex space);
  Result<void> limit(u32 pid, const Limits& limits);
  Result<Usage> usage(u32 pid);

  // Mappings (mapping.cpp, remap.cpp)
  Result<u64> map(SpaceIndex space, MapRequest request);
  Result<void> unmap(SpaceIndex space, u64 address, u64 length);
  Result<void> protect(SpaceIndex space, u64 address, u64 length, u8 rights);
  Result<u64> remap(SpaceIndex space, u64 address, u64 length, u64 new_length, bool may_move, bool fixed, u64 target);
  /// Drops the pages of private memory: they are as never touched.
  Result<void> forget(SpaceIndex space, u64 address, u64 length);
  /// One byte for each page, at most pages_at_once.
  Result<void> resident(SpaceIndex space, u64 address, std::span<u8> pages);
  Result<void> covered(SpaceIndex space, u64 address, u64 length) const;
  /// Where the heap ends after it was asked to end at `end`.
  Result<u64> set_heap_end(SpaceIndex space, u64 end);
  /// Ends all mappings of an object's pages from `first` on: the file was cut. False: some space is busy.
  bool cut_object(u64 name, u64 first);

  // Faults (fault.cpp). The caller has seen that the space exists.
  Result<void> fault(SpaceIndex space, u64 address, Access access, bool present);
  /// The frame of a page that the space can write and that is memory's own.
  Result<Frame> writable_frame(SpaceIndex space, UserPage page);
  /// What identifies the memory behind an address: equal wherever it is shared.
  struct Location {
    u64 object;
    u64 offset;
  };
  Result<Location> locate(SpaceIndex space, u64 address) const;

  // Copies that process asks for (transfer.cpp)
  Result<void> store(SpaceIndex space, u64 address, u64 length, Mover& mover);
  Result<void> load(SpaceIndex space, u64 address, u64 length, Mover& mover);

  // New spaces (fork.cpp, build.cpp)
  Result<void> fork(u32 parent, u32 pid, SpaceIndex space);
  Result<void> begin_build(SpaceIndex space, u32 pid, u64 heap);
  Result<void> build_segment(SpaceIndex space, const Segment& segment);
  Result<void> build_stack(SpaceIndex space, u64 lowest);

  // Objects of the file server (objects of regions that are gone)
  ObjectTable& objects() { return objects_; }
  void release_unused();
  /// Returns the frames in hand to the kernel.
  void return_stock() { stock_.empty(); }

  const Space& space(SpaceIndex index) const { return spaces_[index]; }
  const RegionPool& regions() const { return regions_; }
  u64 promised() const { return promised_ + objects_.shared_pages(); }

 private:
  class Change;
  class Downcall;

  bool can_promise(u64 pages) const { return promised() + pages <= limit_; }
  Result<void> may_grow(const Space& space, u64 pages, bool promised) const;
  /// Whether the space may come to have so many regions more. One that has many leaves a quarter of all to those that
  /// have few, so that no program takes the last.
  bool room_for(const Space& space, std::size_t more) const;
  Result<Range> writable_range(SpaceIndex space, u64 address, u64 length) const;
  Result<UserPage> choose(const Space& space, const MapRequest& request, u64 pages) const;
  void drop_pages(SpaceIndex space, const Region& region);
  void move_pages(SpaceIndex space, const Region& from, UserPage to);
  void destroy(SpaceIndex space);
  void leave(Inhabitant& inhabitant);
  Inhabitant& place_of(u32 pid) const { return inhabitants_[pid % inhabitants_.size()]; }

  RegionIndex grow_stack(SpaceIndex space, UserPage page);
  Result<void> provide(SpaceIndex space, const Region& region, UserPage page, Access access, Entry entry);
  Result<void> file_page(SpaceIndex space, const Region& region, UserPage page, Access access, Entry entry);
  Result<void> map_file_pages(SpaceIndex space, const Region& region, UserPage page, bool write);
  Result<void> fill_file_page(SpaceIndex space, const Region& region, UserPage page);
  Result<void> shared_page(SpaceIndex space, const Region& region, UserPage page, Entry entry);
  Result<void> copy_on_write(SpaceIndex space, const Region& region, UserPage page, Frame frame);
  Result<void> place(SpaceIndex space, UserPage page, Frame frame, u8 rights);
  Result<void> fork_region(SpaceIndex parent, SpaceIndex child, const Region& region, unsigned& copies);
  Result<void> fork_pages(SpaceIndex parent, SpaceIndex child, const Region& region, Range range, unsigned& copies);
  Result<void> build_pages(SpaceIndex space, const Segment& segment, Range range, u64 bytes);

  Machine& machine_;
  Files& files_;
  Watcher& watcher_;
  FrameStock stock_;
  ObjectTable objects_;
  RegionPool regions_;
  std::span<Space> spaces_;
  std::span<Inhabitant> inhabitants_;
  u64 limit_;
  u64 promised_ = 0;  // to private memory
};

/// Lasts while the regions of a space change; keeps the sum of all promises right.
class Memory::Change {
 public:
  Change(Memory& memory, Space& space) : memory_(memory), space_(space), before_(space.regions.promised()) {}
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;
  ~Change() { memory_.promised_ += space_.regions.promised() - before_; }

 private:
  Memory& memory_;
  Space& space_;
  u64 before_;
};

/// Lasts while the file server is at work for a page of the space, and until what it gave is in its place: what waits
/// for the space may end it.
class Memory::Downcall {
 public:
  Downcall(Memory& memory, SpaceIndex space) : memory_(memory), space_(space) { ++memory.spaces_[space].downcalls; }
  Downcall(const Downcall&) = delete;
  Downcall& operator=(const Downcall&) = delete;
  ~Downcall() {
    if (--memory_.spaces_[space_].downcalls == 0) memory_.watcher_.settled(space_);
  }

 private:
  Memory& memory_;
  SpaceIndex space_;
};

}  // namespace memory
