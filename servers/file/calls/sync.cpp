// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"

namespace file {

Calls::Value Calls::synchronize(Caller& caller) {
  const Result<> done = core_.write_all();
  if (!done && done.error() == Error::pages_busy) {
    const WaitKey key = WaitKey::of(Awaited::written, 0);
    return fail(caller.wait_steadfast(key, core_.machine.monotonic() + 10'000'000));
  }
  return 0;  // sync has no errors
}

Calls::Value Calls::synchronize_descriptor(Caller& caller, i32 descriptor) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  const NodeId node = (*file)->position.node;
  if ((*file)->kind != Kind::file && (*file)->kind != Kind::directory) return fail(Error::invalid);
  if (const Result<> written = core_.write_node(node); !written) return fail(settle(caller, written.error(), node));
  if (const Result<> flushed = core_.tree.system_of(node).flush(node); !flushed) return fail(flushed.error());
  return 0;
}

Calls::Value Calls::synchronize_system(Caller& caller, i32 descriptor) {
  const Result<Opened> file = any_opened(caller, descriptor);
  if (!file) return fail(file.error());
  return synchronize(caller);
}

Calls::Value Calls::advise(Caller& caller, i32 descriptor, i32 advice) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  if ((*file)->kind == Kind::pipe) return fail(Error::illegal_seek);
  if (advice < 0 || advice > 5) return fail(Error::invalid);
  return 0;
}

Calls::Value Calls::send_file(Caller& caller, i32 to, i32 from, u64 offset_address, u64 count) {
  const Result<Opened> source = opened(caller, from);
  if (!source) return fail(source.error());
  const Result<Opened> target = opened(caller, to);
  if (!target) return fail(target.error());
  if (!(*source)->readable() || !(*target)->writable()) return fail(Error::bad_descriptor);
  if ((*source)->kind != Kind::file || ((*target)->flags & flags::append) != 0) return fail(Error::invalid);
  u64 offset = (*source)->offset;
  if (offset_address != 0) {
    const Result<u64> given = caller.get<u64>(offset_address);
    if (!given) return fail(given.error());
    // Written once before anything is moved: afterwards it must not fail.
    if (const Result<> put = caller.put(offset_address, *given); !put) return fail(put.error());
    if (static_cast<i64>(*given) < 0) return fail(Error::invalid);
    offset = *given;
  }
  const NodeId node = (*source)->position.node;
  count = std::min(count, bytes_in_turn);  // more is a short answer, which this call may always give
  u64 done = 0;
  Error error{};
  while (done < count) {
    const u64 page = offset / abi::page_size;
    const Result<u32> there = core_.contents.present(node, page, block_pages);
    if (!there) {
      error = there.error() == Error::pages_busy && done != 0 ? Error::again : settle(caller, there.error(), node);
      break;
    }
    const u64 size = core_.tree[node].size;
    if (*there == 0 || offset >= size) break;
    const BlockId block = core_.tree.cache.find(node, page);
    const u32 slot = static_cast<u32>(page % block_pages);
    const u64 run = PageCache::valid_run(core_.tree.cache[block], slot) * abi::page_size - offset % abi::page_size;
    const std::byte* data = core_.tree.cache.address(core_.tree.cache[block], slot) + offset % abi::page_size;
    UserBuffer piece(caller, {data, std::min({run, size - offset, count - done})});
    core_.tree.cache.pin(block);
    const u64 begin = (*target)->offset;
    const Result<> moved = target->behaviour().write(**target, piece, begin);
    core_.tree.cache.unpin(block);
    if (target->behaviour().seekable()) (*target)->offset = begin + piece.done();
    offset += piece.done();
    done += piece.done();
    if (moved) continue;
    error = moved.error();
    if (error == Error::again && done == 0 && !(*target)->non_blocking())
      error = caller.wait_for(target->behaviour().write_key(**target));
    break;
  }
  if (done == 0 && error != Error{}) {
    if (error == Error::broken_pipe) caller.signal = signal_pipe;
    return fail(error);
  }
  if (offset_address != 0)
    static_cast<void>(caller.put(offset_address, offset));
  else
    (*source)->offset = offset;
  return static_cast<i64>(done);
}

}  // namespace file
