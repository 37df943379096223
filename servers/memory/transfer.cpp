// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/memory.hpp"

namespace memory {

Result<void> Memory::store(SpaceIndex space, u64 address, u64 length, Mover& mover) {
  Range range;
  if (length == 0) return {};
  if (!touch(address, length, range)) return std::unexpected(Error::unmapped);
  for (u64 done = 0; done < length;) {
    const u64 offset = (address + done) % page_size;
    const u64 count = std::min(length - done, page_size - offset);
    const auto frame = writable_frame(space, UserPage::of(address + done));
    if (!frame) return std::unexpected(frame.error());
    if (!mover.move(done, machine_.contents(*frame).subspan(offset, count))) return std::unexpected(Error::bus);
    done += count;
  }
  return {};
}

Result<void> Memory::load(SpaceIndex index, u64 address, u64 length, Mover& mover) {
  Range range;
  if (length == 0) return {};
  if (!touch(address, length, range)) return std::unexpected(Error::unmapped);
  for (u64 done = 0; done < length;) {
    const UserPage page = UserPage::of(address + done);
    const u64 offset = (address + done) % page_size;
    const u64 count = std::min(length - done, page_size - offset);
    const RegionIndex found = spaces_[index].regions.find(regions_, page);
    if (found == 0 || regions_[found].rights == 0) return std::unexpected(Error::unmapped);
    const Region region = regions_[found];
    Entry entry;
    machine_.query(index, page, {&entry, 1});
    bool moved;
    if (entry.present() && machine_.use(entry.frame()).own) {
      moved = mover.move(done, machine_.contents(entry.frame()).subspan(offset, count));
    } else {
      // Nothing of ours is there: a page of zeros, or of a file, borrowed for the moment.
      const auto frame = stock_.zeroed();
      if (!frame) return std::unexpected(Error::no_frames);
      Result<void> got;
      if (region.object != 0 && objects_[region.object].kind == Object::Kind::file) {
        const Downcall downcall(*this, index);
        const auto filled =
            files_.fill(objects_[region.object].name, region.page_of_object(page), machine_.contents(*frame));
        if (!filled) got = std::unexpected(Error::bus);
      } else if (region.object != 0) {
        if (const auto shared = objects_.find_shared_frame(region.object, region.page_of_object(page)))
          std::ranges::copy(machine_.contents(*shared), machine_.contents(*frame).begin());
      }
      moved = got && mover.move(done, machine_.contents(*frame).subspan(offset, count));
      stock_.give_back(*frame);
      if (!got) return got;
    }
    if (!moved) return std::unexpected(Error::bus);
    done += count;
  }
  return {};
}

}  // namespace memory
