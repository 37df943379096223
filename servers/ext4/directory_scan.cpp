// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <optional>

#include "servers/ext4/directory.hpp"
#include "servers/ext4/index_path.hpp"

namespace ext4 {
namespace {

// A cookie of a linear directory is the byte at which the next entry begins or lay. One of an indexed directory
// is 0 or 1 for "." and "..", and otherwise `first_key` more than the least key that is still to come, a key
// being the 31 bits of the major hash (the lowest is never set) above the minor. Both are below 2^63, as the
// offsets that programs get to see have to be.
constexpr std::uint64_t first_key = 2;
constexpr std::uint64_t indexed_end = (std::uint64_t{1} << 63) - 1;

std::uint64_t key_of(NameHash hash) { return std::uint64_t{hash.major} << 31 | hash.minor; }
std::uint32_t major_of(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 31) & ~std::uint32_t{1}; }

bool give(EntrySink& sink, const LeafEntry& entry, std::uint64_t cookie_behind) {
  return sink.take({.name = entry.name, .inode = entry.inode, .kind = entry.kind, .cookie = cookie_behind});
}

Result<ScanEnd> scan_linear(Metadata& metadata, const InodePin& directory, std::uint64_t cookie, EntrySink& sink) {
  const std::uint32_t blocks = EXT4_TRY(directory_blocks(metadata, directory));
  const std::uint32_t end = leaf_end(metadata.geometry());
  const std::uint64_t size = std::uint64_t{blocks} * block_size;
  for (std::uint64_t base = cookie / block_size * block_size; base < size; base += block_size) {
    const LogicalBlock block{static_cast<std::uint32_t>(base / block_size)};
    const BlockPin pin = EXT4_TRY(read_directory_block(metadata, directory, block, BlockKind::directory_leaf));
    // From the block's start, since the entry that the cookie meant may have been removed.
    for (std::uint32_t offset = 0; offset < end;) {
      const LeafEntry entry = leaf_entry(pin.bytes(), offset);
      offset = entry.end();
      if (entry.inode == no_inode || base + entry.offset < cookie) continue;
      const std::uint64_t behind = offset < end ? base + offset : base + block_size;
      if (!give(sink, entry, behind)) return ScanEnd{.cookie = base + entry.offset, .complete = false};
    }
  }
  return ScanEnd{.cookie = size, .complete = true};
}

/// The least keys not below a given one, from leaves in any order.
class Selection {
 public:
  Selection(ScanBuffer& buffer, std::uint64_t least) : buffer_{buffer}, least_{least} {}

  void offer(const ScanSlot& slot) {
    if (slot.key < least_) return;
    if (size_ == buffer_.size()) {
      if (!before(slot, buffer_.front())) return;
      std::pop_heap(buffer_.begin(), buffer_.end(), before);
      --size_;
    }
    buffer_[size_++] = slot;
    std::push_heap(buffer_.begin(), buffer_.begin() + size_, before);
  }
  bool full() const { return size_ == buffer_.size(); }
  std::span<const ScanSlot> in_order() {
    std::sort_heap(buffer_.begin(), buffer_.begin() + size_, before);
    return std::span(buffer_).first(size_);
  }

 private:
  static bool before(const ScanSlot& a, const ScanSlot& b) { return a.key < b.key; }

