// SPDX-License-Identifier: BSD-2-Clause
// service: what the components do, why they failed, and orders to them. All of it is in the files of /proc/service.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "programs/service/crashes.hpp"
#include "programs/service/files.hpp"
#include "programs/service/orders.hpp"
#include "programs/service/output.hpp"

namespace service {
namespace {

constexpr std::string_view usage =
    "usage: service list | tree | crashes             [--json]\n"
    "       service status | why NAME                 [--json]\n"
    "       service log [NAME] [-f]                   [--json]\n"
    "       service start NAME                        [--json]\n"
    "       service restart | stop NAME               [--force] [--json]\n"
    "       service inject NAME [KIND] [--when busy]  [--force] [--json]\n"
    "KIND is exit, segv, loop, hang or violate. --force: also where programs or data are lost.\n";

int show_table(const Options& options) {
  const std::string_view text = read_file(Path{options.words[0]});
  if (text.data() == nullptr) return 1;
  Table table{text};
  if (options.json)
    show_json(table);
  else
    show(table, table.column("loses"));  // these fill a line
  return 0;
}

int show_service(const Options& options) {
  const std::string_view text = read_file(Path{options.words[1], "/", options.words[0]}, options.words[1]);
  if (text.data() == nullptr) return 1;
  if (options.json)
    show_pairs_json(text);
  else
    show_pairs(text);
  return 0;
}

void show_lines(std::string_view text, bool json) {
  if (!json) return put(text);
  put("[");
  for (bool first = true; !text.empty(); first = false) {
    put(first ? "\n  " : ",\n  ");
    put_json_string(cut(text, '\n'));
  }
  put("\n]\n");
}

/// Lines as they come, those of one component or all. Its own position counts, so nothing is shown twice, and what the
/// kernel has overwritten meanwhile is passed over.
int follow_log(std::string_view name) {
  const int file = open(Path{"log_at"}.text(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    complain("/proc/service/log_at: ", strerror(errno));
    return 1;
  }
  const auto range = [&](off_t& first, off_t& last) {
    std::string_view text = read_file(Path{"log_range"});
    if (text.data() == nullptr) return false;
    char number[24] = {};
    const std::string_view begin = cut(text, ' ');
    memcpy(number, begin.data(), begin.size() < 23 ? begin.size() : 23);
    first = strtoll(number, nullptr, 10);
    const std::string_view end = cut(text, '\n');
    memset(number, 0, sizeof number);
    memcpy(number, end.data(), end.size() < 23 ? end.size() : 23);
    last = strtoll(number, nullptr, 10);
    return true;
  };
  char line[512];
  std::size_t length = 0;
  for (off_t position = 0;;) {
    off_t first, last;
    if (!range(first, last)) return 1;
    if (position < first) position = first;
    while (position < last) {
      char piece[1024];
      const ssize_t count = pread(file, piece, sizeof piece, position);
      if (count <= 0) break;
      position += count;
      for (const char c : std::string_view{piece, static_cast<std::size_t>(count)}) {
        if (length < sizeof line) line[length++] = c;
        if (c != '\n') continue;
        const std::string_view whole{line, length};
        const bool wanted =
            name.empty() || (whole.starts_with(name) && whole.size() > name.size() && whole[name.size()] == ':');
        if (wanted) put(whole);
        length = 0;
      }
    }
    flush();
    const timespec pause{0, 200'000'000};
    nanosleep(&pause, nullptr);
  }
}

int show_log(const Options& options) {
  const std::string_view name = options.words[1];
  if (options.follow) {
    if (!options.json) return follow_log(name);
    complain("--json and -f exclude each other: what is followed has no end");
    return 2;
  }
  const std::string_view text = name.empty() ? read_file(Path{"log"}) : read_file(Path{name, "/log"}, name);
  if (text.data() == nullptr) return 1;
  show_lines(text, options.json);
  return 0;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() < 24 && name.find('/') == std::string_view::npos && name[0] != '.';
}

int run(const Options& options) {
  const std::string_view verb = options.words[0], name = options.words[1];
  const auto wants = [&](std::size_t least, std::size_t most) {
    return options.count >= least && options.count <= most && (options.count < 2 || is_name(name));
  };
  const bool orders = !options.follow && !options.busy, plain = orders && !options.force;
  if (verb == "crashes" && plain && wants(1, 1)) return show_crashes(options);
  if ((verb == "list" || verb == "tree") && plain && wants(1, 1)) return show_table(options);
  if (verb == "why" && plain && wants(2, 2)) return show_why(options);
  if (verb == "status" && plain && wants(2, 2)) return show_service(options);
  if (verb == "log" && !options.busy && !options.force && wants(1, 2)) return show_log(options);
  if (verb == "start" && plain && wants(2, 2)) return give_order(options);
  if ((verb == "restart" || verb == "stop") && orders && wants(2, 2)) return give_order(options);
  if (verb == "inject" && !options.follow && wants(2, 3)) return inject(options);
  flush();
  (void)!write(2, usage.data(), usage.size());
  return 2;
}

}  // namespace
}  // namespace service

int main(int count, char** arguments) {
  service::Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word{arguments[i]};
    if (word == "--json") {
      options.json = true;
    } else if (word == "--force") {
      options.force = true;
    } else if (word == "-f") {
      options.follow = true;
    } else if (word == "--when" && i + 1 < count && std::string_view{arguments[i + 1]} == "busy") {
      options.busy = true;
      ++i;
    } else if (word.starts_with("-") || options.count == 4) {
      options.count = 0;
      break;
    } else {
      options.words[options.count++] = word;
    }
  }
  const int status = service::run(options);
  service::flush();
  return status;
}
