// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/bus/pci/acpi.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "drivers/bus/pci/interrupts.hpp"
#include "drivers/bus/pci/power.hpp"
#include "drivers/bus/pci/tests/fake_bus.hpp"

namespace {

using namespace pci;
using namespace pci::acpi;
using pci::tests::FakeBus;

constexpr u64 base = 0x7ff'e000;

/// A firmware that has put its tables into 16 pages from `base` on.
class FakeFirmware : public FakeBus {
 public:
  std::vector<u8> bytes = std::vector<u8>(16 * 4096);
  unsigned maps = 0;

  driver::Result<void> device_bind(unsigned slot, unsigned window, u64 physical, u64 pages) override {
    ++maps;
    if (physical % 4096 != 0 || physical < base || physical + pages * 4096 > base + bytes.size())
      return std::unexpected(driver::Error::refused);
    return FakeBus::device_bind(slot, window, physical, pages);
  }
  u32 window_read(unsigned window, u64 offset, unsigned size) override {
    u32 value = 0;
    std::memcpy(&value, &bytes[bound.at({own_slot, window}).first + offset - base], size);
    return value;
  }

  void put(u64 at, std::vector<u8> content) { std::memcpy(&bytes[at - base], content.data(), content.size()); }
  void put_number(u64 at, unsigned size, u64 value) { std::memcpy(&bytes[at - base], &value, size); }
  static void fix(std::span<u8> table, std::size_t at) {
    table[at] = 0;
    table[at] = static_cast<u8>(-std::accumulate(table.begin(), table.end(), 0));
  }
  /// A table with its header; `content` follows the 36 bytes.
  void table(u64 at, const char* signature, std::vector<u8> content) {
    std::vector<u8> whole(36 + content.size());
    std::memcpy(whole.data(), signature, 4);
    const u32 length = static_cast<u32>(whole.size());
    std::memcpy(&whole[4], &length, 4);
    std::copy(content.begin(), content.end(), whole.begin() + 36);
    fix(whole, 9);
    put(at, whole);
  }
  void root(u8 revision, u32 rsdt, u64 xsdt) {
    std::vector<u8> pointer(36);
    std::memcpy(pointer.data(), "RSD PTR ", 8);
    pointer[15] = revision;
    std::memcpy(&pointer[16], &rsdt, 4);
    pointer[20] = 36;
    std::memcpy(&pointer[24], &xsdt, 8);
    fix(std::span{pointer}.first(20), 8);
    put(base, pointer);
  }
  static std::vector<u8> words(std::vector<u32> values) {
    std::vector<u8> result(values.size() * 4);
    std::memcpy(result.data(), values.data(), result.size());
    return result;
  }

  /// What QEMU makes of q35 with three processors, one of them not enabled.
  void machine() {
    root(0, base + 0x1000, 0);
    table(base + 0x1000, "RSDT", words({base + 0x2000, base + 0x3000}));
    std::vector<u8> madt(8);
    const auto add = [&](std::vector<u8> entry) { madt.insert(madt.end(), entry.begin(), entry.end()); };
    add({0, 8, 0, 0, 1, 0, 0, 0});
    add({0, 8, 1, 1, 1, 0, 0, 0});
    add({0, 8, 2, 2, 0, 0, 0, 0});
    add({1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0});
    add({9, 16, 0, 0, 7, 1, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0});
    table(base + 0x3000, "APIC", madt);
    std::vector<u8> fadt(208);
    const auto number = [&](std::size_t at, u32 value) { std::memcpy(&fadt[at - 36], &value, 4); };
    number(40, base + 0x4000);
    number(48, 0xb2), fadt[52 - 36] = 2;
    number(64, 0x604);
    number(112, 0x400);
    fadt[116 - 36] = 1, number(120, 0xcf9), fadt[128 - 36] = 0x0f;
    table(base + 0x2000, "FACP", fadt);
    std::vector<u8> dsdt(3000, 0x55);
    const std::vector<u8> s5 = {0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a, 0x05, 0x00, 0x00, 0x00};
    dsdt.insert(dsdt.begin() + 2040, s5.begin(), s5.end());
    table(base + 0x4000, "DSDT", dsdt);
  }
};

class AcpiTest : public ::testing::Test {
 protected:
  FakeFirmware fake;
  std::unique_ptr<Firmware> firmware = std::make_unique<Firmware>(FakeBus::own_slot, pci::firmware_window);
  std::expected<Tables, Error> open() { return Tables::open(*firmware, base); }
};

TEST_F(AcpiTest, FindsTheProcessors) {
  fake.machine();
  const auto tables = open();
  ASSERT_TRUE(tables);
  const auto found = processors(*tables);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->count, 3);
  EXPECT_EQ(found->identifiers[0], 0u);
  EXPECT_EQ(found->identifiers[1], 1u);
  EXPECT_EQ(found->identifiers[2], 0x107u);
}

TEST_F(AcpiTest, FindsHowToTurnOff) {
  fake.machine();
  const auto found = power(*open());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->control_a, 0x604);
  EXPECT_EQ(found->control_b, 0);
  EXPECT_EQ(found->off_a, 5);
  EXPECT_EQ(found->off_b, 0);
  EXPECT_EQ(found->command, 0xb2);
  EXPECT_EQ(found->enable, 2);
  EXPECT_EQ(found->reset, 0xcf9);
  EXPECT_EQ(found->reset_value, 0x0f);
}

