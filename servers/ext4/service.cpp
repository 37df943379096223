// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/service.hpp"

#include <algorithm>
#include <cstring>

#include "servers/ext4/wire_format.hpp"

namespace ext4 {
namespace {

enum class Attribute : std::uint8_t { permissions = 1, user = 2, group = 4, access = 8, modification = 16 };

bool wanted(std::uint8_t which, Attribute attribute) { return (which & static_cast<std::uint8_t>(attribute)) != 0; }

/// Puts entries into lent memory, through a block of its own so that one copy moves many.
class EntryWriter final : public EntrySink {
 public:
  EntryWriter(const contract::Lend& lend, std::span<std::byte> buffer) : lend_{lend}, buffer_{buffer} {}

  bool take(const Entry& entry) override {
    const std::size_t length = (sizeof(wire::Entry) + entry.name.size() + 7) & ~std::size_t{7};
    if (length > lend_.length() - copied_ - used_) return false;
    if (length > buffer_.size() - used_ && !flush()) return false;
    const wire::Entry head{.next = entry.cookie,
                           .inode = entry.inode.value,
                           .length = static_cast<std::uint16_t>(length),
                           .kind = static_cast<std::uint8_t>(mode_of_kind(entry.kind) >> 12),
                           .name_length = static_cast<std::uint8_t>(entry.name.size())};
    std::byte* const to = buffer_.data() + used_;
    std::memset(to + length - 8, 0, 8);
    std::memcpy(to, &head, sizeof(head));
    std::memcpy(to + sizeof(head), entry.name.data(), entry.name.size());
    used_ += length;
    return true;
  }
  /// Copies out what is collected.
  bool flush() {
    if (used_ != 0 && !lend_.copy_out(copied_, buffer_.first(used_))) failed_ = true;
    copied_ += used_;
    used_ = 0;
    return !failed_;
  }
  bool failed() const { return failed_; }
  std::uint64_t bytes() const { return copied_; }

