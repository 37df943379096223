// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/kernel/search.hpp"

#include <cstring>
#include <unordered_map>
#include <vector>

#include "lib/base/hash128.hpp"
#include "tests/unit/kernel/actions.hpp"

namespace explore {

namespace {

struct Key {
  std::uint64_t low, high;
  bool operator==(const Key&) const = default;
};
struct KeyHash {
  std::size_t operator()(const Key& key) const { return key.low; }
};
struct Origin {
  Key before;
  const char* action;
};
using Visited = std::unordered_map<Key, Origin, KeyHash>;

// Padding bytes are equal too: every world begins as a copy of one that was zeroed.
Key key_of(const World& world) {
  const auto hash = base::hash128({reinterpret_cast<const std::byte*>(&world), sizeof world});
  return {hash.low, hash.high};
}

std::string trace(const Visited& visited, Key key, const char* last, const char* what) {
  std::vector<const char*> actions{last};
  for (auto at = visited.find(key); at != visited.end() && at->second.action; at = visited.find(at->second.before)) {
    actions.push_back(at->second.action);
  }
  std::string text = std::string(what) + ", after:";
  for (auto action = actions.rbegin(); action != actions.rend(); ++action) text += std::string("\n    ") + *action;
  return text;
}

}  // namespace

Found search(const Shape& which, std::size_t limit) {
  shape = &which;
  Found found;
  World first;
  std::memset(static_cast<void*>(&first), 0, sizeof first);
  first = first_world();
  canonicalise(first);
  Visited visited{{key_of(first), {{}, nullptr}}};
  std::vector<World> frontier{first}, next;
  while (!frontier.empty() && visited.size() < limit) {
    for (const World& from : frontier) {
      const Key before = key_of(from);
      try {
        for_each_successor(from, [&](World& to, const char* name) {
          ++found.transitions;
          canonicalise(to);
          if (visited.try_emplace(key_of(to), Origin{before, name}).second) next.push_back(to);
        });
      } catch (const Violation& violation) {
        found.violation = trace(visited, before, attempted, violation.what());
        found.states = visited.size();
        return found;
      }
    }
    frontier.swap(next);
    next.clear();
    ++found.depth;
  }
  found.states = visited.size();
  found.fixpoint = frontier.empty();
  return found;
}

}  // namespace explore
