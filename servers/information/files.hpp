// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/information.hpp"
#include "lib/base/text_window.hpp"
#include "servers/information/sources.hpp"
#include "servers/information/tree.hpp"

namespace information {

using base::Hex;
using contract::information::Reason;
using Text = base::TextWindow;

/// What the files say, and what writing to one does. Tables are text with a line of names on top and tabs between the
/// columns, so that a program and a person read them alike.
class Files {
 public:
  explicit Files(Sources& sources) : sources_(sources) {}

  /// Bytes of the log, where `node` is one of its files; nothing where it is another. How many, from `offset` on.
  std::optional<u32> read_log(u32 node, u64 offset, std::span<std::byte> into);
  /// Writes what any other file says.
  std::expected<void, Reason> write(u32 node, Text& text);
  /// What the file server knew when it last asked for anything.
  void know(const contract::information::Know& told) { told_ = told; }
  /// Performs a command written to `control`.
  std::expected<void, Reason> command(std::string_view line);

 private:
  std::expected<void, Reason> write_file(Node node, Text& text);
  std::expected<void, Reason> write_service(ServiceNode node, Text& text);

  std::expected<void, Reason> write_list(Text& text);
  std::expected<void, Reason> write_tree(Text& text);
  std::expected<void, Reason> write_crashes(Text& text);
  std::expected<void, Reason> write_injected(Text& text);
  std::expected<void, Reason> write_status(u8 slot, Text& text);
  std::expected<void, Reason> write_why(u8 slot, Text& text);
  void write_memory(Text& text);
  void write_statistics(Text& text);
  void write_log_of(std::string_view name, Text& text);
  void write_processors(Text& text);

  /// Nanoseconds that a processor spent in programs, in components, and with nothing.
  struct ProcessorTime {
    u64 user = 0, system = 0, idle = 0;
  };
  static constexpr u32 all_processors = ~u32{0};
  ProcessorTime time_of(u32 processor);

  /// `generation`: the one that is meant, 0: whichever it is.
  std::expected<void, Reason> inject(u8 slot, std::string_view kind, std::string_view when, u32 generation);
  std::optional<u32> generation_of(u8 slot);
  std::optional<u8> slot_of(std::string_view name);
  std::string_view name_of_slot(u8 slot);
  /// What its manifest says of its end: what is lost, and whether a sync before leaves nothing to lose.
  std::string_view loses(u8 slot);
  bool sync_first(u8 slot);
  std::span<const Service> services();

  Sources& sources_;
  contract::information::Know told_{};
  Service services_[reincarnation::max_services];
};

std::string_view word(reincarnation::State state);
std::string_view word(reincarnation::Injection kind);
std::string_view word(reincarnation::Progress progress);
/// A cause in words: "exit", "page fault".
std::string_view cause_word(u32 cause);

}  // namespace information
