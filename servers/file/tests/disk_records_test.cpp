// SPDX-License-Identifier: BSD-2-Clause
// Files that others change while memory is made for their pages.
#include "servers/file/tests/disk_fixture.hpp"

namespace file {
namespace {

/// All memory is taken, and no record of a block is left: who wants one waits for what is dirty to be written.
class DiskWithoutRecords : public Disk {
 protected:
  DiskWithoutRecords() {
    p.make("/disk/f", noise(3 * page));
    d.forget();
    f = p.open("/disk/f", flags::read_write);
    const i64 dirty = p.open("/disk/dirty", flags::create | flags::read_write);
    EXPECT_EQ(p.write(dirty, "x"), 1);
    d.world.frames.set_quota(d.world.frames.taken());
    PageCache& cache = d.world.core.tree.cache;
    for (u64 at = 1; const Result<BlockId> taken = cache.obtain(node(dirty), at * block_pages); ++at) {
      cache.pin(*taken);
      records.push_back(*taken);
    }
  }
  NodeId node(i64 descriptor) {
    const NodeId id = d.world.core.tree.nodes.find(node_of_root().system, p.fstat(descriptor).inode);
    EXPECT_NE(id, NodeId::none);
    return id;
  }
  Node& node_of_root() { return d.world.core.tree[*d.started]; }
  /// While the dirty page is written there is memory again, and something happens.
  void meanwhile(std::function<void()> what) {
    d.during<contract::disk::Write>(false, [this, what = std::move(what)] {
      for (const BlockId each : records) d.world.core.tree.cache.unpin(each);
      d.world.frames.set_quota(FakeFrames::count);
      what();
    });
  }
  i64 f = 0;
  std::vector<BlockId> records;
};

TEST_F(DiskWithoutRecords, CutBeforeItIsLoaded) {
  i64 cut = -1;
  Program other = p.fork(2);
  meanwhile([&] { cut = other.ftruncate(f, 0); });
  EXPECT_EQ(p.read(f, 10), "");
  EXPECT_EQ(cut, 0);
  EXPECT_EQ(d.world.core.tree[node(f)].cached_pages, 0u) << "there is nothing behind the end";
}

TEST_F(DiskWithoutRecords, CutShorterBeforeItIsCut) {
  i64 cut = -1;
  Program other = p.fork(2);
  meanwhile([&] { cut = other.ftruncate(f, 100); });
  EXPECT_EQ(p.ftruncate(f, static_cast<i64>(page + 100)), 0);
  EXPECT_EQ(cut, 0);
  EXPECT_EQ(p.contents("/disk/f"), noise(100) + std::string(page, '\0'));
}

}  // namespace
}  // namespace file