 private:
  const contract::Lend& lend_;
  std::span<std::byte> buffer_;
  std::size_t used_ = 0;
  std::uint64_t copied_ = 0;
  bool failed_ = false;
};

}  // namespace

Result<void> Service::ready(std::optional<std::int64_t> now) {
  if (now) {
    now_ = *now;
    expect_changes();
  }
  if (mounted_) return {};
  const auto access = EXT4_TRY(prepare());
  const auto mounted = fs_.mount(access, from_nanoseconds(now_));
  if (!mounted) {
    on_unmountable(mounted.error());
    return std::unexpected(mounted.error());
  }
  mounted_ = *mounted;
  damage_told_ = false;
  if (mounted_->needs_recovery) on_journal_full();
  return {};
}

wire::Failed Service::failed(Error error) {
  if (fs_.damage().what != nullptr && !damage_told_) {
    on_damage(fs_.damage());
    damage_told_ = true;
  }
  return {.reason = to_wire(error)};
}

Caller Service::caller(std::int64_t now, bool privileged) const {
  return {.now = from_nanoseconds(now), .privilege = privileged ? Privilege::superuser : Privilege::user};
}

std::string_view Service::take_names(const contract::Lend& lend) {
  const std::size_t length = std::min<std::uint64_t>(lend.length(), names_.size());
  if (!lend.copy_in(0, std::as_writable_bytes(std::span(names_).first(length)))) return {};
  return {names_.data(), length};
}

template <typename Out>
contract::Answer<wire::Attributes, Out> Service::attributes(const Result<Attributes>& result) {
  if (!result) return failed(result.error());
  return to_wire(*result);
}

contract::Answer<wire::Removed, wire::Failed> Service::removed(const Result<Removed>& result) {
  if (!result) return failed(result.error());
  return wire::Removed{.inode = result->inode.value, .links = result->links};
}

contract::Answer<wire::Mapped, wire::Failed> Service::mapped(const Result<std::size_t>& count) {
  if (!count) return failed(count.error());
  wire::Mapped answer;
  for (const Mapping& mapping : std::span(mappings_).first(*count)) (void)answer.extents.push(to_wire(mapping));
  return answer;
}

void Service::write_back() {
  if (mounted_) (void)fs_.sync(from_nanoseconds(now_));
}

contract::Answer<wire::Opened, wire::Failed> Service::on_open(contract::Call&, const wire::Open& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  std::uint64_t identity = 0;
  std::memcpy(&identity, fs_.metadata().superblock().uuid.data(), sizeof(identity));
  return wire::Opened{.blocks = fs_.geometry().blocks,
                      .identity = identity,
                      .read_only = mounted_->read_only,
                      .clean = mounted_->was_clean};
}

contract::Answer<wire::Used, wire::Failed> Service::on_usage(contract::Call&, const wire::Usage&) {
  if (const auto mounted = ready(); !mounted) return failed(mounted.error());
  const Usage usage = fs_.usage();
  return wire::Used{.blocks = usage.blocks,
                    .free = usage.free,
                    .available = usage.available,
                    .inodes = static_cast<std::uint32_t>(usage.inodes),
                    .free_inodes = static_cast<std::uint32_t>(usage.free_inodes)};
}

contract::Answer<wire::Done, wire::Failed> Service::on_sync(contract::Call&, const wire::Sync& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  if (!message.last) {
    const auto synced = fs_.sync(from_nanoseconds(message.now));
    return synced ? contract::Answer<wire::Done, wire::Failed>(wire::Done{}) : failed(synced.error());
  }
  // What comes after this mounts again.
  const auto unmounted = fs_.unmount(from_nanoseconds(message.now));
  if (!unmounted) return failed(unmounted.error());
  mounted_.reset();
  return wire::Done{};
}

contract::Answer<wire::Attributes, wire::Failed> Service::on_lookup(contract::Call&, const wire::Lookup& message) {
  if (const auto mounted = ready(); !mounted) return failed(mounted.error());
  const std::string_view name = take_names(message.name);
  if (name.empty()) return failed(Error::device_failed);
  return attributes<Failed>(fs_.lookup(InodeNumber{message.directory}, name));
}

contract::Answer<wire::Entries, wire::Failed> Service::on_read_directory(contract::Call&,
                                                                         const wire::ReadDirectory& message) {
  if (const auto mounted = ready(); !mounted) return failed(mounted.error());
  EntryWriter writer(message.entries, entries_);
  const auto end = fs_.read_directory(InodeNumber{message.directory}, message.cookie, writer);
  if (!end) return failed(end.error());
  if (!writer.flush()) return failed(Error::device_failed);
  return wire::Entries{.bytes = static_cast<std::uint32_t>(writer.bytes()), .complete = end->complete};
}

contract::Answer<wire::Target, wire::Failed> Service::on_read_link(contract::Call&, const wire::ReadLink& message) {
  if (const auto mounted = ready(); !mounted) return failed(mounted.error());
  const std::size_t room = std::min<std::uint64_t>(message.target.length(), names_.size());
  const auto length = fs_.read_link(InodeNumber{message.inode}, std::span(names_).first(room));
  if (!length) return failed(length.error());
  const auto target = std::as_bytes(std::span(names_).first(std::min(*length, room)));
  if (!target.empty() && !message.target.copy_out(0, target)) return failed(Error::device_failed);
  return wire::Target{.length = static_cast<std::uint32_t>(*length)};
}

contract::Answer<wire::Attributes, wire::Failed> Service::on_stat(contract::Call&, const wire::Stat& message) {
  if (const auto mounted = ready(); !mounted) return failed(mounted.error());
  return attributes<Failed>(fs_.attributes(InodeNumber{message.inode}));
}

contract::Answer<wire::Detailed, wire::Failed> Service::on_details(contract::Call&, const wire::Details& message) {
  if (const auto mounted = ready(); !mounted) return failed(mounted.error());
  const auto found = fs_.attributes(InodeNumber{message.inode});
  if (!found) return failed(found.error());
  return wire::Detailed{
      .flags = found->flags, .generation = found->generation, .creation = to_nanoseconds(found->creation)};
}

contract::Answer<wire::Attributes, wire::Failed> Service::on_set_attributes(contract::Call&,
                                                                            const wire::SetAttributes& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  AttributeChange change;
  if (wanted(message.which, Attribute::permissions)) change.permissions = message.mode;
  if (wanted(message.which, Attribute::user)) change.uid = message.user;
  if (wanted(message.which, Attribute::group)) change.gid = message.group;
  if (wanted(message.which, Attribute::access)) change.access = from_nanoseconds(message.access);
  if (wanted(message.which, Attribute::modification)) change.modification = from_nanoseconds(message.modification);
  return attributes<Failed>(fs_.set_attributes(InodeNumber{message.inode}, change, caller(message.now, false)));
}

contract::Answer<wire::Attributes, wire::Failed> Service::on_set_size(contract::Call&, const wire::SetSize& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  return attributes<Failed>(fs_.set_size(InodeNumber{message.inode}, message.size, caller(message.now, false)));
}

contract::Answer<wire::Attributes, wire::Failed> Service::on_create(contract::Call&, const wire::Create& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  const std::string_view name = take_names(message.name);
  if (name.empty()) return failed(Error::device_failed);
  const DeviceNumber device = unpack_device(message.device);
  const NewInode what{.kind = kind_of_mode(message.mode),
                      .permissions = message.mode,
                      .uid = message.user,
                      .gid = message.group,
                      .device_major = device.major_number,
                      .device_minor = device.minor_number};
  return attributes<Failed>(fs_.create(InodeNumber{message.directory}, name, what, Handle{message.handle},
                                       caller(message.now, message.privileged)));
}

contract::Answer<wire::Attributes, wire::Failed> Service::on_symlink(contract::Call&, const wire::Symlink& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  const std::string_view names = take_names(message.names);
  if (names.size() <= message.name_length) return failed(Error::device_failed);
  const NewInode what{.kind = FileKind::symbolic_link, .permissions = 0777, .uid = message.user, .gid = message.group};
  return attributes<Failed>(fs_.make_link(InodeNumber{message.directory}, names.substr(0, message.name_length),
                                          names.substr(message.name_length), what, Handle{message.handle},
                                          caller(message.now, message.privileged)));
}

contract::Answer<wire::Attributes, wire::Failed> Service::on_link(contract::Call&, const wire::Link& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  const std::string_view name = take_names(message.name);
  if (name.empty()) return failed(Error::device_failed);
  return attributes<Failed>(fs_.link(InodeNumber{message.inode}, InodeNumber{message.directory}, name,
                                     caller(message.now, message.privileged)));
}

contract::Answer<wire::Removed, wire::Failed> Service::on_unlink(contract::Call&, const wire::Unlink& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  const std::string_view name = take_names(message.name);
  if (name.empty()) return failed(Error::device_failed);
  const InodeNumber directory{message.directory};
  const LastName last = message.keep ? LastName::keep_inode : LastName::free_now;
  const Caller by = caller(message.now, false);
  return removed(message.of_directory ? fs_.remove_directory(directory, name, last, by)
                                      : fs_.unlink(directory, name, last, by));
}

contract::Answer<wire::Removed, wire::Failed> Service::on_rename(contract::Call&, const wire::Rename& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  const std::string_view names = take_names(message.names);
  if (names.size() <= message.old_length) return failed(Error::device_failed);
  const std::string_view old_name = names.substr(0, message.old_length);
  const std::string_view new_name = names.substr(message.old_length);
  const InodeNumber from{message.from}, to{message.to};
  const Caller by = caller(message.now, message.privileged);
  if (message.existing == wire::Existing::exchanged) {
    const auto exchanged = fs_.exchange(from, old_name, to, new_name, by);
    if (!exchanged) return failed(exchanged.error());
    return wire::Removed{};
  }
  return removed(fs_.rename(from, old_name, to, new_name,
                            message.existing == wire::Existing::refused ? Replace::forbidden : Replace::allowed,
                            message.keep ? LastName::keep_inode : LastName::free_now, by));
}

contract::Answer<wire::Done, wire::Failed> Service::on_release(contract::Call&, const wire::Release& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  const auto released = fs_.release(InodeNumber{message.inode}, caller(message.now, false));
  if (!released) return failed(released.error());
  return wire::Done{};
}

contract::Answer<wire::Mapped, wire::Failed> Service::on_map(contract::Call&, const wire::Map& message) {
  if (const auto mounted = ready(); !mounted) return failed(mounted.error());
  return mapped(fs_.map(InodeNumber{message.inode}, LogicalBlock{message.first}, message.count, mappings_));
}

contract::Answer<wire::Mapped, wire::Failed> Service::on_reserve(contract::Call&, const wire::Reserve& message) {
  if (const auto mounted = ready(message.now); !mounted) return failed(mounted.error());
  return mapped(fs_.reserve(InodeNumber{message.inode}, LogicalBlock{message.first}, message.count, mappings_,
                            caller(message.now, message.privileged)));
}

contract::Answer<wire::Done, wire::Failed> Service::on_link_blocks(contract::Call&, const wire::LinkBlocks& message) {
  if (const auto mounted = ready(message.modification); !mounted) return failed(mounted.error());
  const Mapping written{.logical = LogicalBlock{message.first},
                        .length = message.count,
                        .physical = PhysicalBlock{message.physical},
                        .content = Content::reserved};
  const auto linked =
      fs_.link_blocks(InodeNumber{message.inode}, written, message.size, from_nanoseconds(message.modification));
  if (!linked) return failed(linked.error());
  return wire::Done{};
}

contract::Answer<wire::Done, wire::Failed> Service::on_cancel(contract::Call&, const wire::Cancel& message) {
  if (const auto mounted = ready(); !mounted) return failed(mounted.error());
  const auto cancelled = fs_.cancel(InodeNumber{message.inode}, LogicalBlock{message.first}, message.count);
  if (!cancelled) return failed(cancelled.error());
  return wire::Done{};
}

}  // namespace ext4
