// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "servers/ext4/tests/image.hpp"

namespace ext4::testing {

/// What one inode should be, kept in the simplest way.
struct ModelNode {
  InodeNumber inode{};
  FileKind kind{};
  std::uint16_t permissions = 0;
  std::uint32_t uid = 0;
  std::uint32_t names = 0;
  std::string content;                                         ///< of a file, or a link's target
  std::map<std::string, std::shared_ptr<ModelNode>> children;  ///< of a directory
  std::weak_ptr<ModelNode> parent;                             ///< of a directory
};
using ModelPointer = std::shared_ptr<ModelNode>;

/// Does random operations on a file system and on a model of it, and compares them.
class RandomWork {
 public:
  struct Weights {
    int create = 20;
    int make_directory = 6;
    int symlink = 4;
    int link = 4;
    int unlink = 14;
    int remove_directory = 3;
    int rename = 12;
    int write = 16;
    int set_size = 6;
    int set_attributes = 4;
    std::uint32_t largest_write = 60'000;
    std::uint32_t largest_file = 400'000;
    std::size_t name_length = 24;
    std::size_t most_nodes = 3000;
  };

  RandomWork(Mounted& disk, std::uint32_t seed, Weights weights);
  RandomWork(Mounted& disk, std::uint32_t seed) : RandomWork(disk, seed, Weights()) {}

  /// One operation. Empty if the answer was what the model expects, or an allowed failure.
  std::string step();
  /// Walks over everything and says how it differs from the model; empty if it does not.
  std::string compare();
  /// Gives up the inodes that are open without a name.
  std::string release_all();

  std::uint64_t done = 0;  ///< operations that changed something
  std::uint64_t out_of_space = 0;
  std::uint64_t failed = 0;  ///< for an injected failure
  bool failures_allowed = false;
  std::size_t nodes() const { return all_.size(); }

 private:
  std::uint32_t random(std::uint32_t below) {
    return std::uniform_int_distribution<std::uint32_t>(0, below - 1)(engine_);
  }
  std::string random_name();
  ModelPointer random_directory();
  ModelPointer random_of(FileKind kind);
  std::pair<ModelPointer, std::string> random_entry();
  bool below(const ModelPointer& node, const ModelPointer& ancestor);
  void forget(const ModelPointer& node);
  std::string expect(const char* what, bool succeeded, Error error, bool should, Error expected);
  std::string compare_node(const ModelPointer& node, const std::string& path);
  std::string compare_entries(const ModelPointer& node, const std::string& path);

  std::string create(FileKind kind);
  std::string symlink();
  std::string link();
  std::string remove(bool directory);
  std::string rename();
  std::string exchange(const ModelPointer& from, const std::string& name, const ModelPointer& to,
                       const std::string& other_name);
  std::string write();
  std::string set_size();
  std::string set_attributes();
  std::string removed(const ModelPointer& node, const Result<Removed>& result, LastName last);

  Mounted& disk_;
  Weights weights_;
  std::mt19937 engine_;
  ModelPointer root_;
  std::vector<ModelPointer> all_;
  std::vector<ModelPointer> open_;  ///< without a name, kept until release
};

}  // namespace ext4::testing
