// SPDX-License-Identifier: BSD-2-Clause
// Programs of components: any bytes are taken apart or refused, and what is taken keeps the rules.
#include <cstdlib>

#include "abi/calls.hpp"
#include "abi/layout.hpp"
#include "abi/slot.hpp"
#include "tools/verifier/binary.hpp"
#include "tools/verifier/limits.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  verifier::Refusals refusals;
  const auto binary = verifier::read_binary("fuzz", std::as_bytes(std::span(data, size)), refusals);
  require(binary.has_value() == refusals.empty());
  if (!binary) return 0;
  require(!binary->segments.empty() && binary->segments.size() <= verifier::max_segments);
  bool entry = false;
  std::uint64_t free = abi::layout::image_base;
  for (const auto& segment : binary->segments) {
    const bool writable = segment.rights & abi::right_write, executable = segment.rights & abi::right_execute;
    require(!(writable && executable));
    require(segment.address % abi::page_size == 0 && segment.memory_size % abi::page_size == 0);
    require(segment.address >= free && segment.contents.size() <= segment.memory_size);
    free = segment.address + segment.memory_size;
    if (executable && binary->entry >= segment.address && binary->entry < free) entry = true;
  }
  require(entry && free <= abi::layout::table_base);
  return 0;
}
