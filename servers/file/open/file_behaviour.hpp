// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/core.hpp"

namespace file {

/// Regular files, whose contents are cached.
class FileBehaviour final : public Behaviour {
 public:
  explicit FileBehaviour(Core& core) : core_(core) {}
  Result<> read(Description& description, UserBuffer& buffer, u64 offset) override;
  Result<> write(Description& description, UserBuffer& buffer, u64 offset) override;
  Result<i64> control(Description& description, const Caller& caller, u32 command, u64 argument) override;
  [[gnu::hot]] bool seekable() const override { return true; }
  void close(Description& description) override {
    core_.locks.drop_owner(description.position.node, description_owner | description.handle);
  }

 private:
  Core& core_;
};

/// Directories and descriptors that are names only: nothing can be moved.
class DirectoryBehaviour final : public Behaviour {
 public:
  explicit DirectoryBehaviour(Core& core) : core_(core) {}
  Result<> read(Description&, UserBuffer&, u64) override { return fail(Error::is_directory); }
  Result<> write(Description&, UserBuffer&, u64) override { return fail(Error::bad_descriptor); }
  bool seekable() const override { return true; }
  void close(Description& description) override {
    core_.locks.drop_owner(description.position.node, description_owner | description.handle);
  }

 private:
  Core& core_;
};
class PathBehaviour final : public Behaviour {
 public:
  Result<> read(Description&, UserBuffer&, u64) override { return fail(Error::bad_descriptor); }
  Result<> write(Description&, UserBuffer&, u64) override { return fail(Error::bad_descriptor); }
  Result<i64> control(Description&, const Caller&, u32, u64) override { return fail(Error::bad_descriptor); }
};

}  // namespace file
