// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"
#include "servers/file/lookup/place_name.hpp"

namespace file {

namespace {

/// Entries as getdents64 writes them, gathered in pieces.
class EntryWriter final : public Listing {
 public:
  EntryWriter(const Caller& caller, u64 address, u64 size, u64 position)
      : caller_(caller), address_(address), left_(size), position_(position) {}

  bool add(std::string_view name, u64 number, u8 type, u64 next) override {
    const std::size_t length = (sizeof(linux_abi::DirectoryEntry) + name.size() + 1 + 7) / 8 * 8;
    if (length > left_ - used_) {
      full_ = true;
      return false;
    }
    if (length > sizeof buffer_ - used_) return false;
    std::byte* to = buffer_ + used_;
    std::memset(to + length - 8, 0, 8);
    const linux_abi::DirectoryEntry head{number, static_cast<i64>(next), static_cast<u16>(length), type};
    std::memcpy(to, &head, sizeof head);
    std::memcpy(to + sizeof head, name.data(), name.size());
    to[sizeof head + name.size()] = std::byte{0};
    used_ += length;
    position_ = next;
    return true;
  }
  Result<> flush() {
    if (const Result<> copied = caller_.copy_out(address_, {buffer_, used_}); !copied) return copied;
    address_ += used_;
    left_ -= used_;
    done_ += used_;
    used_ = 0;
    return {};
  }
  u64 position() const { return position_; }
  u64 done() const { return done_; }
  std::size_t waiting() const { return used_; }
  bool full() const { return full_; }

 private:
  const Caller& caller_;
  u64 address_, left_, position_;
  u64 done_ = 0;
  std::size_t used_ = 0;
  bool full_ = false;
  std::byte buffer_[4096];
};

}  // namespace

Calls::Value Calls::list(Caller& caller, i32 descriptor, u64 address, u64 size) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  Description& description = **file;
  if (description.kind != Kind::directory) return fail(Error::not_directory);
  const Position position = description.position;
  if (core_.tree[position.node].links == 0) return fail(Error::no_entry);
  EntryWriter writer(caller, address, std::min<u64>(size, 0x7fff'ffff), description.offset);
  FileSystem& system = core_.tree.system_of(position.node);
  const Position root = core_.directories[caller.process().directories].root;
  for (;;) {
    if (writer.position() == 0) writer.add(".", core_.tree[position.node].number, mode::entry_type(mode::directory), 1);
    if (writer.position() == 1) {
      const NodeId above = core_.mounts.above(position, root).node;
      writer.add("..", core_.tree[above].number, mode::entry_type(mode::directory), 2);
    }
    if (writer.position() >= 2) {
      if (const Result<> listed = system.list(position.node, writer.position(), writer); !listed)
        return fail(listed.error());
    }
    if (writer.waiting() == 0) break;
    if (const Result<> flushed = writer.flush(); !flushed) return fail(flushed.error());
    if (writer.full()) break;
  }
  if (writer.done() == 0 && writer.full()) return fail(Error::invalid);
  description.offset = writer.position();
  return static_cast<i64>(writer.done());
}

Calls::Value Calls::read_link(Caller& caller, i32 directory, u64 path, u64 address, i64 size) {
  if (size <= 0) return fail(Error::invalid);
  const Result<Spot> file = find(caller, directory, path, false, true);
  // An empty path names what an O_PATH descriptor of a link leads to; of anything else it is nothing.
  if (!file) return fail(file.error() == Error::invalid ? Error::no_entry : file.error());
  if (!core_.tree[(*file)->node].is_link()) return fail(Error::invalid);
  char text[max_path];
  const std::span room(text, std::min<std::size_t>(static_cast<u64>(size), sizeof text));
  const NodeId link = (*file)->node;
  const Result<u32> length = core_.tree.system_of(link).read_link_for(link, caller.pid(), room);
  if (!length) return fail(length.error());
  if (const Result<> copied = caller.copy_out(address, std::as_bytes(room.first(*length))); !copied)
    return fail(copied.error());
  return *length;
}

Calls::Value Calls::change_directory(Caller& caller, u64 path) {
  Result<Spot> file = find(caller, flags::at_working_directory, path, true);
  if (!file) return fail(file.error());
  const Node& node = core_.tree[(*file)->node];
  if (!node.is_directory()) return fail(Error::not_directory);
  if (!permits(caller.credentials(), node, may_execute)) return fail(Error::access);
  Directories& where = core_.directories[caller.process().directories];
  core_.mounts.drop(std::exchange(where.working, file->release()));
  return 0;
}

Calls::Value Calls::change_directory_descriptor(Caller& caller, i32 descriptor) {
  const Result<Opened> file = any_opened(caller, descriptor);
  if (!file) return fail(file.error());
  const Position position = (*file)->position;
  if (position.node == NodeId::none || !core_.tree[position.node].is_directory()) return fail(Error::not_directory);
  if (!permits(caller.credentials(), core_.tree[position.node], may_execute)) return fail(Error::access);
  Directories& where = core_.directories[caller.process().directories];
  core_.mounts.hold(position);
  core_.mounts.drop(std::exchange(where.working, position));
  return 0;
}

Calls::Value Calls::change_root(Caller& caller, u64 path) {
  Result<Spot> file = find(caller, flags::at_working_directory, path, true);
  if (!file) return fail(file.error());
  const Node& node = core_.tree[(*file)->node];
  if (!node.is_directory()) return fail(Error::not_directory);
  if (!permits(caller.credentials(), node, may_execute)) return fail(Error::access);
  if (caller.credentials().effective_user != root_user) return fail(Error::not_permitted);
  Directories& where = core_.directories[caller.process().directories];
  core_.mounts.drop(std::exchange(where.root, file->release()));
  return 0;
}

Calls::Value Calls::working_directory(Caller& caller, u64 address, u64 size) {
  const Directories& where = core_.directories[caller.process().directories];
  char buffer[max_path];
  buffer[max_path - 1] = '\0';
  const Result<std::string_view> name =
      name_of_place(core_, where.working, where.root, std::span(buffer).first(max_path - 1));
  if (!name) return fail(name.error() == Error::out_of_range ? Error::name_too_long : name.error());
  const std::size_t length = name->size() + 1;
  if (size < length) return fail(Error::out_of_range);
  if (const Result<> put = caller.copy_out(address, std::as_bytes(std::span(name->data(), length))); !put)
    return fail(put.error());
  return static_cast<i64>(length);
}

Calls::Value Calls::set_mask(Caller& caller, u32 mask) {
  return std::exchange(core_.directories[caller.process().directories].mask, mask & 0777);
}

}  // namespace file
