// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string_view>

#include "abi/component.hpp"
#include "abi/info.hpp"
#include "abi/layout.hpp"

namespace component {

/// Text of a fixed field: up to its first zero byte, or all of it.
constexpr std::string_view text_of(std::span<const char> field) {
  std::size_t length = 0;
  while (length < field.size() && field[length] != 0) ++length;
  return {field.data(), length};
}

/// What every component may know of the system; read-only, written by the verifier.
class Table {
 public:
  explicit Table(const abi::SystemTable& table) : table_(&table) {}
  /// The table of the running system.
  static Table own() { return Table(*reinterpret_cast<const abi::SystemTable*>(abi::layout::table_base)); }

  std::span<const abi::ComponentRecord> components() const {
    return {reinterpret_cast<const abi::ComponentRecord*>(table_ + 1), table_->component_count};
  }
  std::span<const abi::u64, 2> build_id() const { return table_->build_id; }
  /// Null: no component has that slot, or name.
  const abi::ComponentRecord* at(unsigned slot) const;
  const abi::ComponentRecord* find(std::string_view name) const;

 private:
  const abi::SystemTable* table_;
};

inline std::string_view name_of(const abi::ComponentRecord& component) { return text_of(component.name); }
inline std::string_view name_of(const abi::ImportRecord& import) { return text_of(import.name); }
inline std::string_view name_of(const abi::ExportRecord& exported) { return text_of(exported.name); }
inline std::span<const abi::ImportRecord> imports_of(const abi::ComponentRecord& component) {
  return {component.imports, component.import_count};
}
inline std::span<const abi::ExportRecord> exports_of(const abi::ComponentRecord& component) {
  return {component.exports, component.export_count};
}

inline const abi::InfoPage& info() { return *reinterpret_cast<const abi::InfoPage*>(abi::layout::info_base); }

/// Value of `name=value` in the kernel's command line, empty where it is not there or has none.
std::string_view command_line_value(std::string_view name);

}  // namespace component
