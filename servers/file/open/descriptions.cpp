// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/open/descriptions.hpp"

namespace file {

[[gnu::hot]] Result<DescriptionId> Descriptions::make(Kind kind, u32 flags, Spot spot) {
  const Result<DescriptionId> id = pool_.take();
  if (!id) return fail(Error::table_full);
  Description& description = pool_[*id];
  description.kind = kind;
  description.flags = flags;
  description.references = 1;
  description.position = spot.release();
  description.handle = static_cast<u32>(*id);  // as an owner of locks, until it is something else
  if (kind == Kind::file && description.writable()) {
    description.writes_counted = true;
    ++tree_[description.position.node].writers;
  }
  return id;
}

[[gnu::hot]] void Descriptions::drop(DescriptionId id) {
  Description& description = pool_[id];
  if (description.references != 1) {
    --description.references;
    return;
  }
  // Closed while it still counts, so that nobody finds the place free while the server below is asked.
  behaviour(description).close(description);
  const Position position = description.position;
  if (description.writes_counted) --tree_[position.node].writers;
  pool_.give(id);
  if (position.node != NodeId::none) mounts_.drop(position);
}

}  // namespace file
