// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <cstring>

#include "kernel/memory/memory.hpp"

namespace kernel {

namespace {

constexpr u64 max_copy = 64 * 1024;

constexpr u64 rest_of_page(u64 address) { return page_size - address % abi::page_size; }

}  // namespace

char* reach(FrameNumber root, u64 address, bool writable) {
  if (root == no_frame) return reinterpret_cast<char*>(address);
  if (address >= layout::user_end) return nullptr;
  Entry* entry = PageTable(root).find(address);
  constexpr Entry needed = entry_present | entry_user;
  if (!entry || (*entry & needed) != needed) return nullptr;
  if (writable && !(*entry & entry_writable)) return nullptr;
  *entry |= entry_accessed | (writable ? entry_dirty : 0);
  return direct<char>(address_of(*entry)) + address % page_size;
}

[[gnu::hot]] CopyResult copy_between(FrameNumber from_root, u64 from, FrameNumber to_root, u64 to, u64 length) {
  length = std::min(length, max_copy);
  u64 done = 0;
  while (done < length) {
    const char* source = reach(from_root, from + done, false);
    if (!source) return {done, true, false, from + done};
    char* target = reach(to_root, to + done, true);
    if (!target) return {done, false, true, to + done};
    const u64 part = std::min({length - done, rest_of_page(from + done), rest_of_page(to + done)});
    std::memcpy(target, source, part);
    done += part;
  }
  return {done, false, false, 0};
}

}  // namespace kernel
