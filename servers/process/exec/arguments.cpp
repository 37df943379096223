// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/exec/arguments.hpp"

#include <algorithm>
#include <cstring>

namespace process {

namespace {

using contract::CopyError;
using contract::ProgramCall;
using contract::UserAddress;

Errno errno_of(CopyError error) { return error == CopyError::faulted ? Errno::absent_page : Errno::fault; }

}  // namespace

Arguments::~Arguments() {
  for (std::size_t index = 0; index < row_count_; ++index) kernel_.give_row(rows_[index].memory);
  if (!output_.empty()) kernel_.give_row(output_);
}

Result<void> Arguments::open() {
  rows_[0].memory = kernel_.take_row();
  if (rows_[0].memory.empty()) return fail(Errno::no_memory);
  rows_[0].used = strings_offset;
  row_count_ = 1;
  return {};
}

std::span<std::byte> Arguments::output() {
  if (output_.empty()) output_ = kernel_.take_row();
  return output_;
}

/// Where strings go on, with so much room at least.
Result<std::span<std::byte>> Arguments::room(std::size_t least) {
  Row* row = &rows_[row_count_ - 1];
  if (row->memory.size() - row->used < least) {
    if (row_count_ == max_rows || least > row->memory.size()) return fail(Errno::too_big);
    const auto memory = kernel_.take_row();
    if (memory.empty()) return fail(Errno::no_memory);
    row = &rows_[row_count_++];
    *row = {memory, 0};
  }
  return row->memory.subspan(row->used);
}

Result<void> Arguments::add(std::string_view text) {
  const auto to = room(text.size() + 1);
  if (!to) return fail(to.error());
  std::memcpy(to->data(), text.data(), text.size());
  (*to)[text.size()] = std::byte{0};
  rows_[row_count_ - 1].used += text.size() + 1;
  return {};
}

Result<std::size_t> Arguments::read_array(ProgramCall& call, UserAddress array) {
  constexpr std::size_t batch = 64;
  std::array<u64, batch> addresses;
  if (!array) return std::size_t{0};
  for (std::size_t count = 0;;) {
    // Never beyond the page: what lies behind the array's end is not ours to touch.
    const UserAddress at = array.plus(count * sizeof(u64));
    const std::size_t here = std::min<std::size_t>(batch, (page_size - at.value % page_size) / sizeof(u64));
    const std::size_t number = std::max<std::size_t>(here, 1);
    const auto copied = call.copy_in(at, std::as_writable_bytes(std::span(addresses).first(number)));
    if (!copied) return fail(errno_of(copied.error()));
    for (std::size_t index = 0; index < number; ++index) {
      if (addresses[index] == 0) return count;
      if (++count > max_strings) return fail(Errno::too_big);
      auto to = room(1);
      auto length = to ? call.copy_string({addresses[index]}, {reinterpret_cast<char*>(to->data()), to->size()})
                       : std::unexpected(CopyError::out_of_range);
      if (to && !length && length.error() == CopyError::out_of_range) {
        // It does not fit into what is left of this row.
        to = room(rows_[row_count_ - 1].memory.size());
        if (to) length = call.copy_string({addresses[index]}, {reinterpret_cast<char*>(to->data()), to->size()});
      }
      if (!to) return fail(to.error());
      if (!length) return fail(length.error() == CopyError::out_of_range ? Errno::too_big : errno_of(length.error()));
      rows_[row_count_ - 1].used += *length + 1;
      if (count == 1 && argument_count_ == 0 && first_bytes_ == 0) first_bytes_ = *length + 1;
    }
  }
}

Result<void> Arguments::read(ProgramCall& call, UserAddress path, UserAddress arguments, UserAddress environment) {
  const auto length = call.copy_string(path, path_);
  if (!length) return fail(length.error() == CopyError::out_of_range ? Errno::name_too_long : errno_of(length.error()));
  if (*length == 0) return fail(Errno::no_entry);
  path_length_ = *length;
  const auto count = read_array(call, arguments);
  if (!count) return fail(count.error());
  argument_count_ = *count;
  skipped_ = argument_count_ != 0;
  if (argument_count_ == 0) {
    // A program finds at least its own name, as Linux has had it since 5.18.
    if (const auto added = add(""); !added) return added;
    argument_count_ = skipped_ = first_bytes_ = 1;
  }
  const auto more = read_array(call, environment);
  if (!more) return fail(more.error());
  environment_count_ = *more;
  return {};
}

Result<void> Arguments::set(std::string_view path, std::span<const std::string_view> arguments,
                            std::span<const std::string_view> environment) {
  path_length_ = std::min(path.size(), longest_path);
  std::memcpy(path_.data(), path.data(), path_length_);
  for (const auto& list : {arguments, environment})
    for (const std::string_view text : list)
      if (const auto added = add(text); !added) return added;
  argument_count_ = arguments.size();
  environment_count_ = environment.size();
  skipped_ = argument_count_ != 0;
  first_bytes_ = argument_count_ != 0 ? arguments[0].size() + 1 : 0;
  return {};
}

Result<void> Arguments::interpret(std::string_view interpreter, std::string_view argument) {
  if (interpreter.size() > longest_path) return fail(Errno::name_too_long);
  // An interpreter that is a script itself: what stood for it goes, its own path comes in the third place.
  if (prefix_count_ != 0) {
    const std::size_t old = std::string_view(prefix_.data()).size() + 1;
    std::memmove(prefix_.data(), prefix_.data() + old, prefix_bytes_ - old);
    prefix_bytes_ -= old;
    --prefix_count_;
  }
  const std::size_t more = interpreter.size() + 1 + (argument.empty() ? 0 : argument.size() + 1) + path_length_ + 1;
  if (prefix_bytes_ + more > prefix_.size()) return fail(Errno::too_big);
  std::memmove(prefix_.data() + more, prefix_.data(), prefix_bytes_);
  std::size_t at = 0;
  const auto put = [&](std::string_view text) {
    std::memcpy(prefix_.data() + at, text.data(), text.size());
    prefix_[at + text.size()] = 0;
    at += text.size() + 1;
    ++prefix_count_;
  };
  put(interpreter);
  if (!argument.empty()) put(argument);
  put(path());
  prefix_bytes_ += more;
  std::memcpy(path_.data(), interpreter.data(), interpreter.size());
  path_length_ = interpreter.size();
  return {};
}

std::size_t Arguments::bytes() const {
  std::size_t total = 0;
  each_piece([&](std::span<const std::byte> piece) {
    total += piece.size();
    return true;
  });
  return total;
}

std::span<const std::byte> Arguments::copy_to(std::span<std::byte> room) const {
  std::size_t used = 0, left = argument_count();
  each_piece([&](std::span<const std::byte> piece) {
    for (const std::byte byte : piece) {
      if (used == room.size() || left == 0) return false;
      room[used++] = byte;
      if (byte == std::byte{0}) --left;
    }
    return true;
  });
  return room.first(used);
}

}  // namespace process
