// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <cstring>

#include "servers/ext4/tests/image.hpp"
#include "servers/ext4/transaction.hpp"

namespace ext4::testing {
namespace {

constexpr BlockRole plain{.kind = BlockKind::link_target};

/// A file system's metadata with nothing above them. Blocks from 5000 on belong to nothing.
class TransactionTest : public ::testing::Test {
 protected:
  TransactionTest() : disk_{make_image(64)}, metadata_{disk_->metadata()} {}

  char byte_of(std::uint64_t block) {
    return static_cast<char>(metadata_.read(PhysicalBlock{block}, plain)->bytes()[0]);
  }
  void set_byte(Transaction& transaction, std::uint64_t block, char value) {
    const BlockPin pin = metadata_.read(PhysicalBlock{block}, plain).value();
    transaction.modify(pin).value()[0] = static_cast<std::byte>(value);
  }

  Mounted disk_;
  Metadata& metadata_;
};

TEST_F(TransactionTest, WithoutCommitLeavesNoTrace) {
  const std::uint64_t free_before = metadata_.totals().free_blocks;
  {
    Transaction transaction = Transaction::begin(metadata_).value();
    set_byte(transaction, 5000, 'a');
    transaction.commit();
  }
  {
    Transaction transaction = Transaction::begin(metadata_).value();
    set_byte(transaction, 5000, 'b');
    set_byte(transaction, 5001, 'c');
    const BlockPin fresh = transaction.create(PhysicalBlock{5002}, plain).value();
    transaction.modify(fresh).value()[0] = std::byte{'d'};
    transaction.forget({PhysicalBlock{5000}, 1});
    --transaction.totals().free_blocks;
    ASSERT_TRUE(transaction.add_freed({PhysicalBlock{5003}, 1}));
    EXPECT_EQ(byte_of(5000), 'b');
    EXPECT_EQ(byte_of(5002), 'd');
  }
  EXPECT_EQ(byte_of(5000), 'a');
  EXPECT_EQ(byte_of(5001), 0);
  EXPECT_EQ(byte_of(5002), 0);
  EXPECT_EQ(metadata_.freed().size(), 0u);
  EXPECT_EQ(metadata_.totals().free_blocks, free_before);
  ASSERT_TRUE(metadata_.persist());
  EXPECT_EQ(static_cast<char>(disk_.device.block(PhysicalBlock{5000})[0]), 'a');
  EXPECT_EQ(static_cast<char>(disk_.device.block(PhysicalBlock{5001})[0]), 0);
}

TEST_F(TransactionTest, WritesOnlyWhatIsDurableAndInUse) {
  std::set<std::uint64_t> written;
  disk_.device.written = &written;
  Transaction first = Transaction::begin(metadata_).value();
  set_byte(first, 5000, 'a');
  set_byte(first, 5001, 'b');
  first.commit();
  EXPECT_TRUE(written.empty());
  EXPECT_TRUE(metadata_.has_unwritten_changes());
  Transaction second = Transaction::begin(metadata_).value();
  second.forget({PhysicalBlock{5000}, 1});
  second.commit();
  ASSERT_TRUE(metadata_.persist());
  EXPECT_EQ(written, (std::set<std::uint64_t>{0, 5001}));  // and the superblock
  EXPECT_FALSE(metadata_.has_unwritten_changes());
}

TEST_F(TransactionTest, ForgetsMoreBlocksThanTheCacheHas) {
  Transaction first = Transaction::begin(metadata_).value();
  set_byte(first, 5000, 'a');
  set_byte(first, 9000, 'b');
  first.commit();
  Transaction second = Transaction::begin(metadata_).value();
  second.forget({PhysicalBlock{4990}, 3000});
  second.commit();
  std::set<std::uint64_t> written;
  disk_.device.written = &written;
  ASSERT_TRUE(metadata_.persist());
  EXPECT_EQ(written, (std::set<std::uint64_t>{0, 9000}));
}

TEST_F(TransactionTest, ThatIsTooLargeFailsAndIsRolledBack) {
  Transaction transaction = Transaction::begin(metadata_).value();
  Error error{};
  std::uint64_t changed = 0;
  for (; changed < 1000 && error == Error{}; ++changed) {
    const BlockPin pin = metadata_.read(PhysicalBlock{5000 + changed}, plain).value();
    const auto block = transaction.modify(pin);
    if (block)
      (*block)[0] = std::byte{'x'};
    else
      error = block.error();
  }
  EXPECT_EQ(error, Error::cache_exhausted);
  EXPECT_EQ(changed, Transaction::change_limit + 1);
  EXPECT_TRUE(transaction.nearly_full());
  {
    const Transaction dropped = std::move(transaction);
  }
  EXPECT_EQ(byte_of(5000), 0);
  EXPECT_FALSE(metadata_.has_unwritten_changes());
}

TEST_F(TransactionTest, ManyTransactionsAreMadeDurableWhenTheCacheIsFull) {
  const std::uint64_t before = disk_.device.writes;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    Transaction transaction = Transaction::begin(metadata_).value();
    set_byte(transaction, 5000 + i, 'y');
    transaction.commit();
  }
  EXPECT_GE(disk_.device.writes - before, 1500u);
  for (std::uint64_t i = 0; i < 2000; ++i) ASSERT_EQ(byte_of(5000 + i), 'y');
}

TEST_F(TransactionTest, RefusesASecondUseOfABlock) {
  Transaction transaction = Transaction::begin(metadata_).value();
  set_byte(transaction, 5000, 'a');
  EXPECT_EQ(metadata_.read(PhysicalBlock{5000}, {.kind = BlockKind::extents, .owner = 1}).error(), Error::damaged);
  EXPECT_EQ(transaction.create(PhysicalBlock{5000}, plain).error(), Error::damaged);
  EXPECT_EQ(metadata_.read(PhysicalBlock{1u << 30}, plain).error(), Error::damaged);
  EXPECT_NE(metadata_.damage().what, nullptr);
  transaction.commit();
  ASSERT_TRUE(metadata_.persist());
  EXPECT_NE(metadata_.superblock().state & layout::state::errors, 0);
}

TEST_F(TransactionTest, ABlockThatLostItsUseMayBeReadAsAnother) {
  ASSERT_TRUE(metadata_.read(PhysicalBlock{5000}, plain));
  EXPECT_EQ(metadata_.read(PhysicalBlock{5000}, {.kind = BlockKind::extents, .owner = 1}).error(), Error::bad_checksum);
  EXPECT_TRUE(metadata_.read(PhysicalBlock{5000}, plain));
}

}  // namespace
}  // namespace ext4::testing