  ScanBuffer& buffer_;
  std::uint64_t least_;
  std::size_t size_ = 0;
};

void offer_leaf(const Geometry& geometry, const HashParameters& hashing, const BlockPin& leaf, LogicalBlock block,
                Selection& selection) {
  for (std::uint32_t offset = 0; offset < leaf_end(geometry);) {
    const LeafEntry entry = leaf_entry(leaf.bytes(), offset);
    offset = entry.end();
    if (entry.inode != no_inode)
      selection.offer({.key = key_of(hash_name(hashing, entry.name)), .block = block, .offset = entry.offset});
  }
}

/// Gives what was selected. The cookie of the first entry that was refused, or nothing if all were taken.
Result<std::optional<std::uint64_t>> give_all(Metadata& metadata, const InodePin& directory,
                                              std::span<const ScanSlot> slots, EntrySink& sink) {
  BlockPin pin;
  LogicalBlock pinned{0};  // block 0 is the root, never a leaf
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const ScanSlot& slot = slots[i];
    if (slot.block != pinned) {
      pin = EXT4_TRY(read_directory_block(metadata, directory, slot.block, BlockKind::directory_leaf));
      pinned = slot.block;
    }
    const LeafEntry entry = leaf_entry(pin.bytes(), slot.offset);
    if (give(sink, entry, first_key + slot.key + 1)) continue;
    // Two names with one key of 63 bits do not occur by chance. If they did, and the sink took only the first,
    // the first comes again rather than that the second is lost; unless that would go on for ever.
    const bool no_progress = i != 0 && slots[0].key == slot.key;
    return first_key + slot.key + (no_progress ? 1 : 0);
  }
  return std::nullopt;
}

Result<ScanEnd> scan_indexed(Metadata& metadata, const InodePin& directory, std::uint64_t cookie, EntrySink& sink,
                             ScanBuffer& buffer) {
  if (cookie >= indexed_end) return ScanEnd{.cookie = indexed_end, .complete = true};
  IndexPath path = EXT4_TRY(IndexPath::root(metadata, directory));
  const HashParameters hashing = path.hash_parameters();
  for (std::uint32_t offset = 0; cookie < first_key; ++cookie) {
    const LeafEntry self = leaf_entry(path.root_block().bytes(), 0);
    offset = cookie == 0 ? 0 : self.end();
    if (!give(sink, leaf_entry(path.root_block().bytes(), offset), cookie + 1)) return ScanEnd{cookie, false};
  }
  EXT4_TRY(path.descend(major_of(cookie - first_key)));
  // Each turn is one leaf, with those behind it that hold names of a hash that began in it.
  for (std::uint32_t left = EXT4_TRY(directory_blocks(metadata, directory));;) {
    Selection selection(buffer, cookie - first_key);
    for (bool more = true; more;) {
      if (left-- == 0) return metadata.damaged("index of directory", directory.number().value);
      offer_leaf(metadata.geometry(), hashing, EXT4_TRY(path.read_leaf()), path.leaf(), selection);
      more = path.has_next_leaf() && (path.next_hash() & 1) != 0;
      if (more) EXT4_TRY(path.next_leaf());
    }
    const bool may_be_cut = selection.full();
    const std::span<const ScanSlot> slots = selection.in_order();
    if (const auto refused = EXT4_TRY(give_all(metadata, directory, slots, sink)))
      return ScanEnd{.cookie = *refused, .complete = false};
    if (may_be_cut) return ScanEnd{.cookie = first_key + slots.back().key + 1, .complete = false};
    if (!path.has_next_leaf()) return ScanEnd{.cookie = indexed_end, .complete = true};
    cookie = std::max(cookie, first_key + key_of({.major = path.next_hash(), .minor = 0}));
    EXT4_TRY(path.next_leaf());
  }
}

/// Takes "." and "..", and remembers whether there was anything else.
class EmptinessSink final : public EntrySink {
 public:
  bool take(const Entry& entry) override {
    if (entry.name == "." || entry.name == "..") return true;
    empty = false;
    return false;
  }
  bool empty = true;
};

}  // namespace

Result<ScanEnd> scan_directory(Metadata& metadata, const InodePin& directory, std::uint64_t cookie, EntrySink& sink,
                               ScanBuffer& buffer) {
  return is_indexed(directory) ? scan_indexed(metadata, directory, cookie, sink, buffer)
                               : scan_linear(metadata, directory, cookie, sink);
}

Result<bool> is_empty(Metadata& metadata, const InodePin& directory, ScanBuffer& buffer) {
  EmptinessSink sink;
  for (ScanEnd end{.cookie = 0, .complete = false}; sink.empty && !end.complete;)
    end = EXT4_TRY(scan_directory(metadata, directory, end.cookie, sink, buffer));
  return sink.empty;
}

}  // namespace ext4
