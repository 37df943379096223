// SPDX-License-Identifier: BSD-2-Clause
// A vault whose component dies at every single write, also of the recovery, and must be before or after; stray writes
// that must be found; and controls without the rollback and without the checksum, which must fail.
#include "lib/component/vault.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <vector>

namespace component {
namespace {

using abi::u32;
using abi::u64;
using abi::u8;

struct Defect {};

/// Keeps what memory looks like after each write: what a new instance finds if the component dies there.
class Recorder {
 public:
  static inline std::span<std::byte> watched;
  static inline std::vector<std::vector<std::byte>> images;
  static inline bool recording = false;

  static void keep() {
    if (recording) images.emplace_back(watched.begin(), watched.end());
  }
};

template <bool roll, bool check>
struct FakeMemory {
  static constexpr bool rolls_back = roll;
  static constexpr bool checks = check;
  static void write(vault::Word* at, u64 value) {
    const auto* place = reinterpret_cast<const std::byte*>(at);
    if (Recorder::recording) {
      EXPECT_GE(place, Recorder::watched.data());
      EXPECT_LE(place + sizeof value, Recorder::watched.data() + Recorder::watched.size());
    }
    *at = value;
    Recorder::keep();
  }
  static void barrier() {}
  [[noreturn]] static void defect(std::string_view) { throw Defect{}; }
};
using Sound = FakeMemory<true, true>;

struct Region {
  explicit Region(std::size_t size = 4096) : bytes(size) {}
  std::vector<std::byte> bytes;
  std::span<std::byte> span() { return bytes; }
};

struct Account {
  u64 balance = 1000;
  u8 letter = 'a';
  u32 changes = 0;
  friend bool operator==(const Account&, const Account&) = default;
};
struct Ledger {
  u64 sum = 0;
  u32 rows[40] = {};
  u8 odd[7] = {1, 2, 3, 4, 5, 6, 7};
  friend bool operator==(const Ledger&, const Ledger&) = default;
};

template <class Memory>
struct Instance {
  explicit Instance(std::span<std::byte> region) : vault(region) {}
  BasicVault<Memory> vault;
  BasicVaultRecord<Account, Memory> account{vault, "account"};
  BasicVaultRecord<Ledger, Memory> ledger{vault, "ledger", 3};
};

struct Contents {
  Account account;
  Ledger ledger;
  friend bool operator==(const Contents&, const Contents&) = default;
};

template <class Memory>
Contents contents(const Instance<Memory>& instance) {
  return {*instance.account, *instance.ledger};
}

template <class Memory>
void transfer(Instance<Memory>& instance, u64 amount) {
  instance.vault.transaction(
      [](auto& t, const Account& account, const Ledger& ledger, u64 amount) {
        t.set(account.balance, account.balance - amount);
        t.set(ledger.sum, ledger.sum + amount);
        t.set(account.letter, static_cast<u8>(account.letter + 1));
        t.set(ledger.odd[3], static_cast<u8>(ledger.odd[3] + 1));
        for (unsigned row = amount % 7; row < 40; row += 7) t.set(ledger.rows[row], ledger.rows[row] + 1);
        t.set(account.changes, account.changes + 1);
        t.set(account.balance, account.balance - 1);
      },
      *instance.account, *instance.ledger, amount);
}

/// Runs `what`, and returns what memory looked like after each of its writes.
std::vector<std::vector<std::byte>> deaths(std::span<std::byte> region, const std::function<void()>& what) {
  Recorder::watched = region;
  Recorder::images.clear();
  Recorder::recording = true;
  what();
  Recorder::recording = false;
  return std::exchange(Recorder::images, {});
}

struct Findings {
  unsigned deaths = 0;
  unsigned torn = 0;    // neither before nor after
  unsigned broken = 0;  // a record that was cleared
};

/// Dies at each write of a transaction, and again at each write of the recovery that follows.
template <class Memory>
Findings die_everywhere() {
  Region region;
  std::vector<std::byte> ready;
  Contents before, after;
  {
    Instance<Memory> instance(region.span());
    transfer(instance, 10);
    ready = region.bytes;
    before = contents(instance);
  }
  Instance<Memory> running(region.span());
  const auto images = deaths(region.span(), [&] { transfer(running, 33); });
  after = contents(running);
  EXPECT_NE(before, after);

  Findings findings;
  const auto judge = [&](const Instance<Memory>& found) {
    ++findings.deaths;
    if (contents(found) != before && contents(found) != after) ++findings.torn;
    if (found.account.found() != Found::kept || found.ledger.found() != Found::kept) ++findings.broken;
  };
  for (const auto& image : images) {
    Region copy;
    copy.bytes = image;
    const auto again = deaths(copy.span(), [&] { judge(Instance<Memory>(copy.span())); });
    for (const auto& second : again) {
      Region third;
      third.bytes = second;
      judge(Instance<Memory>(third.span()));
    }
  }
  return findings;
}

TEST(Vault, DiesAtEveryWriteAndIsBeforeOrAfter) {
  const Findings findings = die_everywhere<Sound>();
  EXPECT_GT(findings.deaths, 100u);
  EXPECT_EQ(findings.torn, 0u);
  EXPECT_EQ(findings.broken, 0u);
}

TEST(Vault, ControlWithoutRollbackIsTorn) { EXPECT_GT((die_everywhere<FakeMemory<false, false>>().torn), 10u); }

TEST(Vault, ControlWithoutRollbackIsSeenByTheChecksum) {
  EXPECT_GT((die_everywhere<FakeMemory<false, true>>().broken), 10u);
}

TEST(Vault, DiesAtEveryWriteOfItsFirstStart) {
  Region region;
  const auto images = deaths(region.span(), [&] { Instance<Sound> instance(region.span()); });
  EXPECT_GT(images.size(), 10u);
  for (const auto& image : images) {
    Region copy;
    copy.bytes = image;
    Instance<Sound> instance(copy.span());
    EXPECT_NE(instance.vault.recovery(), Recovery::lost);
    EXPECT_EQ(contents(instance), Contents{});
    transfer(instance, 1);
    EXPECT_EQ(instance.account->balance, 998u);
  }
}

TEST(Vault, ManyTransactionsAndDeaths) {
  Region region(8192);
  std::mt19937_64 random(7);
  Contents expected{};
  for (unsigned round = 0; round < 60; ++round) {
    Instance<Sound> instance(region.span());
    ASSERT_EQ(contents(instance), expected) << round;
    const auto images = deaths(region.span(), [&] { transfer(instance, random() % 100); });
    const Contents after = contents(instance);
    region.bytes = images[random() % images.size()];
    Region copy(8192);
    copy.bytes = region.bytes;
    const Contents found = contents(Instance<Sound>(copy.span()));
    ASSERT_TRUE(found == expected || found == after);
    expected = found;
  }
}

/// How many of all single-bit changes of the records go unnoticed.
template <class Memory>
unsigned unnoticed_strays() {
  Region region;
  {
    Instance<Memory> instance(region.span());
    transfer(instance, 5);
  }
  Region probe;
  probe.bytes = region.bytes;
  Instance<Memory> instance(probe.span());
  unsigned unnoticed = 0;
  const auto attack = [&](const void* record, std::size_t size, auto found) {
    const std::size_t offset = static_cast<const std::byte*>(record) - probe.bytes.data();
    for (std::size_t at = 0; at < size; ++at) {
      Region hit;
      hit.bytes = region.bytes;
      hit.bytes[offset + at] ^= std::byte(1u << at % 8);
      Instance<Memory> restarted(hit.span());
      if (found(restarted) != Found::cleared) ++unnoticed;
    }
  };
  attack(&*instance.account, sizeof(Account), [](auto& i) { return i.account.found(); });
  attack(&*instance.ledger, sizeof(Ledger), [](auto& i) { return i.ledger.found(); });
  return unnoticed;
}

TEST(Vault, FindsEveryStrayWrite) { EXPECT_EQ(unnoticed_strays<Sound>(), 0u); }
TEST(Vault, ControlWithoutChecksumFindsNone) {
  EXPECT_EQ((unnoticed_strays<FakeMemory<true, false>>()), sizeof(Account) + sizeof(Ledger));
}

TEST(Vault, StrayWriteIsFoundWhileRunningAndAfterTransactions) {
  Region region;
  Instance<Sound> instance(region.span());
  transfer(instance, 5);
  EXPECT_TRUE(instance.ledger.intact());
  const_cast<u32&>(instance.ledger->rows[9]) ^= 4;
  EXPECT_FALSE(instance.ledger.intact());
  EXPECT_TRUE(instance.account.intact());
  // A transaction over the very word does not hide what happened to it.
  instance.vault.set(instance.ledger->rows[9], 77u);
  EXPECT_FALSE(instance.ledger.intact());
  Instance<Sound> restarted(region.span());
  EXPECT_EQ(restarted.ledger.found(), Found::cleared);
  EXPECT_EQ(*restarted.ledger, Ledger{});
  EXPECT_EQ(restarted.account.found(), Found::kept);
  EXPECT_TRUE(restarted.ledger.intact());
}

TEST(Vault, EveryStrayWriteOutsideTheRecordsIsSurvived) {
  Region region;
  Contents before;
  {
    Instance<Sound> instance(region.span());
    transfer(instance, 5);
    before = contents(instance);
  }
  std::mt19937_64 random(3);
  unsigned kept = 0;
  for (std::size_t at = 0; at < region.bytes.size(); at += 8) {
    Region hit;
    hit.bytes = region.bytes;
    const u64 noise = random();
    std::memcpy(hit.bytes.data() + at, &noise, sizeof noise);
    Instance<Sound> instance(hit.span());
    for (const auto [found, same] : {std::pair{instance.account.found(), *instance.account == before.account},
                                     std::pair{instance.ledger.found(), *instance.ledger == before.ledger}})
      if (found == Found::kept) {
        EXPECT_TRUE(same) << at;
        ++kept;
      }
    transfer(instance, 1);
    EXPECT_EQ(contents(Instance<Sound>(hit.span())), contents(instance));
  }
  EXPECT_GT(kept, 500u);
}

TEST(Vault, AnotherArrangementIsAnotherRecord) {
  Region region;
  {
    BasicVault<Sound> vault(region.span());
    BasicVaultRecord<u64, Sound> first(vault, "first"), second(vault, "second");
    vault.set(*first, u64{11});
    vault.set(*second, u64{22});
  }
  {
    BasicVault<Sound> vault(region.span());
    BasicVaultRecord<u64, Sound> first(vault, "first", 2), second(vault, "second");
    EXPECT_EQ(first.found(), Found::cleared);
    EXPECT_EQ(*first, 0u);
    EXPECT_EQ(second.found(), Found::kept);
    EXPECT_EQ(*second, 22u);
  }
  BasicVault<Sound> vault(region.span());
  BasicVaultRecord<u64, Sound> second(vault, "second");
  EXPECT_EQ(second.found(), Found::cleared);
}

TEST(Vault, RefusesWhatIsNoChangeOfARecord) {
  Region region;
  Instance<Sound> instance(region.span());
  u64 elsewhere = 0;
  EXPECT_THROW(instance.vault.set(elsewhere, u64{1}), Defect);
  EXPECT_EQ(elsewhere, 0u);
  BasicVault<Sound> vault(region.span());
  struct Large {
    u64 words[600];
  };
  EXPECT_THROW((BasicVaultRecord<Large, Sound>(vault, "large")), Defect);
}

TEST(Vault, TransactionLargerThanTheLogIsADefectAndUndone) {
  Region region(16384);
  struct Table {
    u64 words[1000] = {};
  };
  {
    BasicVault<Sound> vault(region.span());
    BasicVaultRecord<Table, Sound> table(vault, "table");
    const auto fill = [](auto& t, const Table& table) {
      std::byte ones[72];
      std::ranges::fill(ones, std::byte{1});
      for (unsigned word = 0; word + 9 <= 1000; word += 9) t.copy(*(const u64(*)[9])(table.words + word), ones);
    };
    // The defect ends the component there and then. Here the stack is unwound, which commits: the last six writes.
    const auto images = deaths(region.span(), [&] { EXPECT_THROW(vault.transaction(fill, *table), Defect); });
    region.bytes = images[images.size() - 7];
  }
  BasicVault<Sound> vault(region.span());
  BasicVaultRecord<Table, Sound> table(vault, "table");
  EXPECT_EQ(table.found(), Found::kept);
  EXPECT_EQ(vault.recovery(), Recovery::rolled_back);
  for (const u64 word : table->words) EXPECT_EQ(word, 0u);
}

template <class Memory>
double nanoseconds_per_transaction() {
  alignas(4096) static std::byte memory[4096];
  BasicVault<Memory> vault{std::span(memory)};
  BasicVaultRecord<Account, Memory> account(vault, "account");
  const auto begin = std::chrono::steady_clock::now();
  constexpr unsigned rounds = 100'000;
  for (unsigned round = 0; round < rounds; ++round)
    vault.transaction(
        [](auto& t, const Account& account, u64 round) {
          t.set(account.balance, round);
          t.set(account.changes, static_cast<u32>(round));
        },
        *account, u64{round});
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count() / rounds;
}

struct Native {
  static constexpr bool rolls_back = true;
  static constexpr bool checks = true;
  static void write(vault::Word* at, u64 value) { *at = value; }
  static void barrier() { asm volatile("" ::: "memory"); }
  [[noreturn]] static void defect(std::string_view) { throw Defect{}; }
};

// No threshold: a number for people. Under the sanitizers it is some ten times what a component pays.
TEST(Vault, CostOfATransactionOfTwoFields) {
  RecordProperty("nanoseconds", static_cast<int>(nanoseconds_per_transaction<Native>()));
}

}  // namespace
}  // namespace component
