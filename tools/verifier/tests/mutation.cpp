// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/tests/mutation.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "tools/verifier/kernel_calls.hpp"

namespace verifier::test {
namespace {

using Key = ManifestText::Key;

struct Change {
  std::string how;
  std::string value;
};

bool is_number(const std::string& value) { return !value.empty() && std::ranges::all_of(value, ::isdigit); }

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

void change_number(const std::string& key, std::uint64_t value, const std::string& unit, std::vector<Change>& changes) {
  const bool bytes = key == "stack" || key == "vault" || key == "dma";
  const std::uint64_t step = bytes ? 4096 : 1;
  const auto text = [&](std::uint64_t number) {
    return unit.empty() ? std::to_string(number) : quoted(std::to_string(number) + unit);
  };
  if (value > step) changes.push_back({"less", text(value - step)});
  if (value / 2 / step * step > step) changes.push_back({"less", text(value / 2 / step * step)});
  if (value != 0) changes.push_back({"nought", text(0)});
  changes.push_back({"more", text(value + step)});
  if (value > step) changes.push_back({"more", text(value * 2)});
  changes.push_back({"huge", text(std::uint64_t{1} << 40)});
  if (key.ends_with("_ms")) changes.push_back({"more", text(10'000)});
  if (bytes) changes.push_back({"huge", text(std::uint64_t{60} << 20)});
  if (bytes) changes.push_back({"uneven", text(value + 1)});
}

// Words that stand elsewhere in the system where this one stands.
std::set<std::string> words_of(const std::vector<Manifest>& system, const std::string& key) {
  std::set<std::string> words = {"none"};
  for (const Manifest& manifest : system) {
    if (key == "name" || key == "binary" || key == "spare") words.insert(manifest.name.value);
    for (const ExportEntry& entry : manifest.exports) {
      if (key == "export.name" || key == "import.name") words.insert(entry.name);
      if (key == "export.contract" || key == "import.contract") words.insert(entry.contract);
    }
  }
  if (key == "wall") words.insert({"nook", "vm", "sip"});
  if (key == "policy") words.insert({"never", "restart"});
  if (key == "interrupt.kind") words.insert({"line", "message"});
  if (key == "export.name" || key == "import.name") words.insert("/none");
  return words;
}

std::vector<Change> changes_of(const std::vector<Manifest>& system, const std::string& key, const std::string& value) {
  std::vector<Change> changes;
  if (value == "true" || value == "false") {
    changes.push_back({"flipped", value == "true" ? "false" : "true"});
  } else if (is_number(value)) {
    change_number(key, std::stoull(value), "", changes);
    if (key == "rank")
      for (unsigned rank = 0; rank <= 9; ++rank) changes.push_back({"other", std::to_string(rank)});
  } else if (value.ends_with("%\"")) {
    change_number(key, std::stoull(value.substr(1)), "%", changes);
  } else if (value.starts_with('"')) {
    for (const std::string& word : words_of(system, key))
      if (quoted(word) != value) changes.push_back({"other", quoted(word)});
  }
  const bool share = value.ends_with("%\"");
  changes.push_back({share ? "less" : "of another type", value.starts_with('"') ? "7" : "\"seven\""});
  return changes;
}

class Mutator {
 public:
  Mutator(const std::vector<Manifest>& system, std::size_t component, const std::function<void(const Mutation&)>& take)
      : system_(system), original_(system[component]), text_(original_), take_(take) {}

  void all() {
    change_keys(text_.keys, "");
    for (std::size_t i = 0; i < text_.blocks.size(); ++i) {
      const std::string heading = text_.blocks[i].heading;
      change_keys(text_.blocks[i].keys, heading + ".");
      with([&](ManifestText& text) { text.blocks.erase(text.blocks.begin() + static_cast<std::ptrdiff_t>(i)); },
           heading + " removed", "[[" + heading + "]] number " + std::to_string(i));
      with([&](ManifestText& text) { text.blocks.push_back(text.blocks[i]); }, heading + " twice",
           "[[" + heading + "]] number " + std::to_string(i));
    }
    take_over();
    change_lists();
    for (const Manifest& other : system_)
      if (!original_.spare && other.name.value != original_.name.value)
        with([&](ManifestText& text) { text.keys.emplace_back("spare", quoted(other.name.value)); }, "spare added",
             "spare = " + other.name.value);
  }

 private:
  void with(const std::function<void(ManifestText&)>& change, const std::string& kind, const std::string& what) {
    ManifestText text = text_;
    change(text);
    take_({kind, original_.name.value + ": " + kind + ": " + what, std::move(text)});
  }

  // `keys` is a part of text_, which is changed and put back.
  void change_keys(std::vector<Key>& keys, const std::string& prefix) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Key key = keys[i];
      const std::string field = prefix + key.first;
      for (const Change& change : changes_of(system_, field, key.second)) {
        keys[i].second = change.value;
        with([](ManifestText&) {}, field + " " + change.how, key.second + " -> " + change.value);
        keys[i] = key;
      }
      keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(i));
      with([](ManifestText&) {}, field + " left out", key.second);
      keys.insert(keys.begin() + static_cast<std::ptrdiff_t>(i), {key.first + "s", key.second});
      with([](ManifestText&) {}, field + " misspelt", key.first + "s");
      keys[i] = key;
    }
  }

  void take_over() {
    for (const Manifest& other : system_) {
      if (other.name.value == original_.name.value) continue;
      for (const ManifestText::Block& block : ManifestText(other).blocks)
        with([&](ManifestText& text) { text.blocks.push_back(block); }, block.heading + " taken over",
             "from " + other.name.value + ": " + block.keys.front().second);
    }
  }

  void set(ManifestText& text, const std::string& key, const std::string& value) {
    std::ranges::find(text.keys, key, &Key::first)->second = value;
  }

  void change_lists() {
    std::vector<std::string> calls;
    for (const auto& named : original_.calls) calls.push_back(named.value);
    const auto write = [&](const std::vector<std::string>& names, const std::string& kind, const std::string& what) {
      std::string list;
      for (const std::string& name : names) list += (list.empty() ? "" : ", ") + quoted(name);
      with([&](ManifestText& text) { set(text, "calls", "[" + list + "]"); }, kind, what);
    };
    for (std::size_t i = 0; i < calls.size(); ++i) {
      auto fewer = calls;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      write(fewer, "calls removed", calls[i]);
    }
    for (const CallRule& rule : call_rules) {
      auto more = calls;
      more.emplace_back(rule.name);
      write(more, "calls added", std::string(rule.name));
    }
    for (std::size_t i = 0; i < original_.windows.size(); ++i)
      for (const auto& [kind, factor] : {std::pair{"less", 1}, std::pair{"more", 4}}) {
        std::string list;
        for (std::size_t j = 0; j < original_.windows.size(); ++j)
          list += std::to_string(original_.windows[j].value * (i == j ? factor : 2) / 2) + ", ";
        with([&](ManifestText& text) { set(text, "windows", "[" + list + "]"); }, std::string("windows ") + kind, list);
      }
    std::string windows;
    for (const auto& window : original_.windows) windows += std::to_string(window.value) + ", ";
    with([&](ManifestText& text) { set(text, "windows", "[" + windows + "1]"); }, "windows added", "1");
    with([&](ManifestText& text) { set(text, "windows", "[" + windows + "1025]"); }, "windows huge", "1025");
    if (!original_.windows.empty())
      with([&](ManifestText& text) { set(text, "windows", "[]"); }, "windows removed", windows);
  }

  const std::vector<Manifest>& system_;
  const Manifest& original_;
  ManifestText text_;
  const std::function<void(const Mutation&)>& take_;
};

}  // namespace

void mutate(const std::vector<Manifest>& system, std::size_t component,
            const std::function<void(const Mutation&)>& take) {
  Mutator(system, component, take).all();
}

}  // namespace verifier::test
