// SPDX-License-Identifier: BSD-2-Clause
#include "servers/information/server.hpp"

#include <algorithm>
#include <array>

namespace information {

using answer::Failed;

contract::Answer<answer::Found, Failed> Server::on_lookup(contract::Call&, const answer::Lookup& message) {
  const auto components = sources_.components();
  const auto folder = look_at(message.folder, components);
  if (!folder) return Failed{Reason::absent};
  if (!folder->folder) return Failed{Reason::not_folder};
  const auto entry = find_entry(message.folder, message.name.view(), components);
  if (!entry) return Failed{Reason::absent};
  const auto info = look_at(entry->node, components);
  constexpr u16 folder_mode = 0555, file_mode = 0444, command_mode = 0600;
  return answer::Found{entry->node, entry->folder ? answer::Kind::folder : answer::Kind::file,
                       entry->folder            ? folder_mode
                       : info && info->writable ? command_mode
                                                : file_mode};
}

contract::Answer<answer::Listed, Failed> Server::on_list(contract::Call&, const answer::List& message) {
  const auto components = sources_.components();
  const auto folder = look_at(message.folder, components);
  if (!folder) return Failed{Reason::absent};
  if (!folder->folder) return Failed{Reason::not_folder};
  u32 count = 0, position = message.position;
  for (; (count + 1) * sizeof(answer::Entry) <= message.entries.length(); ++count, ++position) {
    const auto found = entry_at(message.folder, position, components);
    if (!found) break;
    answer::Entry entry{};
    entry.node = found->node;
    entry.kind = found->folder ? answer::Kind::folder : answer::Kind::file;
    entry.name = found->name;
    if (!message.entries.copy_out(count * sizeof entry, std::as_bytes(std::span{&entry, 1})))
      return Failed{Reason::memory};
  }
  return answer::Listed{count, position};
}

namespace {

/// A text that goes into lent memory as it is made.
class LentText final : public base::TextWindow {
 public:
  LentText(u64 offset, const contract::Lend& lend)
      : TextWindow(offset, std::span(piece_).first(room(lend))), lend_(lend) {}
  /// Copies what is left; how much there was in all.
  std::expected<u32, Reason> finish() {
    if (!failed_) copy(std::span(piece_).first(size()));
    if (failed_) return std::unexpected(Reason::memory);
    return static_cast<u32>(done_);
  }

 private:
  static std::size_t room(const contract::Lend& lend) { return std::min<u64>(lend.length(), sizeof piece_); }
  bool drain(std::span<const std::byte> bytes) override {
    if (done_ + bytes.size() >= lend_.length()) return false;
    copy(bytes);
    return !failed_;
  }
  void copy(std::span<const std::byte> bytes) {
    const auto part = bytes.first(std::min<u64>(bytes.size(), lend_.length() - done_));
    if (!part.empty() && !lend_.copy_out(done_, part)) failed_ = true;
    done_ += part.size();
  }

  const contract::Lend& lend_;
  std::array<std::byte, 2048> piece_;
  u64 done_ = 0;
  bool failed_ = false;
};

}  // namespace

// All of one request is of one time: a table's lines do not come from different ones.
contract::Answer<answer::Transferred, Failed> Server::on_read(contract::Call&, const answer::Read& message) {
  std::array<std::byte, 2048> piece;
  u64 done = 0;
  while (done < message.data.length()) {
    const auto room = std::span{piece}.first(std::min<u64>(piece.size(), message.data.length() - done));
    const auto count = files_.read_log(message.node, message.offset + done, room);
    if (!count) break;
    if (*count == 0) return answer::Transferred{static_cast<u32>(done)};
    if (!message.data.copy_out(done, room.first(*count))) return Failed{Reason::memory};
    done += *count;
  }
  if (done != 0) return answer::Transferred{static_cast<u32>(done)};
  LentText text(message.offset, message.data);
  if (const auto written = files_.write(message.node, text); !written) return Failed{written.error()};
  const auto count = text.finish();
  if (!count) return Failed{count.error()};
  return answer::Transferred{*count};
}

contract::Answer<answer::Transferred, Failed> Server::on_write(contract::Call&, const answer::Write& message) {
  const auto info = look_at(message.node, sources_.components());
  if (!info) return Failed{Reason::absent};
  if (info->folder) return Failed{Reason::is_folder};
  if (!info->writable) return Failed{Reason::not_permitted};
  std::array<std::byte, 128> line;
  const u64 length = message.data.length();
  if (length > line.size()) return Failed{Reason::invalid};
  if (!message.data.copy_in(0, std::span{line}.first(length))) return Failed{Reason::memory};
  const auto done = files_.command({reinterpret_cast<const char*>(line.data()), length});
  if (!done) return Failed{done.error()};
  return answer::Transferred{static_cast<u32>(length)};
}

}  // namespace information
