// SPDX-License-Identifier: BSD-2-Clause
#include "programs/trace/show.hpp"

#include <string.h>

#include <algorithm>

#include "generated/contract/linux.hpp"
#include "programs/trace/arguments.hpp"
#include "programs/trace/errors.hpp"

namespace trace {
namespace {

namespace linux_calls = contract::linux;
using abi::trace::Shape;

constexpr std::size_t result_column = 40;
constexpr unsigned argument_count = 6;
constexpr int greatest_error = 4095;

/// As programs know it: the variants are process's own.
std::string_view name_of(unsigned number) {
  std::string_view name = linux_calls::name_of(number);
  for (const std::string_view variant : {"exempt_", "masked_"})
    if (name.starts_with(variant)) name.remove_prefix(variant.size());
  return name;
}

void add_argument(Text& text, const Read& read, std::string_view call, unsigned index, Shape shape) {
  const std::uint64_t value = read.record.arguments[index];
  const Read::Part& part = read.parts[index];
  switch (shape) {
    case Shape::string:
    case Shape::read_buffer:
    case Shape::write_buffer:
      if (part.there) {
        text.quoted(part.bytes).add(part.whole ? "" : "...");
        return;
      }
      [[fallthrough]];
    case Shape::address:
      if (value == 0)
        text.add("NULL");
      else
        text.hex(value);
      return;
    default:
      break;
  }
  if (add_named(text, call, linux_calls::argument_name(read.record.number, index), value)) return;
  constexpr std::uint64_t small = 1 << 20;  // larger ones are addresses or bits
  if (shape == Shape::number)
    text.decimal(linux_calls::argument_name(read.record.number, index) == "offset" ? static_cast<std::int64_t>(value)
                                                                                   : static_cast<std::int32_t>(value));
  else if (value < small)
    text.decimal(static_cast<std::int64_t>(value));
  else
    text.hex(value);
}

void add_arguments(Text& text, const Read& read) {
  const auto shapes = linux_calls::shapes_of(read.record.number);
  const std::string_view call = name_of(read.record.number);
  text.add(call).add('(');
  for (unsigned index = 0; index < argument_count && shapes.shapes[index] != Shape::none; ++index) {
    if (index != 0) text.add(", ");
    add_argument(text, read, call, index, shapes.shapes[index]);
  }
}

void add_result(Text& text, unsigned number, std::int64_t result) {
  text.add(" = ");
  const std::string_view name = linux_calls::name_of(number);
  if (result < 0 && result >= -greatest_error) {
    const int error = static_cast<int>(-result);
    const std::string_view known = error_name(error);
    text.add("-1 ");
    if (known.empty())
      text.decimal(error);
    else
      text.add(known);
    text.add(" (").add(strerror(error)).add(')');
  } else if (name == "mmap" || name == "brk" || name == "mremap") {
    text.hex(static_cast<std::uint64_t>(result));
  } else {
    text.decimal(result);
  }
  text.add('\n');
}

}  // namespace

void Show::begin_line(Text& text, std::uint32_t thread) {
  if (first_thread_ == 0) first_thread_ = thread;
  several_ = several_ || thread != first_thread_;
  if (several_) text.add("[pid ").decimal(thread).add("] ");
}

Show::Waiting* Show::find(std::uint32_t thread) {
  const auto found = std::ranges::find(waiting_, thread, &Waiting::thread);
  return found == std::end(waiting_) ? nullptr : found;
}

void Show::add_call(Text& text, const Read& read) {
  const std::size_t begin = text.view().size();
  if (Waiting* const waited = find(read.record.thread)) {
    text.add("<... ").add(name_of(waited->number)).add(" resumed> ");
    const bool same = name_of(waited->number) == name_of(read.record.number);
    waited->thread = 0;
    if (!same) {
      text.add(") = ?\n");
      begin_line(text, read.record.thread);
    }
  }
  add_arguments(text, read);
  text.add(')').pad_to(begin + result_column - 1);
  add_result(text, read.record.number, read.record.result);
}

void Show::add(Text& text, const Read& read) {
  const Record& record = read.record;
  if (record.kind == Kind::lost) {
    text.add("--- ").decimal(record.result).add(" records were lost: no room for them ---\n");
    return;
  }
  begin_line(text, record.thread);
  switch (record.kind) {
    case Kind::call:
      return add_call(text, read);
    case Kind::begun: {
      Waiting* waited = find(record.thread);
      if (waited == nullptr) waited = find(0);
      if (waited != nullptr) *waited = {record.thread, record.number};
      add_arguments(text, read);
      text.add(" <unfinished ...>\n");
      return;
    }
    case Kind::ended: {
      Waiting* const waited = find(record.thread);
      const unsigned number = waited != nullptr ? waited->number : linux_calls::call_limit;
      if (waited != nullptr) waited->thread = 0;
      const std::size_t begin = text.view().size();
      text.add("<... ").add(name_of(number)).add(" resumed>)").pad_to(begin + result_column - 1);
      return add_result(text, number, record.result);
    }
    case Kind::started:
      text.add("execve(").quoted(read.parts[0].bytes).add(read.parts[0].whole ? "" : "...").add(", ...) = 0\n");
      return;
    case Kind::signal:
      text.add("--- ").add(signal_name(record.number));
      if (signal_name(record.number).empty()) text.add("signal ").decimal(record.number);
      text.add(" ---\n");
      return;
    case Kind::exited:
      text.add("+++ exited with ").decimal(record.result).add(" +++\n");
      return;
    case Kind::killed:
      text.add("+++ killed by ").add(signal_name(record.number)).add(" +++\n");
      return;
    case Kind::lost:
      return;
  }
}

}  // namespace trace
