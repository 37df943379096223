// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/bus/pci/acpi.hpp"

#include <algorithm>
#include <cstring>

#include "abi/types.hpp"
#include "lib/driver/kernel.hpp"

namespace pci::acpi {
namespace {

constexpr u32 header_bytes = 36;
constexpr u32 greatest_table = 1 << 20;

u64 number(std::span<const u8> bytes, std::size_t at, std::size_t size) {
  u64 value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= u64{bytes[at + i]} << 8 * i;
  return value;
}

// Sum of all bytes modulo 256; nothing where a part cannot be read.
std::optional<u8> sum(Firmware& firmware, u64 physical, u32 length) {
  u8 total = 0, chunk[256];
  for (u32 done = 0; done < length;) {
    const u32 step = std::min<u32>(sizeof chunk, length - done);
    if (!firmware.read(physical + done, std::span{chunk, step})) return std::nullopt;
    for (u32 i = 0; i < step; ++i) total = static_cast<u8>(total + chunk[i]);
    done += step;
  }
  return total;
}

}  // namespace

bool Firmware::show(u64 page) {
  if (shown_ == page) return true;
  shown_.reset();
  const auto bound = driver::Kernel::device_bind(own_slot_, window_, page, 1);
  exhausted_ = !bound && bound.error() == driver::Error::exhausted;
  if (bound) shown_ = page;
  return bound.has_value();
}

bool Firmware::read(u64 physical, std::span<u8> to) {
  for (u8& byte : to) {
    const u64 in_page = physical & (abi::page_size - 1);
    if (!show(physical++ - in_page)) return false;
    byte = static_cast<u8>(driver::Kernel::window_read(window_, in_page, sizeof byte));
  }
  return true;
}

std::expected<Table, Error> Tables::at(u64 physical, const char (&signature)[5]) const {
  u8 head[header_bytes];
  if (!firmware_->read(physical, head)) return std::unexpected(Error::unread);
  const u32 length = static_cast<u32>(number(head, 4, 4));
  if (std::memcmp(head, signature, 4) != 0 || length < header_bytes || length > greatest_table)
    return std::unexpected(Error::damaged);
  const auto total = sum(*firmware_, physical, length);
  if (!total) return std::unexpected(Error::unread);
  if (*total != 0) return std::unexpected(Error::damaged);
  return Table{physical, length};
}

std::expected<Tables, Error> Tables::open(Firmware& firmware, u64 rsdp) {
  if (rsdp == 0) return std::unexpected(Error::absent);
  // Section 5.2.5.3: 20 bytes of version 1 with a sum of their own, 36 of version 2.
  u8 pointer[36] = {};
  if (!firmware.read(rsdp, std::span{pointer, 20})) return std::unexpected(Error::unread);
  u8 total = 0;
  for (unsigned i = 0; i < 20; ++i) total = static_cast<u8>(total + pointer[i]);
  if (std::memcmp(pointer, "RSD PTR ", 8) != 0 || total != 0) return std::unexpected(Error::damaged);
  Tables tables{firmware};
  if (pointer[15] >= 2 && firmware.read(rsdp, pointer) && number(pointer, 24, 8) != 0) {
    if (const auto root = tables.at(number(pointer, 24, 8), "XSDT")) {
      tables.root_ = *root;
      tables.wide_ = true;
      return tables;
    }
  }
  const auto root = tables.at(number(pointer, 16, 4), "RSDT");
  if (!root) return std::unexpected(root.error());
  tables.root_ = *root;
  return tables;
}

std::expected<Table, Error> Tables::find(const char (&signature)[5]) const {
  const u32 size = wide_ ? 8 : 4;
  for (u32 offset = header_bytes; offset + size <= root_.length; offset += size) {
    u8 entry[8] = {};
    if (!firmware_->read(root_.physical + offset, std::span{entry, size})) return std::unexpected(Error::unread);
    const u64 physical = number(entry, 0, 8);
    u8 found[4];
    if (physical == 0 || !firmware_->read(physical, found) || std::memcmp(found, signature, 4) != 0) continue;
    return at(physical, signature);
  }
  return std::unexpected(Error::absent);
}

std::expected<Processors, Error> processors(const Tables& tables) {
  const auto table = tables.find("APIC");
  if (!table) return std::unexpected(table.error());
  constexpr u32 first_entry = header_bytes + 8;
  constexpr u8 local_apic = 0, local_x2apic = 9;
  constexpr u32 enabled = 1;
  Processors result;
  for (u32 offset = first_entry; offset + 2 <= table->length;) {
    u8 entry[16] = {};
    if (!tables.firmware().read(table->physical + offset, std::span{entry, 2})) return std::unexpected(Error::unread);
    const u32 length = entry[1];
    if (length < 2 || length > table->length - offset) return std::unexpected(Error::damaged);
    if (!tables.firmware().read(table->physical + offset, std::span{entry, std::min<u32>(length, sizeof entry)}))
      return std::unexpected(Error::unread);
    const auto add = [&](u32 identifier, u64 flags) {
      if (flags & enabled && result.count < Processors::most) result.identifiers[result.count++] = identifier;
    };
    if (entry[0] == local_apic && length >= 8) add(entry[3], number(entry, 4, 4));
    if (entry[0] == local_x2apic && length >= 16) add(static_cast<u32>(number(entry, 4, 4)), number(entry, 8, 4));
    offset += length;
  }
  return result;
}

std::optional<std::pair<u8, u8>> find_s5(std::span<const u8> aml) {
  constexpr u8 name_op = 0x08, package_op = 0x12, byte_prefix = 0x0a, zero_op = 0x00, one_op = 0x01;
  for (std::size_t at = 1; at + 4 <= aml.size(); ++at) {
    if (std::memcmp(&aml[at], "_S5_", 4) != 0) continue;
    if (aml[at - 1] != name_op && !(aml[at - 1] == '\\' && at >= 2 && aml[at - 2] == name_op)) continue;
    std::size_t next = at + 4;
    const auto byte = [&]() -> std::optional<u8> {
      if (next >= aml.size()) return std::nullopt;
      return aml[next++];
    };
    const auto element = [&]() -> std::optional<u8> {
      const auto first = byte();
      if (first == zero_op || first == one_op) return first;
      return first == byte_prefix ? byte() : std::nullopt;
    };
    if (byte() != package_op) continue;
    const auto lead = byte();
    if (!lead) continue;
    next += *lead >> 6;  // section 20.2.4: so many more bytes of length
    const auto elements = byte();
    if (!elements || *elements < 2) continue;
    const auto a = element();
    const auto b = element();
    if (a && b && *a < 8 && *b < 8) return std::pair{*a, *b};
  }
  return std::nullopt;
}

namespace {

/// Pieces that overlap, so that what lies across an edge is found as well.
std::optional<std::pair<u8, u8>> search_s5(Firmware& firmware, Table table) {
  constexpr u32 piece = 2048, overlap = 64;
  u8 bytes[piece + overlap];
  for (u32 done = header_bytes; done < table.length; done += piece) {
    const u32 step = std::min<u32>(sizeof bytes, table.length - done);
    if (!firmware.read(table.physical + done, std::span{bytes, step})) return std::nullopt;
    if (const auto found = find_s5(std::span{bytes, step})) return found;
  }
  return std::nullopt;
}

/// A generic address structure (section 5.2.3.2) that is a port; 0 otherwise.
u16 port_of(std::span<const u8> fadt, std::size_t at) {
  constexpr u8 system_io = 1;
  if (at + 12 > fadt.size() || fadt[at] != system_io) return 0;
  const u64 address = number(fadt, at + 4, 8);
  return address <= 0xffff ? static_cast<u16>(address) : u16{0};
}

}  // namespace

std::expected<Power, Error> power(const Tables& tables) {
  // Section 5.2.9, offsets of the fixed description table.
  constexpr std::size_t dsdt_at = 40, smi_command_at = 48, enable_at = 52, control_a_at = 64, control_b_at = 68,
                        flags_at = 112, reset_at = 116, reset_value_at = 128, wide_dsdt_at = 140,
                        wide_control_a_at = 172, wide_control_b_at = 184;
  constexpr u64 reset_supported = 1 << 10;
  const auto table = tables.find("FACP");
  if (!table) return std::unexpected(table.error());
  u8 storage[208] = {};
  const std::span<u8> fadt{storage, std::min<std::size_t>(sizeof storage, table->length)};
  if (fadt.size() < flags_at + 4) return std::unexpected(Error::damaged);
  if (!tables.firmware().read(table->physical, fadt)) return std::unexpected(Error::unread);

  const auto port = [&](std::size_t narrow, std::size_t wide) {
    if (const u16 found = port_of(fadt, wide); found != 0) return found;
    const u64 address = number(fadt, narrow, 4);
    return address <= 0xffff ? static_cast<u16>(address) : u16{0};
  };
  Power result;
  result.command = static_cast<u16>(number(fadt, smi_command_at, 4));
  result.enable = fadt[enable_at];
  if (result.enable == 0) result.command = 0;
  if (number(fadt, flags_at, 4) & reset_supported) {
    result.reset = port_of(fadt, reset_at);
    if (fadt.size() > reset_value_at) result.reset_value = fadt[reset_value_at];
  }
  const bool wide = fadt.size() >= wide_dsdt_at + 8 && number(fadt, wide_dsdt_at, 8) != 0;
  const u64 dsdt = wide ? number(fadt, wide_dsdt_at, 8) : number(fadt, dsdt_at, 4);
  const auto definition = tables.at(dsdt, "DSDT");
  if (definition) {
    if (const auto off = search_s5(tables.firmware(), *definition)) {
      result.off_a = off->first;
      result.off_b = off->second;
      result.control_a = port(control_a_at, wide_control_a_at);
      result.control_b = port(control_b_at, wide_control_b_at);
    }
  }
  return result;
}

}  // namespace pci::acpi
