// SPDX-License-Identifier: BSD-2-Clause
#include "programs/service/orders.hpp"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "programs/service/output.hpp"

namespace service {
namespace {

constexpr std::string_view kinds[] = {"exit", "segv", "loop", "hang", "violate"};
constexpr unsigned most_tries = 600;  // of 25 ms: more than the reincarnation server's patience with an injection
constexpr unsigned most_unnoticed = 600;

void pause_shortly() {
  const timespec pause{0, 25'000'000};
  nanosleep(&pause, nullptr);
}

/// Writes an order to the generation that is meant; whether it was taken.
bool order(std::string_view verb, std::string_view name, std::string_view kind, std::string_view when,
           std::string_view generation) {
  char line[128];
  std::size_t length = 0;
  for (const std::string_view part : {verb, name, kind, when, generation}) {
    if (part.empty()) continue;
    if (length != 0) line[length++] = ' ';
    for (const char c : part)
      if (length + 2 < sizeof line) line[length++] = c;
  }
  line[length++] = '\n';
  const int file = open(Path{"control"}.text(), O_WRONLY | O_CLOEXEC);
  const bool taken = file >= 0 && write(file, line, length) == static_cast<ssize_t>(length);
  const int why = errno;
  if (file >= 0) close(file);
  if (taken) return true;
  switch (why) {
    case ENOENT:
      complain("there is no service ", name, "; `service list` shows all");
      break;
    case EACCES:
    case EPERM:
      complain(verb, " ", name, ": not permitted; only root may, and some services are never stopped");
      break;
    case EBUSY:
      complain(verb, " ", name, ": it is not running, or another injection waits");
      break;
    case EINVAL:
      complain(verb, " ", name, ": it cannot fail in that way");
      break;
    default:
      complain(name, ": ", strerror(why));
      break;
  }
  return false;
}

/// What is known of a service; false: it could not be read, and it has been said why.
struct Status {
  char state[16] = {}, generation[16] = {}, loses[64] = {};
  bool sync_first = false;
  bool read(std::string_view name) {
    std::string_view text = read_file(Path{name, "/status"}, name);
    if (text.data() == nullptr) return false;
    while (!text.empty()) {
      std::string_view line = cut(text, '\n');
      const std::string_view field = cut(line, '\t');
      if (field == "state") keep(state, line);
      if (field == "generation") keep(generation, line);
      if (field == "loses") keep(loses, line);
      if (field == "sync_first") sync_first = line == "yes";
    }
    return true;
  }

 private:
  template <std::size_t size>
  static void keep(char (&to)[size], std::string_view value) {
    std::fill(std::begin(to), std::end(to), '\0');
    value.copy(to, sizeof to - 1);
  }
};

/// What its manifest says that a component loses with an instance is lost only where that is wanted. A restart and a
/// stop can wait until it is written; an injection is to strike while there is something to write.
bool may_end(std::string_view verb, std::string_view name, const Status& service, bool force) {
  if (service.loses[0] == 0 || force) return true;
  if (service.sync_first && verb != "inject") return sync(), true;
  complain(verb, " ", name, ": it loses ", service.loses, "; --force does it all the same");
  return false;
}

/// Whether the order has been carried out.
bool done(std::string_view verb, const Status& before, const Status& now) {
  const std::string_view state = now.state;
  if (verb == "stop") return state == "stopped";
  if (verb == "start") return state == "running" || state == "degraded";
  return state == "degraded" || (state == "running" && std::string_view(before.generation) != now.generation);
}

}  // namespace

int give_order(const Options& options) {
  const std::string_view verb = options.words[0], name = options.words[1];
  Status before, now;
  if (!before.read(name)) return 1;
  if (verb != "start" && !may_end(verb, name, before, options.force)) return 1;
  if (!order(verb, name, {}, {}, before.generation)) return 1;
  for (unsigned tries = 0; tries < most_tries; ++tries) {
    if (!now.read(name)) return 1;
    if (!done(verb, before, now)) {
      pause_shortly();
      continue;
    }
    if (options.json) {
      put("{\"name\": ");
      put_json_string(name);
      put(", \"state\": ");
      put_json_string(now.state);
      put(", \"generation\": ");
      put(now.generation);
      put("}\n");
    } else {
      put(name);
      put(": ");
      put(now.state);
      put(", generation ");
      put(now.generation);
      put("\n");
    }
    return std::string_view(now.state) == "degraded" ? 1 : 0;
  }
  complain(verb, " ", name, ": ordered, but it does not come about; `service status` tells more");
  return 1;
}

int inject(const Options& options) {
  const std::string_view name = options.words[1];
  const std::string_view kind = options.count > 2 ? options.words[2] : kinds[0];
  if (std::ranges::find(kinds, kind) == std::end(kinds)) {
    complain("there is no kind ", kind, "; KIND is exit, segv, loop, hang or violate");
    return 2;
  }
  Status before;
  if (!before.read(name) || !may_end("inject", name, before, options.force)) return 1;
  // An injection before this one tells nothing of it.
  char earlier[16] = {};
  {
    const std::string_view text = read_file(Path{"injected"});
    if (text.data() == nullptr) return 1;
    std::string_view values[Table::max_columns];
    if (Table table{text}; table.next(values)) values[0].copy(earlier, sizeof earlier - 1);
  }
  if (!order("inject", name, kind, options.busy ? "busy" : "now", before.generation)) return 1;
  unsigned unnoticed = 0;
  for (unsigned tries = 0; tries < most_tries; ++tries) {
    const std::string_view text = read_file(Path{"injected"});
    if (text.data() == nullptr) return 1;
    Table table{text};
    std::string_view values[Table::max_columns];
    if (!table.next(values) || values[0] == earlier || values[1] == "armed") {
      pause_shortly();
      continue;
    }
    const bool struck = values[1] == "activated";
    // What was struck is known once the failure was noticed: a loop and a hang take a while, and an answer that breaks
    // the contract need not be one's end.
    if (struck && values[4] == "0" && ++unnoticed < most_unnoticed) {
      pause_shortly();
      continue;
    }
    if (options.json) {
      table.rewind();
      show_json(table);
    } else if (struck) {
      put("activated: ");
      put(name);
      put(options.busy ? " was struck by " : " was stopped where it was");
      if (options.busy) put(kind);
      if (values[4] == "0")
        put(", and no failure was noticed since\n");
      else if (values[3] == "0x0")
        put(", and was in no request when it stopped\n");
      else
        for (const std::string_view part :
             {std::string_view(", request "), values[2], std::string_view(" from "), values[3], std::string_view("\n")})
          put(part);
    } else {
      complain("missed: ", name, " was not busy in time, or stopped for another reason; it counts for nothing");
    }
    return struck ? 0 : 1;
  }
  complain("no word of the injection into ", name, "; it counts for nothing");
  return 1;
}

}  // namespace service
