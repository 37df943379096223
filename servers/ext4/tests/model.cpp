// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/tests/model.hpp"

#include <algorithm>
#include <utility>

namespace ext4::testing {
namespace {

class Collector final : public EntrySink {
 public:
  explicit Collector(std::size_t limit) : limit_{limit} {}
  bool take(const Entry& entry) override {
    if (entries.size() == limit_) return false;
    entries.emplace_back(std::string(entry.name), std::pair(entry.inode, entry.kind));
    return true;
  }
  std::vector<std::pair<std::string, std::pair<InodeNumber, FileKind>>> entries;

 private:
  std::size_t limit_;
};

std::string pattern(std::uint32_t seed, std::size_t length) {
  std::string text(length, '\0');
  std::uint32_t state = seed * 2654435761u + 1;
  for (char& character : text) {
    state = state * 1664525 + 1013904223;
    character = static_cast<char>(state >> 24);
  }
  return text;
}

}  // namespace

RandomWork::RandomWork(Mounted& disk, std::uint32_t seed, Weights weights)
    : disk_{disk}, weights_{weights}, engine_{seed}, root_{std::make_shared<ModelNode>()} {
  root_->inode = root_inode;
  root_->kind = FileKind::directory;
  root_->permissions = 0755;
  root_->parent = root_;
  auto lost = std::make_shared<ModelNode>();
  lost->inode = disk_->lookup(root_inode, "lost+found").value().inode;
  lost->kind = FileKind::directory;
  lost->permissions = 0700;
  lost->parent = root_;
  lost->names = 1;
  root_->children["lost+found"] = lost;
  all_ = {root_, lost};
}

std::string RandomWork::random_name() {
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCXYZ0189._-\xc3\xa4\xff ";
  const std::size_t length =
      random(20) == 0 ? 1 + random(255) : 1 + random(static_cast<std::uint32_t>(weights_.name_length));
  std::string name;
  while (name.size() < length) name += letters[random(letters.size())];
  if (name == "." || name == "..") name = "dot";
  return name;
}

ModelPointer RandomWork::random_directory() {
  // Few directories get most of the names, so that some become large.
  std::vector<ModelPointer> directories;
  for (const auto& node : all_)
    if (node->kind == FileKind::directory) directories.push_back(node);
  const std::size_t some = random(3) == 0 ? directories.size() : std::min<std::size_t>(directories.size(), 4);
  return directories[random(static_cast<std::uint32_t>(some))];
}

ModelPointer RandomWork::random_of(FileKind kind) {
  for (int tries = 0; tries < 50; ++tries) {
    const ModelPointer& node = all_[random(static_cast<std::uint32_t>(all_.size()))];
    if (node->kind == kind) return node;
  }
  return nullptr;
}

std::pair<ModelPointer, std::string> RandomWork::random_entry() {
  for (int tries = 0; tries < 50; ++tries) {
    const ModelPointer directory = random_directory();
    if (directory->children.empty()) continue;
    auto child = directory->children.begin();
    std::advance(child, random(static_cast<std::uint32_t>(directory->children.size())));
    if (child->first != "lost+found") return {directory, child->first};
  }
  return {};
}

bool RandomWork::below(const ModelPointer& node, const ModelPointer& ancestor) {
  for (ModelPointer at = node;; at = at->parent.lock()) {
    if (at == ancestor) return true;
    if (at == root_) return false;
  }
}

void RandomWork::forget(const ModelPointer& node) { std::erase(all_, node); }

std::string RandomWork::expect(const char* what, bool succeeded, Error error, bool should, Error expected) {
  if (succeeded && should) {
    ++done;
    return {};
  }
  if (!succeeded && (error == Error::no_space || error == Error::no_inodes)) {
    ++out_of_space;
    return {};
  }
  if (!succeeded && failures_allowed && (error == Error::device_failed)) {
    ++failed;
    return {};
  }
  if (!succeeded && !should && error == expected) return {};
  return std::string(what) + (succeeded ? ": succeeded" : std::string(": ") + describe(error)) +
         (should ? "" : std::string(", expected: ") + describe(expected)) + " " +
         (disk_.fs.damage().what ? disk_.fs.damage().what : "");
}

std::string RandomWork::step() {
  const std::array<int, 10> weights{weights_.create,   weights_.make_directory,   weights_.symlink, weights_.link,
                                    weights_.unlink,   weights_.remove_directory, weights_.rename,  weights_.write,
                                    weights_.set_size, weights_.set_attributes};
  int total = 0;
  for (const int weight : weights) total += weight;
  int choice = static_cast<int>(random(static_cast<std::uint32_t>(total)));
  std::size_t operation = 0;
  while (choice >= weights[operation]) choice -= weights[operation++];
  if (operation <= 2 && all_.size() >= weights_.most_nodes) operation = 4;
  switch (operation) {
    case 0:
      return create(random(12) == 0 ? static_cast<FileKind>(3 + random(4)) : FileKind::regular);
    case 1:
      return create(FileKind::directory);
    case 2:
      return symlink();
    case 3:
      return link();
    case 4:
      return remove(false);
    case 5:
      return remove(true);
    case 6:
      return rename();
    case 7:
      return write();
    case 8:
      return set_size();
    default:
      return set_attributes();
  }
}

std::string RandomWork::create(FileKind kind) {
  const ModelPointer directory = random_directory();
  const std::string name = random_name();
  const auto permissions = static_cast<std::uint16_t>(random(010000));
  const std::uint32_t uid = random(3) == 0 ? random(0xFFFFFFFF) : random(2000);
  const auto result = disk_->create(directory->inode, name, {.kind = kind, .permissions = permissions, .uid = uid},
                                    Handle::none, disk_.caller());
  const bool should = !directory->children.contains(name);
  const std::string wrong =
      expect("create", result.has_value(), result ? Error{} : result.error(), should, Error::already_exists);
  if (!result) return wrong;
  auto node = std::make_shared<ModelNode>();
  node->inode = result->inode;
  node->kind = kind;
  node->permissions = permissions;
  node->uid = uid;
  node->names = 1;
  node->parent = directory;
  directory->children[name] = node;
  all_.push_back(node);
  return wrong;
}

std::string RandomWork::symlink() {
  const ModelPointer directory = random_directory();
  const std::string name = random_name();
  std::string target = pattern(random(1000), 1 + random(random(2) == 0 ? 70 : 4000));
  std::ranges::replace(target, '\0', 'z');
  const auto result =
      disk_->make_link(directory->inode, name, target, {.permissions = 0777}, Handle::none, disk_.caller());
  const bool should = !directory->children.contains(name);
  const std::string wrong =
      expect("symlink", result.has_value(), result ? Error{} : result.error(), should, Error::already_exists);
  if (!result) return wrong;
  auto node = std::make_shared<ModelNode>();
  node->inode = result->inode;
  node->kind = FileKind::symbolic_link;
  node->permissions = 0777;
  node->names = 1;
  node->content = target;
  directory->children[name] = node;
  all_.push_back(node);
  return wrong;
}

std::string RandomWork::link() {
  const ModelPointer node = random_of(random(4) == 0 ? FileKind::symbolic_link : FileKind::regular);
  if (node == nullptr || node->names == 0) return {};
  const ModelPointer directory = random_directory();
  const std::string name = random_name();
  const auto result = disk_->link(node->inode, directory->inode, name, disk_.caller());
  const bool should = !directory->children.contains(name);
  const std::string wrong =
      expect("link", result.has_value(), result ? Error{} : result.error(), should, Error::already_exists);
  if (!result) return wrong;
  ++node->names;
  directory->children[name] = node;
  return wrong;
}

std::string RandomWork::removed(const ModelPointer& node, const Result<Removed>& result, LastName last) {
  if (result->inode != node->inode) return "removed another inode";
  --node->names;
  if (result->links != node->names) return "wrong number of links left";
  if (node->names != 0) return {};
  forget(node);
  if (last == LastName::keep_inode) open_.push_back(node);
  if (open_.size() > 20) {
    const ModelPointer gone = open_[random(static_cast<std::uint32_t>(open_.size()))];
    std::erase(open_, gone);
    const auto released = disk_->release(gone->inode, disk_.caller());
    if (!released && !(failures_allowed && released.error() == Error::device_failed)) return "release failed";
    if (!released) open_.push_back(gone);
  }
  return {};
}

std::string RandomWork::remove(bool directory) {
  const auto [parent, name] = random_entry();
  if (parent == nullptr) return {};
  const ModelPointer node = parent->children[name];
  const LastName last = random(2) == 0 ? LastName::keep_inode : LastName::free_now;
  const auto result = directory ? disk_->remove_directory(parent->inode, name, last, disk_.caller())
                                : disk_->unlink(parent->inode, name, last, disk_.caller());
  const bool is_directory = node->kind == FileKind::directory;
  const bool should = is_directory == directory && node->children.empty();
  const Error expected = is_directory != directory ? (directory ? Error::not_a_directory : Error::is_a_directory)
                                                   : Error::directory_not_empty;
  std::string wrong = expect("remove", result.has_value(), result ? Error{} : result.error(), should, expected);
  if (!result || !wrong.empty()) return wrong;
  parent->children.erase(name);
  return removed(node, result, last);
}

std::string RandomWork::rename() {
  const auto [from, old_name] = random_entry();
  if (from == nullptr) return {};
  const ModelPointer moved = from->children[old_name];
  ModelPointer to = random_directory();
  std::string new_name = random_name();
  if (random(3) == 0)
    if (const auto [other, name] = random_entry(); other != nullptr) to = other, new_name = name;
  const auto existing = to->children.find(new_name);
  const ModelPointer victim = existing == to->children.end() ? nullptr : existing->second;
  const LastName last = random(2) == 0 ? LastName::keep_inode : LastName::free_now;
  const auto result = disk_->rename(from->inode, old_name, to->inode, new_name, Replace::allowed, last, disk_.caller());
  const bool is_directory = moved->kind == FileKind::directory;
  const bool same = victim == moved;
  bool should = true;
  Error expected{};
  if (!same && victim != nullptr && is_directory != (victim->kind == FileKind::directory)) {
    should = false;
    expected = is_directory ? Error::not_a_directory : Error::is_a_directory;
  } else if (!same && victim != nullptr && !victim->children.empty()) {
    should = false;
    expected = Error::directory_not_empty;
  } else if (!same && is_directory && below(to, moved)) {
    should = false;
    expected = Error::bad_argument;
  }
  std::string wrong = expect("rename", result.has_value(), result ? Error{} : result.error(), should, expected);
  if (!result || !wrong.empty()) return wrong;
  if (same) return result->inode == no_inode ? "" : "rename removed something";
  from->children.erase(old_name);
  to->children[new_name] = moved;
  if (is_directory) moved->parent = to;
  return victim == nullptr ? "" : removed(victim, result, last);
}

std::string RandomWork::exchange(const ModelPointer& from, const std::string& name, const ModelPointer& to,
                                 const std::string& other_name) {
  const ModelPointer node = from->children[name];
  const ModelPointer other = to->children[other_name];
  const auto result = disk_->exchange(from->inode, name, to->inode, other_name, disk_.caller());
  const bool into_itself = (node->kind == FileKind::directory && below(to, node)) ||
                           (other->kind == FileKind::directory && below(from, other));
  const std::string wrong = expect("exchange", result.has_value(), result ? Error{} : result.error(),
                                   node == other || !into_itself, Error::bad_argument);
  if (!result || !wrong.empty()) return wrong;
  from->children[name] = other;
  to->children[other_name] = node;
  if (node->kind == FileKind::directory) node->parent = to;
  if (other->kind == FileKind::directory) other->parent = from;
  return {};
}

std::string RandomWork::write() {
  const ModelPointer node = random_of(FileKind::regular);
  if (node == nullptr) return {};
  const std::uint32_t length = 1 + random(random(3) == 0 ? weights_.largest_write : 5000);
  std::uint32_t offset =
      random(4) == 0 ? random(weights_.largest_file) : static_cast<std::uint32_t>(node->content.size());
  if (offset + length > weights_.largest_file) offset = random(1000);
  const std::string data = pattern(random(100000), length);
  const auto result = disk_.write(node->inode, offset, data);
  const std::string wrong = expect("write", result.has_value(), result ? Error{} : result.error(), true, Error{});
  if (!result) {
    // Part of it may have been linked; the model takes over what is there now.
    const auto fails = std::exchange(disk_.device.fails, nullptr);
    const auto found = disk_.read(node->inode);
    disk_.device.fails = fails;
    if (found) node->content = *found;
    return wrong;
  }
  if (node->content.size() < offset + length) node->content.resize(offset + length);
  node->content.replace(offset, length, data);
  return wrong;
}

std::string RandomWork::set_size() {
  const ModelPointer node = random_of(FileKind::regular);
  if (node == nullptr) return {};
  const std::uint32_t size =
      random(3) == 0 ? random(weights_.largest_file) : random(static_cast<std::uint32_t>(node->content.size()) + 1);
  // Clearing the rest of the last block is the data owner's part.
  const auto old_size = node->content.size();
  const auto result = disk_->set_size(node->inode, size, disk_.caller());
  const std::string wrong = expect("set_size", result.has_value(), result ? Error{} : result.error(), true, Error{});
  if (!result) return wrong;
  node->content.resize(size);
  const auto fails = std::exchange(disk_.device.fails, nullptr);
  if (size < old_size && size % block_size != 0) {
    std::array<Mapping, 1> mapping;
    if (disk_->map(node->inode, LogicalBlock{size / block_size}, 1, mapping).value_or(0) == 1 &&
        mapping[0].content == Content::written)
      std::ranges::fill(disk_.device.block(mapping[0].physical).subspan(size % block_size), std::byte{0});
  }
  disk_.device.fails = fails;
  return wrong;
}

std::string RandomWork::set_attributes() {
  const ModelPointer node = all_[random(static_cast<std::uint32_t>(all_.size()))];
  const auto permissions = static_cast<std::uint16_t>(random(010000));
  const std::uint32_t uid = random(70000);
  const auto result = disk_->set_attributes(node->inode, {.permissions = permissions, .uid = uid}, disk_.caller());
  const std::string wrong =
      expect("set_attributes", result.has_value(), result ? Error{} : result.error(), true, Error{});
  if (!result) return wrong;
  node->permissions = permissions;
  node->uid = uid;
  return wrong;
}

std::string RandomWork::release_all() {
  for (const ModelPointer& node : open_) {
    const auto attributes = disk_->attributes(node->inode);
    if (!attributes || attributes->links != 0) return "an open inode without names is gone";
    if (node->kind == FileKind::regular && disk_.read(node->inode).value() != node->content)
      return "its content changed";
    if (const auto result = disk_->release(node->inode, disk_.caller()); !result) return describe(result.error());
    if (disk_->attributes(node->inode)) return "released and still there";
  }
  open_.clear();
  return {};
}

std::string RandomWork::compare() { return compare_node(root_, ""); }

std::string RandomWork::compare_node(const ModelPointer& node, const std::string& path) {
  const auto attributes = disk_->attributes(node->inode);
  if (!attributes) return path + ": " + describe(attributes.error());
  if (attributes->kind != node->kind) return path + ": wrong kind";
  if (attributes->permissions != node->permissions || attributes->uid != node->uid) return path + ": wrong attributes";
  if (node->kind == FileKind::directory) {
    std::uint32_t links = 2;
    for (const auto& [name, child] : node->children) links += child->kind == FileKind::directory ? 1 : 0;
    if (attributes->links != links) return path + ": wrong number of links";
    return compare_entries(node, path);
  }
  if (attributes->links != node->names) return path + ": wrong number of links";
  if (node->kind == FileKind::symbolic_link) {
    std::string target(node->content.size(), '\0');
    const auto length = disk_->read_link(node->inode, target);
    return length && *length == node->content.size() && target == node->content ? "" : path + ": wrong target";
  }
  if (node->kind == FileKind::regular) {
    const auto content = disk_.read(node->inode);
    if (!content) return path + ": " + describe(content.error());
    if (*content != node->content) {
      std::size_t at = 0;
      while (at < content->size() && at < node->content.size() && (*content)[at] == node->content[at]) ++at;
      return path + ": wrong content from " + std::to_string(at) + " of " + std::to_string(content->size()) + ", not " +
             std::to_string(node->content.size());
    }
  }
  return {};
}

std::string RandomWork::compare_entries(const ModelPointer& node, const std::string& path) {
  std::map<std::string, std::pair<InodeNumber, FileKind>> seen;
  for (ScanEnd end{.cookie = 0, .complete = false}; !end.complete;) {
    Collector collector(1 + random(50));
    const auto result = disk_->read_directory(node->inode, end.cookie, collector);
    if (!result) return path + ": " + describe(result.error());
    for (const auto& [name, what] : collector.entries)
      if (!seen.emplace(name, what).second) return path + ": entry seen twice";
    end = *result;
  }
  if (seen["."].first != node->inode || seen[".."].first != node->parent.lock()->inode) return path + ": wrong . or ..";
  if (seen.size() != node->children.size() + 2) return path + ": wrong number of entries";
  for (const auto& [name, child] : node->children) {
    const auto entry = seen.find(name);
    if (entry == seen.end()) return path + "/" + name + ": missing";
    if (entry->second != std::pair(child->inode, child->kind)) return path + "/" + name + ": wrong entry";
    const auto found = disk_->lookup(node->inode, name);
    if (!found || found->inode != child->inode) return path + "/" + name + ": not found";
    if (std::string wrong = compare_node(child, path + "/" + name); !wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace ext4::testing
