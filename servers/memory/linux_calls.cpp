// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/server.hpp"

// Linux's numbers here are those of its headers (mman.h).
namespace memory {

namespace {

using abi::i32;

constexpr int error_bad_descriptor = 9, error_no_memory = 12, error_access = 13, error_invalid = 22;

constexpr i32 map_shared = 1, map_private = 2, map_shared_validate = 3, map_kind = 15;
constexpr i32 map_fixed = 0x10, map_anonymous = 0x20, map_low = 0x40, map_huge = 0x40000, map_no_replace = 0x100000;
constexpr i32 remap_may_move = 1, remap_fixed = 2;
constexpr i32 sync_async = 1, sync_invalidate = 2, sync_wait = 4;

/// What madvise may be told besides what it acts on; it is right to do nothing.
constexpr bool is_mere_advice(i32 advice) {
  constexpr i32 will_need = 3, do_not_fork = 10, do_fork = 11, mergeable = 12, keep_on_fork = 19, cold = 20, out = 21;
  return (advice >= 0 && advice <= will_need) || advice == do_not_fork || advice == do_fork ||
         (advice >= mergeable && advice <= 17) || advice == keep_on_fork || advice == cold || advice == out;
}

}  // namespace

CallResult Server::failed(ProgramCall& call, SpaceIndex space, Error error) {
  if (error != Error::busy) return CallResult::error(linux_error(error));
  return waiting_.add(call.endpoint(), space) ? CallResult::park() : CallResult::retry();
}

CallResult Server::answer(ProgramCall& call, SpaceIndex space, const Result<void>& result) {
  return result ? CallResult::value(0) : failed(call, space, result.error());
}

CallResult Server::answer(ProgramCall& call, SpaceIndex space, const Result<u64>& result) {
  return result ? CallResult::value(static_cast<abi::i64>(*result)) : failed(call, space, result.error());
}

/// A shared mapping may be made writable later if the descriptor could be written now.
std::expected<FileObject, int> Server::object_to_map(u32 pid, int descriptor, u8 rights, bool shared, u8& may) {
  may = readable | writable | executable;
  if (!shared) return files_.map_descriptor(pid, descriptor, rights, false);
  if (auto object = files_.map_descriptor(pid, descriptor, rights | writable, true)) return object;
  may = readable | executable;
  if (rights & writable) return std::unexpected(error_access);
  return files_.map_descriptor(pid, descriptor, rights, true);
}

CallResult Server::mmap(ProgramCall& call, u64 address, u64 length, i32 protection, i32 flags, i32 fd, u64 offset) {
  const u32 pid = call.owner_tag().process();
  const auto space = memory_.space_of(pid);
  const i32 kind = flags & map_kind;
  if (length == 0 || offset % page_size != 0 || (flags & map_huge)) return CallResult::error(error_invalid);
  if (kind != map_shared && kind != map_private && kind != map_shared_validate) return CallResult::error(error_invalid);
  MapRequest request;
  request.address = address;
  request.length = length;
  request.rights = static_cast<u8>(protection & (readable | writable | executable));
  request.sharing = kind == map_private ? Sharing::own : Sharing::shared;
  request.fixed = flags & (map_fixed | map_no_replace);
  request.replace = request.fixed && !(flags & map_no_replace);
  request.low = flags & map_low;
  if ((request.rights & writable) && (request.rights & executable)) return CallResult::error(error_access);
  if (!(flags & map_anonymous)) {
    if (fd < 0) return CallResult::error(error_bad_descriptor);
    const auto object = object_to_map(pid, fd, request.rights, request.sharing == Sharing::shared, request.may);
    if (!object) return CallResult::error(object.error());
    if (!object->zeros) {
      request.object = memory_.objects().file(object->name, object->serial);
      request.first = offset / page_size;
      if (request.object == 0) {
        files_.release(object->name, object->serial);
        return CallResult::error(error_no_memory);
      }
    }
  }
  // While the file server was asked, the process may have ended, or gone on in another space.
  const bool there = space && memory_.space_of(pid) == space;
  const auto mapped = there ? memory_.map(*space, request) : std::unexpected(Error::no_memory);
  if (request.object != 0) memory_.objects().settle(request.object);
  const CallResult result = there ? answer(call, *space, mapped) : CallResult::error(error_no_memory);
  memory_.release_unused();
  return result;
}

CallResult Server::mprotect(ProgramCall& call, u64 address, u64 length, i32 protection) {
  const auto space = memory_.space_of(call.owner_tag().process());
  if (!space) return CallResult::error(error_no_memory);
  const u8 rights = static_cast<u8>(protection & (readable | writable | executable));
  return answer(call, *space, memory_.protect(*space, address, length, rights));
}

CallResult Server::munmap(ProgramCall& call, u64 address, u64 length) {
  const auto space = memory_.space_of(call.owner_tag().process());
  if (!space) return CallResult::error(error_invalid);
  const CallResult result = answer(call, *space, memory_.unmap(*space, address, length));
  memory_.release_unused();
  return result;
}

CallResult Server::brk(ProgramCall& call, u64 address) {
  const auto space = memory_.space_of(call.owner_tag().process());
  if (!space) return CallResult::value(0);
  return answer(call, *space, memory_.set_heap_end(*space, address));
}

CallResult Server::mremap(ProgramCall& call, u64 address, u64 old_length, u64 new_length, i32 flags, u64 new_address) {
  const auto space = memory_.space_of(call.owner_tag().process());
  if (!space) return CallResult::error(error_invalid);
  const bool may_move = flags & remap_may_move, fixed = flags & remap_fixed;
  if ((flags & ~(remap_may_move | remap_fixed)) || (fixed && !may_move)) return CallResult::error(error_invalid);
  const auto moved = memory_.remap(*space, address, old_length, new_length, may_move, fixed, fixed ? new_address : 0);
  const CallResult result = answer(call, *space, moved);
  memory_.release_unused();
  return result;
}

CallResult Server::msync(ProgramCall& call, u64 address, u64 length, i32 flags) {
  if ((flags & ~(sync_async | sync_invalidate | sync_wait)) || address % page_size != 0)
    return CallResult::error(error_invalid);
  if ((flags & sync_async) && (flags & sync_wait)) return CallResult::error(error_invalid);
  const auto space = memory_.space_of(call.owner_tag().process());
  if (!space) return CallResult::error(error_no_memory);
  if (const auto there = memory_.covered(*space, address, length); !there) return failed(call, *space, there.error());
  if (!(flags & sync_wait)) return CallResult::value(0);
  // The table may change during each request: what comes next is looked up anew.
  const UserPage end = UserPage::of(address) + pages_of(length);
  for (UserPage page = UserPage::of(address); page < end;) {
    const RegionIndex found = memory_.space(*space).regions.at_or_after(memory_.regions(), page);
    if (found == 0 || memory_.regions()[found].range.begin >= end) break;
    const Region part = part_of(memory_.regions()[found], {page, end});
    page = part.range.end;
    if (part.sharing != Sharing::shared || part.object == 0) continue;
    const Object& object = memory_.objects()[part.object];
    if (object.kind != Object::Kind::file) continue;
    if (!files_.sync(object.name, part.first, part.range.pages())) return failed(call, *space, Error::bus);
  }
  return CallResult::value(0);
}

CallResult Server::madvise(ProgramCall& call, u64 address, u64 length, i32 advice) {
  constexpr i32 do_not_need = 4, free_later = 8;
  const auto space = memory_.space_of(call.owner_tag().process());
  if (!space) return CallResult::error(error_no_memory);
  if (advice == do_not_need || advice == free_later)
    return answer(call, *space, memory_.forget(*space, address, length));
  if (address % page_size != 0 || !is_mere_advice(advice)) return CallResult::error(error_invalid);
  return answer(call, *space, memory_.covered(*space, address, length));
}

// While the record is written other requests are served. The call has been carried out: they find nothing half done.
void Server::trace(const ProgramCall& call, const CallResult& result) {
  abi::trace::Buffer buffer;
  const auto record = contract::trace::write_call(call, result, contract::linux::shapes_of(call.number()), buffer);
  if (!record.empty()) files_.traced(call.owner_tag().process(), record);
}

void Server::unknown_call(unsigned number, std::string_view name) {
  component::log("a program made the call ", number, " (", name, "), which is not there");
}

}  // namespace memory
