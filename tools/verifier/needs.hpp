// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace verifier {

/// What a program uses, as its symbols tell: the linker keeps only what is reached from the entry.
struct Needs {
  std::set<std::string> imports;   // contracts of which it has a Shadow
  std::set<std::string> exports;   // contracts of which it has an Exporter
  std::uint64_t kernel_calls = 0;  // bit c: it has the function of lib/component or lib/driver that makes abi::Call c
  bool interrupts = false;         // it has an on_interrupt of its own
  bool vault = false;              // it declares records in its vault

  void take_symbol(std::string_view mangled);
};

/// Kernel calls whose use is always seen: functions make them that are never inline.
std::uint64_t visible_calls();

}  // namespace verifier
