// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/reservations.hpp"

#include <algorithm>

namespace ext4 {

std::uint64_t Reservations::held() const {
  std::uint64_t blocks = size_ * slack;
  for (const Reservation& reservation : all()) blocks += reservation.run.count;
  return blocks;
}

const Reservation* Reservations::find(InodeNumber inode, LogicalBlock block) const {
  for (const Reservation& reservation : all())
    if (reservation.inode == inode && reservation.logical <= block && block < reservation.end()) return &reservation;
  return nullptr;
}

LogicalBlock Reservations::next_start(InodeNumber inode, LogicalBlock block) const {
  LogicalBlock next{maximum_file_blocks};
  for (const Reservation& reservation : all())
    if (reservation.inode == inode && reservation.logical > block) next = std::min(next, reservation.logical);
  return next;
}

bool Reservations::add(const Reservation& reservation) {
  for (Reservation& other : storage_.first(size_))
    if (other.inode == reservation.inode && other.end() == reservation.logical &&
        other.run.end() == reservation.run.first) {
      other.run.count += reservation.run.count;
      return true;
    }
  if (full()) return false;
  storage_[size_++] = reservation;
  return true;
}

void Reservations::remove(InodeNumber inode, LogicalBlock from, LogicalBlock end) {
  for (std::size_t i = 0; i < size_;) {
    Reservation& reservation = storage_[i];
    const LogicalBlock first = std::max(from, reservation.logical);
    const LogicalBlock last = std::min(end, reservation.end());
    if (reservation.inode != inode || first >= last) {
      ++i;
      continue;
    }
    const Reservation behind{.inode = inode,
                             .logical = last,
                             .run = {reservation.run.first + (last - reservation.logical), reservation.end() - last}};
    reservation.run.count = first - reservation.logical;
    if (reservation.run.count == 0 && behind.run.count != 0) {
      reservation = behind;
      ++i;
    } else if (reservation.run.count == 0) {
      storage_[i] = storage_[--size_];
    } else {
      if (behind.run.count != 0 && !full()) storage_[size_++] = behind;
      ++i;
    }
  }
}

}  // namespace ext4
