// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <optional>
#include <span>

#include "lib/driver/status.hpp"

// ACPI 6.4, section 5.2: the firmware's tables, as far as they say which processors there are and how to turn the
// machine off. They are read through the kernel's read-only mapping; every length in them is checked.
namespace pci::acpi {

using driver::u16;
using driver::u32;
using driver::u64;
using driver::u8;

enum class Error : u8 {
  absent,   // no such table, or no root pointer
  unread,   // the kernel does not show that memory
  damaged,  // signature, length or checksum is wrong
};

/// Physical memory that the firmware wrote, seen a page at a time in a window of the component's own.
class Firmware {
 public:
  Firmware(unsigned own_slot, unsigned window) : own_slot_(own_slot), window_(window) {}
  /// False where the kernel does not show all of it.
  bool read(u64 physical, std::span<u8> to);
  /// Because there was no memory for the window's page tables.
  bool exhausted() const { return exhausted_; }

 private:
  bool show(u64 page);

  unsigned own_slot_, window_;
  std::optional<u64> shown_;  // physical address of the page
  bool exhausted_ = false;
};

/// Section 5.2.6: a table's place, its header included.
struct Table {
  u64 physical = 0;
  u32 length = 0;
};

/// The tables behind the root pointer at `rsdp` (InfoPage::rsdp).
class Tables {
 public:
  /// `firmware` is used as long as these tables are.
  static std::expected<Tables, Error> open(Firmware& firmware, u64 rsdp);

  /// First table with this signature. Its checksum is right.
  std::expected<Table, Error> find(const char (&signature)[5]) const;
  /// As above, at a place that another table names.
  std::expected<Table, Error> at(u64 physical, const char (&signature)[5]) const;

  Firmware& firmware() const { return *firmware_; }

 private:
  explicit Tables(Firmware& firmware) : firmware_(&firmware) {}

  Firmware* firmware_;
  Table root_;
  bool wide_ = false;  // entries of 64 bits: XSDT
};

/// Section 5.2.12: the local APIC identifiers of the processors that may be started.
struct Processors {
  static constexpr unsigned most = 64;
  u8 count = 0;
  u32 identifiers[most] = {};
};
std::expected<Processors, Error> processors(const Tables& tables);

/// How the machine is turned off and reset, all of it in ports.
struct Power {
  u16 control_a = 0;  // PM1a control register (section 4.8.3.2.1), 0: the machine cannot be turned off so
  u16 control_b = 0;  // PM1b, 0: none
  u8 off_a = 0;       // values of SLP_TYP, from the package \_S5
  u8 off_b = 0;
  u16 command = 0;  // SMI_CMD, 0: ACPI mode is always on
  u8 enable = 0;    // ACPI_ENABLE
  u8 reset_value = 0;
  u16 reset = 0;  // reset register (section 4.8.3.6), 0: none
};
std::expected<Power, Error> power(const Tables& tables);

/// Looks for the package \_S5 in AML, section 7.4.2 and 20.2: its first two elements.
std::optional<std::pair<u8, u8>> find_s5(std::span<const u8> aml);

}  // namespace pci::acpi
