// SPDX-License-Identifier: BSD-2-Clause
// The boot stage's readers: GRUB's information, and the kernel's file. The first byte says which.
#include <cstdlib>
#include <memory>

#include "boot/kernel_elf.hpp"
#include "boot/multiboot.hpp"
#include "boot/plan.hpp"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void read_information(std::span<const std::byte> bytes) {
  const auto information = boot::read_multiboot(bytes);
  if (!information) return;
  for (const char* name : {"kernel", "image"}) {
    const boot::Module* const module = information->module(name);
    if (module == nullptr) continue;
    check(module->place.begin <= module->place.end);
    boot::expected_sum(*module);
  }
  boot::Region regions[boot::MemoryMap::most];
  unsigned count = 0;
  boot::MemoryMap map;
  if (!boot::copy_regions(*information, regions, count) || map.fill(std::span{regions}.first(count))) return;
  const auto found = map.regions();
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t j = 0; j < found.size(); ++j)
      check(i == j || found[i].kind != boot::usable_memory || !found[i].range().overlaps(found[j].range()));
  constexpr boot::u64 mib = 1 << 20;
  const boot::Load load{{mib, 2 * mib}, 3 * mib, {4 * mib, 5 * mib}, {6 * mib, 14 * mib}, {32 * mib, 33 * mib}, 8000};
  const auto plan = boot::make_plan(map, load);
  if (!plan) return;
  const boot::Range file{plan->kernel_file, plan->kernel_file + mib}, image{plan->image, plan->image + 8 * mib};
  check(map.usable_around(file.begin).holds(file) && map.usable_around(image.begin).holds(image));
  check(!file.overlaps(image) && !file.overlaps(load.stage) && !image.overlaps(load.stage));
}

void read_file(std::span<const std::byte> bytes) {
  const auto kernel = boot::read_kernel(bytes);
  if (!kernel) return;
  check(kernel->place.holds({kernel->entry, boot::u64{kernel->entry} + 1}));
  for (const boot::Segment& each : kernel->all()) {
    check(kernel->place.holds({each.address, each.address + each.size}) && each.contents.size() <= each.size);
    for (const std::byte& byte : each.contents) check(&byte >= bytes.data() && &byte < bytes.data() + bytes.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // A copy of exactly that size, so that a byte too far is seen.
  const std::unique_ptr<std::byte[]> bytes(new std::byte[size - 1]);
  for (std::size_t i = 1; i < size; ++i) bytes[i - 1] = static_cast<std::byte>(data[i]);
  (data[0] & 1 ? read_file : read_information)({bytes.get(), size - 1});
  return 0;
}
