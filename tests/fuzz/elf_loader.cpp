// SPDX-License-Identifier: BSD-2-Clause
// Executables that anybody may have made: whatever the file says, the loader refuses it or hands out what is safe to
// map. Two bytes say how much longer the file is than what follows, in units of 256 bytes: little input, large files.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "servers/process/exec/script.hpp"
#include "servers/process/tests/sound.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace process;
  if (size < 2) return 0;
  const u64 more = (data[0] | u64{data[1]} << 8) * 256;
  const auto file = std::as_bytes(std::span(data + 2, size - 2));
  const auto start = file.first(std::min<std::size_t>(file.size(), page_size));
  static_cast<void>(parse_script(start));
  const auto place = elf::find_headers(start);
  if (!place || place->offset > file.size() || place->length > file.size() - place->offset) return 0;
  const auto loaded = elf::load(start, file.subspan(place->offset, place->length), file.size() + more);
  if (!loaded) return 0;
  const auto wrong = elf::unsound(*loaded, file.size() + more);
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "what was loaded is not sound: %.*s\n", static_cast<int>(wrong.size()), wrong.data());
  std::abort();
}
