// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/core.hpp"
#include "servers/file/lookup/path_buffer.hpp"

namespace file {

inline constexpr u32 max_links = 40;

/// Kind of the last component of a path.
enum class Last : u8 { name, dot, dot_dot, root };

/// A path being followed, with the rights of one process. Everything on the way is held.
class Walk {
 public:
  Walk(Core& core, const Process& process, const Credentials& credentials)
      : core_(core), process_(process), credentials_(credentials) {}
  Walk(Core& core, const Process& process) : Walk(core, process, process.credentials) {}

  /// The path to follow; one of them first.
  PathBuffer path;

  /// Where the path begins: its root, the working directory, or an open directory.
  Result<> begin(i32 directory);
  /// Goes to the directory of the last component. `parent`, `last` and `name` say where that is.
  Result<> to_parent();
  /// Goes to the file itself; a symbolic link at the end is followed if `follow` or if a slash comes after it.
  Result<Spot> to_file(bool follow);
  /// From `to_parent` on: what the last component is now; none: nothing of that name.
  Result<Spot> last_file();
  /// Goes on with the target of a symbolic link, found as the last component.
  Result<> follow_last(const Spot& link);

  const Spot& parent() const { return at_; }
  Last last() const { return last_; }
  std::string_view name() const { return name_; }
  /// After the error `described`: where the link led.
  const LinkTarget& described() const { return described_; }
  /// A slash came after the last component.
  bool trailing_slash() const { return trailing_slash_; }
  const Credentials& credentials() const { return credentials_; }

 private:
  Result<> step(std::string_view name);
  Result<Spot> child(std::string_view name);
  Result<> expand(const Spot& link);
  Position root() const;

  Core& core_;
  const Process& process_;
  const Credentials& credentials_;
  Spot at_;
  LinkTarget described_;
  Last last_ = Last::root;
  std::string_view name_;
  bool trailing_slash_ = false;
  u32 links_ = 0;
};

/// What a link leads to that is open and has no place; none: it is closed by now.
inline DescriptionId described_by(Core& core, const LinkTarget& target) {
  const Process* process = core.find_process(target.pid);
  return process == nullptr ? DescriptionId::none : core.descriptors.find(process->descriptors, target.descriptor);
}

}  // namespace file
