// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/cache/page_cache.hpp"
#include "servers/file/names/name_table.hpp"
#include "servers/file/systems/file_system.hpp"

namespace file {

inline constexpr u32 max_systems = 16;

/// All files of all file systems as nodes and names: what is asked of a file system and then known.
class Tree {
 public:
  Tree(Frames& frames) : nodes(frames), names(frames, nodes), cache(frames, nodes) {}

  Result<SystemId> add_system(FileSystem& system);
  void remove_system(SystemId id) { systems_[static_cast<u32>(id)] = nullptr; }
  FileSystem& system_of(NodeId id) { return *systems_[static_cast<u32>(nodes[id].system)]; }
  /// Null: none of that identity.
  FileSystem* find_system(SystemId id) { return systems_[static_cast<u32>(id)]; }
  FileSystem& system(SystemId id) { return *systems_[static_cast<u32>(id)]; }

  Node& operator[](NodeId id) { return nodes[id]; }

  /// Counts a use; the node stays until `drop`.
  void hold(NodeId id);
  void drop(NodeId id);

  /// Attributes of the node were changed that its file system is to be told some time.
  void set_changed(NodeId id) {
    Node& node = nodes[id];
    if (node.keeping != Keeping::cached) return;
    node.changed = true;
    changed_ = true;
  }
  /// Whether there may be such nodes.
  bool changed() const { return changed_; }
  void clear_changed() { changed_ = false; }

  // Each of these takes `name` as one that may exist in `directory`: not empty, no slash, not `.` or `..`.
  Result<NodeId> lookup(NodeId directory, std::string_view name);
  Result<NodeId> create(NodeId directory, std::string_view name, const Creation& creation);
  Result<> link(NodeId directory, std::string_view name, NodeId node, i64 now);
  Result<> remove(NodeId directory, std::string_view name, NodeId node, i64 now);
  Result<> rename(const Renaming& renaming);

  /// Whether `node` is `ancestor` or lies below it.
  bool is_below(NodeId node, NodeId ancestor) const;
  /// Lets file systems finish with the nodes that were forgotten; whether there were any. Makes calls.
  bool bury();
  bool anything_to_bury() const { return doomed_ != NodeId::none; }
  /// Frees what is known and not used: at least one node of a cached file system, where there is one.
  bool forget_idle(u32 count);

  NodeTable nodes;
  NameTable names;
  PageCache cache;

 private:
  Result<> learn(NodeId directory, std::string_view name, NodeId child);
  void detach(NodeId id, NodeId parent);
  void unlearn(NodeId directory, std::string_view name);
  void remove_entry(EntryId id);
  void forget_node(NodeId id);

  std::array<FileSystem*, max_systems> systems_{};
  bool changed_ = false;
  NodeId doomed_ = NodeId::none;
};

/// A counted use of a node that ends with this object.
class Use {
 public:
  Use() = default;
  Use(Tree& tree, NodeId id) : tree_(&tree), id_(id) { tree.hold(id); }
  Use(Use&& other) noexcept : tree_(other.tree_), id_(other.release()) {}
  Use& operator=(Use&& other) noexcept {
    if (this == &other) return *this;
    reset();
    tree_ = other.tree_;
    id_ = other.release();
    return *this;
  }
  ~Use() { reset(); }

  NodeId id() const { return id_; }
  explicit operator bool() const { return id_ != NodeId::none; }
  Node& operator*() const { return (*tree_)[id_]; }
  Node* operator->() const { return &(*tree_)[id_]; }
  /// Hands the counted use over to the caller.
  NodeId release() {
    const NodeId id = id_;
    id_ = NodeId::none;
    return id;
  }
  void reset() {
    if (id_ != NodeId::none) tree_->drop(id_);
    id_ = NodeId::none;
  }

 private:
  Tree* tree_ = nullptr;
  NodeId id_ = NodeId::none;
};

}  // namespace file
