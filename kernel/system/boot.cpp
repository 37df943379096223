// SPDX-License-Identifier: BSD-2-Clause
#include <cstring>

#include "kernel/system/kernel.hpp"
#include "lib/base/hash128.hpp"

namespace kernel {

namespace {

struct BootRegion {
  u64 begin, size;
  u32 type, reserved;
  bool usable() const { return type == 1; }
  u64 end() const { return begin + size; }
};
static_assert(sizeof(BootRegion) == 24);

struct BootModule {
  u64 address, size, command_line, reserved;
};

// What the boot loader says: Xen's PVH start information (xen/include/public/arch-x86/hvm/start_info.h), as QEMU gives
// it to -kernel. It is read where it was left, below 1 MiB, which the kernel gives to nobody.
struct BootInformation {
  u32 magic, version, flags, module_count;
  u64 modules, command_line, rsdp, memory_map;
  u32 memory_map_count, reserved;

  std::span<const BootRegion> regions() const { return {direct<const BootRegion>({memory_map}), memory_map_count}; }
  const BootModule& image() const { return *direct<const BootModule>({modules}); }
};
static_assert(sizeof(BootInformation) == 56);

constexpr u32 boot_magic = 0x336e'c578;
constexpr u64 first_mib = 0x10'0000;

PhysicalAddress info_page;

constexpr u64 pages_of(u64 bytes) { return (bytes + page_size - 1) / abi::page_size; }

void check(const BootInformation& boot) {
  if (boot.magic != boot_magic) panic("the boot loader left no PVH start information", boot.magic);
  if (std::max({boot.modules, boot.command_line, boot.memory_map}) >= first_mib) {
    panic("the boot loader left its information above 1 MiB, where it is not safe");
  }
  if (!boot.module_count) panic("no system image: give it to the boot loader as the first module (-initrd)");
  image = direct<ImageHeader>({boot.image().address});
  if (image->magic != image_magic || image->size > boot.image().size || image->slot_record_size != sizeof(SlotRecord) ||
      image->slot_count > abi::max_slots) {
    panic("the system image is not one of this kernel's: build both again", image->magic, image->slot_record_size);
  }
  const auto* bytes = reinterpret_cast<const std::byte*>(image);
  if (base::hash128({bytes + page_size, image->size - abi::page_size}) != base::Hash128{image->hash[0], image->hash[1]})
    panic("the system image is damaged: build it again");
  slot_records = reinterpret_cast<const SlotRecord*>(bytes + image->slot_offset);
}

// The kernel, fixed memory and the image are used; the rest is free.
void fill_frame_table(const BootInformation& boot, u64 fixed, u64 fixed_end) {
  const BootModule& module = boot.image();
  for (const BootRegion& region : boot.regions()) {
    const u64 begin = pages_of(std::max(region.begin, first_mib)) * page_size;
    const u64 end = region.usable() ? region.end() & ~(page_size - 1) : 0;
    for (u64 at = begin; at < end; at += page_size) {
      const bool used = at < kernel_image_end().value || (at >= fixed && at < fixed_end) ||
                        (at >= module.address && at < module.address + module.size);
      if (used) {
        memory.frames[frame_of({at})] = {FrameType::kernel, no_slot, 0, 0};
      } else {
        memory.frames.give_back(frame_of({at}));
      }
    }
  }
}

// Shares are of what is left when all that is promised in frames has been set aside.
void set_quotas() {
  const std::span records(slot_records, image->slot_count);
  u64 left = memory.frames.free_count();
  for (const SlotRecord& record : records) {
    if (record.frame_quota > left)
      panic("too little memory: frames promised to a component, frames left", record.frame_quota, left);
    left -= record.frame_quota;
  }
  for (unsigned i = 0; i < records.size(); ++i) {
    const u64 share = left * records[i].frame_percent / 100;
    memory.quota[i] = static_cast<u32>(memory.used[i] + records[i].frame_quota + share);
  }
}

// Random where the processor can, else as different as the time.
void set_boot_id() {
  u64 seed[] = {x86::timestamp(), 0, 0};
  if (x86::cpuid(1).c & 1u << 30) asm volatile("rdrand %0\n rdrand %1" : "=r"(seed[1]), "=r"(seed[2]));
  const base::Hash128 id = base::hash128(std::as_bytes(std::span(seed)));
  info().boot_id[0] = id.low;
  info().boot_id[1] = id.high;
}

void boot_system(PhysicalAddress start_information) {
  const auto& boot = *direct<BootInformation>(start_information);
  check(boot);
  u64 end_of_memory = 0;
  for (const BootRegion& region : boot.regions()) {
    if (region.usable()) end_of_memory = std::max(end_of_memory, region.end());
  }
  const u32 frame_count = static_cast<u32>(end_of_memory / page_size);
  const u64 table_size = pages_of(Frames::table_size(frame_count)) * page_size;
  constexpr u64 kernel_tables = 16 * page_size;
  const u64 size = table_size + kernel_tables + page_size + image->memory_size;
  const BootModule& module = boot.image();
  u64 begin = 0;
  for (const BootRegion& region : boot.regions()) {
    const u64 at = pages_of(std::max(region.begin, kernel_image_end().value)) * page_size;
    const bool apart = at >= module.address + module.size || module.address >= at + size;
    if (!begin && region.usable() && at + size <= region.end() && apart) begin = at;
  }
  if (!begin) panic("too little memory in one piece for the system's components: bytes needed", size);
  BootAllocator allocator({begin}, {begin + size});
  memory.kernel_root = make_kernel_map(allocator, end_of_memory);
  memory.frames.initialise(direct<void>(allocator.take(table_size)), frame_count);
  fill_frame_table(boot, begin, begin + size);
  for (u32& quota : memory.quota) quota = ~0u;
  initialise_interrupt_controllers();
  initialise_processor();
  info_page = allocator.take(page_size);
  initialise_clock(info().time);
  set_boot_id();
  info().rsdp = boot.rsdp;
  info().memory_bytes = u64{memory.frames.free_count()} * page_size;
  info().processors = 1;
  const char* text = boot.command_line ? direct<char>({boot.command_line}) : "";
  for (u64 i = 0; i + 1 < sizeof info().command_line && text[i]; ++i) info().command_line[i] = text[i];
  build_slots({module.address}, info_page, allocator.take(image->memory_size));
  set_quotas();
  route_interrupts();
}

}  // namespace

// The first processor has the boot loader's start information; the others have none.
extern "C" [[noreturn]] void kernel_main(u32 start_information) {
  start_information ? boot_system({start_information}) : initialise_processor();
  processor_ready();
  lock();
  revive_reincarnation();
  resume_frame(leave());
}

InfoPage& info() { return *direct<abi::InfoPage>(info_page); }

PhysicalAddress BootAllocator::take(u64 bytes) {
  const u64 at = next_;
  next_ += pages_of(bytes) * page_size;
  if (next_ > limit_) panic("boot memory miscounted, wanted and limit", next_, limit_);
  std::memset(direct<void>({at}), 0, next_ - at);
  return {at};
}

}  // namespace kernel