TEST_F(AcpiTest, PrefersTheWideRoot) {
  fake.machine();
  fake.root(2, base + 0x1000, base + 0x6000);
  std::vector<u8> entries(16);
  const u64 first = base + 0x3000;
  std::memcpy(&entries[8], &first, 8);
  fake.table(base + 0x6000, "XSDT", entries);
  const auto tables = open();
  ASSERT_TRUE(tables);
  EXPECT_TRUE(tables->find("APIC"));
  EXPECT_EQ(tables->find("FACP").error(), Error::absent);
  fake.bytes[0x6000 + 20] ^= 1;
  EXPECT_TRUE(open()->find("FACP")) << "a damaged one is no reason to have none";
}

TEST_F(AcpiTest, TurnsToAnotherPageSeldom) {
  fake.machine();
  (void)processors(*open());
  (void)power(*open());
  EXPECT_LE(fake.maps, 12u);
}

TEST_F(AcpiTest, RefusesWhatIsDamaged) {
  EXPECT_EQ(Tables::open(*firmware, 0).error(), Error::absent);
  EXPECT_EQ(Tables::open(*firmware, 0x1000).error(), Error::unread);
  EXPECT_EQ(open().error(), Error::damaged);
  fake.machine();
  fake.bytes[9] ^= 1;
  EXPECT_EQ(open().error(), Error::damaged);
  fake.machine();
  fake.bytes[0x1000 + 40] ^= 1;
  EXPECT_EQ(open().error(), Error::damaged);
  fake.machine();
  fake.put_number(base + 0x1004, 4, 0xffff'ffff);
  EXPECT_EQ(open().error(), Error::damaged);
  fake.put_number(base + 0x1004, 4, 35);
  EXPECT_EQ(open().error(), Error::damaged);
  fake.machine();
  fake.bytes[0x3000 + 50] ^= 1;
  EXPECT_EQ(processors(*open()).error(), Error::damaged);
}

TEST_F(AcpiTest, DoesNotFollowEntriesThatDoNotFit) {
  fake.machine();
  for (const u8 length : {0, 1, 255}) {
    fake.table(base + 0x3000, "APIC", {0, 0, 0, 0, 0, 0, 0, 0, 0, length, 0, 0, 1, 0, 0, 0});
    EXPECT_EQ(processors(*open()).error(), Error::damaged) << unsigned{length};
  }
  fake.table(base + 0x3000, "APIC", {0, 0, 0, 0, 0, 0, 0, 0, 9, 4, 0, 0});
  EXPECT_EQ(processors(*open())->count, 0) << "too short for what it is";
}

TEST_F(AcpiTest, KnowsThePackageInItsForms) {
  const auto find = [](std::vector<u8> bytes) { return find_s5(bytes); };
  EXPECT_EQ(find({0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a, 5, 0x0a, 6, 0, 0}), (std::pair<u8, u8>{5, 6}));
  EXPECT_EQ(find({0x08, '\\', '_', 'S', '5', '_', 0x12, 0x06, 0x02, 0x01, 0x00}), (std::pair<u8, u8>{1, 0}));
  EXPECT_EQ(find({0x08, '_', 'S', '5', '_', 0x12, 0x47, 0x00, 0x02, 0x0a, 7, 0x0a, 7}), (std::pair<u8, u8>{7, 7}))
      << "a length of two bytes";
  EXPECT_FALSE(find({0x10, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a, 5, 0x0a, 5}));
  EXPECT_FALSE(find({0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x01, 0x0a, 5}));
  EXPECT_FALSE(find({0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a, 8, 0x0a, 5}));
  const std::vector<u8> whole = {0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a, 5, 0x0a, 5};
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // In a heap block of that length, so that a byte too many is seen.
    const std::vector<u8> cut{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)};
    EXPECT_FALSE(find_s5(cut)) << length;
  }
}

TEST_F(AcpiTest, NeverReadsOutside) {
  u64 random = 88172645463325252ull;
  for (unsigned round = 0; round < 3000; ++round) {
    fake.machine();
    for (unsigned i = 0; i < 3; ++i) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      const u64 starts[] = {0x1000, 0x2000, 0x3000};
      fake.bytes[starts[random % 3] + (random >> 8) % 200] = static_cast<u8>(random >> 40);
    }
    for (const auto& [at, size] : {std::pair{0x1000, 44u}, {0x2000, 244u}, {0x3000, 88u}})
      FakeFirmware::fix(std::span{fake.bytes}.subspan(static_cast<std::size_t>(at), size), 9);
    if (const auto tables = open()) {
      (void)processors(*tables);
      (void)power(*tables);
    }
  }
}

// ---- what is done with it ----

TEST_F(AcpiTest, TurnsOff) {
  fake.machine();
  const Power found = *power(*open());
  EXPECT_TRUE(can_turn_off(found));
  fake.on_output = [&](u16 port, u32 value) {
    if (port == 0xb2 && value == 2) fake.inputs[0x604] = 1;
  };
  turn_off(found);
  using Output = std::tuple<u16, unsigned, u32>;
  EXPECT_EQ(fake.outputs,
            (std::vector<Output>{{0xb2, 1, 2}, {0x604, 2, 5 << 10 | 1}, {0x604, 2, 1 << 13 | 5 << 10 | 1}}));
}

TEST_F(AcpiTest, ResetsByOneWayOrAnother) {
  fake.machine();
  reset_machine(*power(*open()));
  using Output = std::tuple<u16, unsigned, u32>;
  EXPECT_EQ(fake.outputs, (std::vector<Output>{{0xcf9, 1, 0x0f}, {0xcf9, 1, 2}, {0xcf9, 1, 6}, {0x64, 1, 0xfe}}));
}

}  // namespace
