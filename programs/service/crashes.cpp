// SPDX-License-Identifier: BSD-2-Clause
#include "programs/service/crashes.hpp"

#include <charconv>

#include "abi/layout.hpp"
#include "programs/service/output.hpp"
#include "programs/service/symbols.hpp"

namespace service {
namespace {

using abi::layout::image_base;

/// The frames of the crashes that are shown, those of one behind those of the other, each innermost first.
class Frames {
 public:
  void add(std::string_view component, std::string_view instruction, std::string_view backtrace) {
    add_one(component, instruction, 0);
    // A frame says where a call will return to: the call stands before that.
    while (!backtrace.empty()) add_one(component, cut(backtrace, ','), 1);
  }
  std::string_view look_up() { return service::look_up(all()); }

  /// The frames that `add` has added for this crash, asked in the same order.
  std::span<const Query> next(std::string_view backtrace) {
    std::size_t count = 1;
    while (!backtrace.empty()) cut(backtrace, ','), ++count;
    count = count < count_ - shown_ ? count : count_ - shown_;
    shown_ += count;
    return all().subspan(shown_ - count, count);
  }

 private:
  static constexpr std::size_t most = 512;

  std::span<Query> all() { return {queries_, count_}; }

  void add_one(std::string_view component, std::string_view text, std::uint64_t back) {
    if (count_ == most) return;
    std::uint64_t address = 0;
    if (text.starts_with("0x")) text.remove_prefix(2);
    std::from_chars(text.data(), text.data() + text.size(), address, 16);
    queries_[count_++] = {component, address >= back ? address - back : 0, {}};
  }

  Query queries_[most];
  std::size_t count_ = 0, shown_ = 0;
};

Frames frames;

void put_number(std::uint64_t number, int base) {
  char text[24];
  put({text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, number, base).ptr - text)});
}

void put_frame(const Query& frame) {
  if (frame.place.function[0] == 0) {
    const bool inside = frame.address >= image_base && frame.address < abi::layout::table_base;
    if (inside) put(frame.component);
    put(inside ? "+0x" : "0x");
    return put_number(inside ? frame.address - image_base : frame.address, 16);
  }
  put(frame.place.function);
  if (frame.place.line == 0) return;
  put("  ");
  put(frame.place.file);
  put(":");
  put_number(frame.place.line, 10);
}

void put_frames(std::span<const Query> shown) {
  for (const Query& frame : shown) {
    put(&frame == shown.data() ? "  at    " : "  from  ");
    put_frame(frame);
    put("\n");
  }
}

void put_frames_json(std::span<const Query> shown) {
  put("\"frames\": [");
  for (const Query& frame : shown) {
    if (&frame != shown.data()) put(", ");
    put("{\"offset\": ");
    put_number(frame.address >= image_base ? frame.address - image_base : frame.address, 10);
    put(", \"function\": ");
    put_json_string(frame.place.function);
    put(", \"file\": ");
    put_json_string(frame.place.file);
    put(", \"line\": ");
    put_number(frame.place.line, 10);
    put("}");
  }
  put("]");
}

/// The value of a name in lines of name, tab, value.
std::string_view value_of(std::string_view pairs, std::string_view wanted) {
  while (!pairs.empty()) {
    std::string_view line = cut(pairs, '\n');
    if (cut(line, '\t') == wanted) return line;
  }
  return {};
}

}  // namespace

int show_crashes(const Options& options) {
  const std::string_view text = read_file(Path{"crashes"});
  if (text.data() == nullptr) return 1;
  Table table{text};
  const auto column = [&](std::string_view name) { return table.column(name) % Table::max_columns; };
  const std::size_t number = column("number"), name = column("name"), instruction = column("instruction"),
                    backtrace = column("backtrace");
  std::string_view values[Table::max_columns];
  while (table.next(values)) frames.add(values[name], values[instruction], values[backtrace]);
  const std::string_view why_not = frames.look_up();
  table.rewind();
  if (options.json) {
    put("[");
    for (bool first = true; table.next(values); first = false) {
      put(first ? "\n  {" : ",\n  {");
      put_json_members(table, values);
      put(", ");
      put_frames_json(frames.next(values[backtrace]));
      put("}");
    }
    put("\n]\n");
    return 0;
  }
  show(table, table.column("backtrace"));
  table.rewind();
  while (table.next(values)) {
    put("\ncrash ");
    put(values[number]);
    put(", ");
    put(values[name]);
    put("\n");
    put_frames(frames.next(values[backtrace]));
  }
  if (!why_not.empty()) complain(why_not);
  return 0;
}

int show_why(const Options& options) {
  const std::string_view text = read_file(Path{options.words[1], "/why"}, options.words[1]);
  if (text.data() == nullptr) return 1;
  if (text.empty()) {
    put(options.json ? "{\n}\n" : "it has not failed since the system started\n");
    return 0;
  }
  const std::string_view backtrace = value_of(text, "backtrace");
  frames.add(value_of(text, "name"), value_of(text, "rip"), backtrace);
  const std::string_view why_not = frames.look_up();
  if (options.json) {
    put("{");
    put_json_members(text);
    put(",\n  ");
    put_frames_json(frames.next(backtrace));
    put("\n}\n");
    return 0;
  }
  show_pairs(text);
  put_frames(frames.next(backtrace));
  if (!why_not.empty()) complain(why_not);
  return 0;
}

}  // namespace service
