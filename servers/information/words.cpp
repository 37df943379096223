// SPDX-License-Identifier: BSD-2-Clause
#include "abi/status.hpp"
#include "servers/information/files.hpp"

namespace information {

std::string_view word(reincarnation::State state) {
  constexpr std::string_view words[] = {"stopped",   "starting",   "failed",  "quiescing", "waiting",
                                        "resetting", "publishing", "running", "degraded"};
  const auto index = static_cast<std::size_t>(state);
  return index < std::size(words) ? words[index] : "?";
}

std::string_view word(reincarnation::Injection kind) {
  constexpr std::string_view words[] = {"exit", "segv", "loop", "hang", "violate"};
  const auto index = static_cast<std::size_t>(kind);
  return index < std::size(words) ? words[index] : "?";
}

std::string_view word(reincarnation::Progress progress) {
  constexpr std::string_view words[] = {"?", "armed", "activated", "missed"};
  const auto index = static_cast<std::size_t>(progress);
  return index < std::size(words) ? words[index] : "?";
}

std::string_view cause_word(u32 cause) {
  // Intel 64 and IA-32 Architectures Software Developer's Manual, volume 3, table 6-1.
  constexpr std::string_view exceptions[] = {
      "divide error", "debug",          "interrupt 2",    "breakpoint",         "overflow",
      "bound range",  "invalid opcode", "no coprocessor", "double fault",       "exception 9",
      "invalid TSS",  "no segment",     "stack fault",    "general protection", "page fault",
      "exception 15", "floating point", "alignment",      "machine check",      "SIMD"};
  constexpr std::string_view others[] = {"none", "exit",      "operator", "loop",  "hang",
                                         "late", "violation", "storm",    "quota", "injected"};
  if (cause < std::size(others)) return others[cause];
  if (cause >= abi::cause_exception && cause - abi::cause_exception < std::size(exceptions))
    return exceptions[cause - abi::cause_exception];
  return "unknown";
}

}  // namespace information
