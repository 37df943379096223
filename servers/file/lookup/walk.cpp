// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/lookup/walk.hpp"

namespace file {

Position Walk::root() const { return core_.directories[process_.directories].root; }

[[gnu::hot]] Result<> Walk::begin(i32 directory) {
  if (path.empty()) return fail(Error::no_entry);
  if (path.rest().front() == '/') {
    at_ = Spot(core_.mounts, root());
    return {};
  }
  if (directory == flags::at_working_directory) {
    at_ = Spot(core_.mounts, core_.directories[process_.directories].working);
    return {};
  }
  const DescriptionId id = core_.descriptors.find(process_.descriptors, directory);
  if (id == DescriptionId::none) return fail(Error::bad_descriptor);
  const Position position = core_.descriptions[id].position;
  if (position.node == NodeId::none || !core_.tree[position.node].is_directory()) return fail(Error::not_directory);
  at_ = Spot(core_.mounts, position);
  return {};
}

[[gnu::hot]] Result<> Walk::to_parent() {
  for (;;) {
    const std::string_view rest = path.rest();
    const std::size_t skip = std::min(rest.find_first_not_of('/'), rest.size());
    path.consume(static_cast<u32>(skip));
    if (path.empty()) {
      last_ = Last::root;
      name_ = {};
      trailing_slash_ = skip != 0;
      return {};
    }
    const std::string_view from = path.rest();
    const std::size_t length = std::min(from.find('/'), from.size());
    const std::string_view component = from.substr(0, length);
    const Node& here = core_.tree[at_->node];
    if (!here.is_directory()) return fail(Error::not_directory);
    if (!permits(credentials_, here, may_execute)) return fail(Error::access);
    path.consume(static_cast<u32>(length));
    if (path.rest().find_first_not_of('/') == std::string_view::npos) {
      name_ = component;
      trailing_slash_ = !path.empty();
      last_ = component == "." ? Last::dot : component == ".." ? Last::dot_dot : Last::name;
      return {};
    }
    if (const Result<> stepped = step(component); !stepped) return stepped;
  }
}

[[gnu::hot]] Result<> Walk::step(std::string_view name) {
  if (name == ".") return {};
  if (name == "..") {
    at_ = Spot(core_.mounts, core_.mounts.above(*at_, root()));
    return {};
  }
  Result<Spot> next = child(name);
  if (!next) return fail(next.error());
  if (core_.tree[(*next)->node].is_link()) {
    const Result<> expanded = expand(*next);
    // On the way nothing but a directory will do.
    if (!expanded && expanded.error() == Error::described) return fail(Error::not_directory);
    return expanded;
  }
  at_ = std::move(*next);
  return {};
}

Result<Spot> Walk::child(std::string_view name) {
  const Result<NodeId> found = core_.tree.lookup(at_->node, name);
  if (!found) return fail(found.error());
  return Spot(core_.mounts, core_.mounts.enter({*found, at_->mount}));
}

Result<> Walk::expand(const Spot& link) {
  if (++links_ > max_links) return fail(Error::loop);
  FileSystem& system = core_.tree.system_of(link->node);
  if (const std::optional<Result<LinkTarget>> elsewhere = system.jump(link->node, process_.pid)) {
    if (!*elsewhere) return fail(elsewhere->error());
    described_ = **elsewhere;
    if (described_.position.node == NodeId::none) return fail(Error::described);
    at_ = Spot(core_.mounts, described_.position);
    return {};
  }
  const std::span<char> room = path.room();
  const Result<u32> length = system.read_link_for(link->node, process_.pid, room);
  if (!length) return fail(length.error());
  if (*length == 0) return fail(Error::no_entry);
  if (const Result<> put = path.prepend(*length); !put) return put;
  if (path.rest().front() == '/') at_ = Spot(core_.mounts, root());
  return {};
}

Result<> Walk::follow_last(const Spot& link) { return expand(link); }

[[gnu::hot]] Result<Spot> Walk::last_file() {
  switch (last_) {
    case Last::name:
      return child(name_);
    case Last::dot_dot:
      return Spot(core_.mounts, core_.mounts.above(*at_, root()));
    default:
      return Spot(core_.mounts, *at_);
  }
}

[[gnu::hot]] Result<Spot> Walk::to_file(bool follow) {
  for (;;) {
    if (const Result<> parent = to_parent(); !parent) return fail(parent.error());
    Result<Spot> file = last_file();
    if (!file) return file;
    const Node& node = core_.tree[(*file)->node];
    if (node.is_link() && last_ == Last::name && (follow || trailing_slash_)) {
      if (const Result<> followed = follow_last(*file); !followed) return fail(followed.error());
      continue;
    }
    if (trailing_slash_ && !node.is_directory()) return fail(Error::not_directory);
    return file;
  }
}

}  // namespace file
