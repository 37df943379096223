// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/systems/archive.hpp"

#include <charconv>

namespace file {

namespace {

constexpr std::size_t header_bytes = 110;
constexpr std::size_t field_bytes = 8;
constexpr i64 second = 1'000'000'000;

/// Order of the fields behind the magic number.
enum Field : u8 {
  inode,
  file_mode,
  user,
  group,
  links,
  time,
  size,
  device_major,
  device_minor,
  special_major,
  special_minor,
  name_size,
  checksum,
  field_count
};

struct Header {
  u32 fields[field_count];

  static std::optional<Header> read(std::string_view text) {
    if (text.size() < header_bytes || (!text.starts_with("070701") && !text.starts_with("070702"))) return {};
    Header header;
    for (u32 i = 0; i < field_count; ++i) {
      const char* begin = text.data() + 6 + i * field_bytes;
      const auto [end, error] = std::from_chars(begin, begin + field_bytes, header.fields[i], 16);
      if (error != std::errc{} || end != begin + field_bytes) return {};
    }
    return header;
  }
};

/// The directory that is to hold the last component of a path, made with all above it; the component is what is left.
Result<NodeId> make_parents(Tree& tree, NodeId root, std::string_view& path) {
  NodeId at = root;
  for (;;) {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return at;
    const std::string_view name = path.substr(0, slash);
    path.remove_prefix(slash + 1);
    if (name.empty() || name == ".") continue;
    Result<NodeId> next = tree.lookup(at, name);
    if (!next && next.error() == Error::no_entry)
      next = tree.create(at, name, {.mode = mode::directory | 0755, .user = 0, .group = 0, .now = 0});
    if (!next) return next;
    if (!tree[*next].is_directory()) return fail(Error::not_directory);
    at = *next;
  }
}

/// Hard links come one after the other, and the contents with the last of them.
class Links {
 public:
  NodeId find(u32 inode) const { return inode == inode_ ? node_ : NodeId::none; }
  void remember(u32 inode, NodeId node) { inode_ = inode, node_ = node; }

 private:
  u32 inode_ = 0;
  NodeId node_ = NodeId::none;
};

Result<> make_file(Tree& tree, RamFs& into, const Header& header, std::string_view path, u64 offset,
                   std::span<const std::byte> contents, Links& links) {
  const Result<NodeId> directory = make_parents(tree, into.root(), path);
  if (!directory) return fail(directory.error());
  const u32 mode = header.fields[file_mode];
  if (path.empty() || path == ".") {
    tree[*directory].mode = static_cast<u16>(mode::directory | (mode & mode::permissions));
    return {};
  }
  const i64 now = i64{header.fields[time]} * second;
  Creation creation{.mode = mode, .user = header.fields[user], .group = header.fields[group], .now = now};
  creation.device = linux_abi::make_device(header.fields[special_major], header.fields[special_minor]);
  if (const Result<NodeId> known = tree.lookup(*directory, path)) {
    if (!mode::is(mode, mode::directory) || !tree[*known].is_directory()) return fail(Error::exists);
    tree[*known].mode = static_cast<u16>(mode);
    return {};
  }
  if (!mode::is(mode, mode::regular)) {
    if (mode::is(mode, mode::link)) creation.target = {reinterpret_cast<const char*>(contents.data()), contents.size()};
    const Result<NodeId> made = tree.create(*directory, path, creation);
    return made ? Result<>{} : fail(made.error());
  }
  const NodeId first = header.fields[Field::links] > 1 ? links.find(header.fields[inode]) : NodeId::none;
  if (first != NodeId::none) {
    if (const Result<> linked = tree.link(*directory, path, first, now); !linked) return linked;
    into.set_archived(first, offset, contents.size());
    return {};
  }
  const Result<NodeId> made = into.create_from_archive(*directory, path, creation, offset, contents.size());
  if (!made) return fail(made.error());
  links.remember(header.fields[inode], *made);
  return {};
}

}  // namespace

ArchiveError unpack(Tree& tree, RamFs& into, std::span<const std::byte> archive) {
  const std::string_view text(reinterpret_cast<const char*>(archive.data()), archive.size());
  Links links;
  for (std::size_t at = 0;;) {
    if (at >= text.size()) return ArchiveError::cut_short;
    const std::optional<Header> header = Header::read(text.substr(at));
    if (!header) return ArchiveError::not_an_archive;
    // Sizes are 32 bits wide each: none of these sums can overflow.
    const std::size_t name_length = header->fields[name_size];
    const std::size_t contents_at = (at + header_bytes + name_length + 3) / 4 * 4;
    const std::size_t contents_size = header->fields[size];
    if (name_length == 0 || contents_at + contents_size > text.size()) return ArchiveError::cut_short;
    const std::string_view name = text.substr(at + header_bytes, name_length - 1);
    if (name == "TRAILER!!!") return ArchiveError::none;
    const Result<> made =
        make_file(tree, into, *header, name, contents_at, archive.subspan(contents_at, contents_size), links);
    if (!made && made.error() != Error::exists) return ArchiveError::no_room;
    at = (contents_at + contents_size + 3) / 4 * 4;
  }
}

}  // namespace file
