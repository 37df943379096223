// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <cstring>

#include "abi/slot.hpp"
#include "boot/kernel_elf.hpp"
#include "boot/multiboot.hpp"
#include "boot/plan.hpp"
#include "boot/serial.hpp"
#include "boot/start_info.hpp"
#include "lib/base/crc32c.hpp"

extern "C" {
extern char stage_begin[], stage_end[];
[[noreturn]] void enter_kernel(abi::u32 entry, abi::u32 start_information);
}

using namespace std::string_view_literals;

namespace boot {
namespace {

constinit MemoryMap map;
constinit std::array<Region, MemoryMap::most> said{};
// Filled here first: what is to be its place may be in use as long as GRUB's information is read.
constinit StartArea area{};

std::byte* memory(u64 address) { return reinterpret_cast<std::byte*>(address); }

std::span<const std::byte> contents(const Module& module) {
  return {memory(module.place.begin), module.place.end - module.place.begin};
}

/// The kernel maps memory in pages of 1 GiB from its first instruction on.
void check_processor() {
  abi::u32 leaf = 0x8000'0001, b, c, d;
  asm("cpuid" : "+a"(leaf), "=b"(b), "=c"(c), "=d"(d));
  if ((d & 1u << 26) == 0) refuse("this processor has no pages of 1 GiB, which the kernel needs"sv);
}

const Module& sound_module(const Multiboot& information, std::string_view name) {
  const Module* const module = information.module(name);
  if (module == nullptr) refuse("the boot medium names no module: "sv, name);
  const auto sum = expected_sum(*module);
  if (!sum) refuse("the boot medium gives no checksum for the "sv, name);
  if (base::crc32c(contents(*module)) != *sum)
    refuse("the "sv, name, " on the boot medium is damaged: write the medium again"sv);
  return *module;
}

u64 memory_of_slots(const Module& image) {
  abi::ImageHeader header;
  if (contents(image).size() < sizeof header) refuse("the system image is cut short"sv);
  std::memcpy(&header, contents(image).data(), sizeof header);
  if (header.magic != abi::image_magic) refuse("the system image is none: make the medium again"sv);
  return header.memory_size;
}

void read_map(const Multiboot& information) {
  unsigned count = 0;
  if (!copy_regions(information, said, count)) refuse("the firmware's memory map is too long"sv);
  const auto error = map.fill(std::span{said}.first(count));
  if (error == MemoryMap::Error::too_many) refuse("the firmware's memory map is too long"sv);
  if (error) refuse("the firmware's memory map has no usable memory"sv);
}

/// All that is wanted of GRUB's information is here afterwards.
void fill_area(const Multiboot& information) {
  if (information.command_line.size() >= area.command_line.size()) refuse("the command line is too long"sv);
  std::ranges::copy(information.command_line, area.command_line.begin());
  if (information.rsdp.size() > area.rsdp.size()) refuse("the firmware's ACPI pointer is too long"sv);
  std::memcpy(area.rsdp.data(), information.rsdp.data(), information.rsdp.size());
  area.information.rsdp = information.rsdp.empty() ? 0 : offsetof(StartArea, rsdp);
}

void write_area(u64 at, u64 image, u64 image_size) {
  area.module = {image, image_size, 0, 0};
  const std::span<const Region> regions = map.regions();
  std::ranges::copy(regions, area.map.begin());
  area.information = {start_magic,
                      1,
                      0,
                      1,
                      at + offsetof(StartArea, module),
                      at + offsetof(StartArea, command_line),
                      area.information.rsdp == 0 ? 0 : at + area.information.rsdp,
                      at + offsetof(StartArea, map),
                      static_cast<u32>(regions.size()),
                      0};
  std::memcpy(memory(at), &area, sizeof area);
}

void load(const KernelElf& kernel) {
  for (const Segment& each : kernel.all()) {
    std::memcpy(memory(each.address), each.contents.data(), each.contents.size());
    std::memset(memory(each.address + each.contents.size()), 0, each.size - each.contents.size());
  }
}

KernelElf readable(std::span<const std::byte> file) {
  const auto kernel = read_kernel(file);
  if (!kernel) refuse("the kernel cannot be started: "sv, text(kernel.error()));
  return *kernel;
}

[[noreturn]] void start(u32 magic, u32 address) {
  open_serial();
  if (magic != multiboot_magic) refuse("whatever started this is no multiboot2 loader"sv);
  check_processor();
  u32 size;
  std::memcpy(&size, memory(address), sizeof size);
  const auto information = read_multiboot({memory(address), size});
  if (!information) refuse("GRUB's information is damaged: "sv, text(information.error()));
  const Module& kernel_module = sound_module(*information, "kernel"sv);
  const Module& image_module = sound_module(*information, "image"sv);
  read_map(*information);
  fill_area(*information);
  const u64 file_size = contents(kernel_module).size(), image_size = contents(image_module).size();
  const Load wanted{readable(contents(kernel_module)).place,
                    memory_of_slots(image_module),
                    kernel_module.place,
                    image_module.place,
                    {reinterpret_cast<u64>(stage_begin), reinterpret_cast<u64>(stage_end)},
                    sizeof(StartArea)};
  const auto plan = make_plan(map, wanted);
  if (!plan) refuse(text(plan.error()));
  say("boot: starting the kernel with "sv);
  say_decimal(map.usable_bytes() >> 20);
  say(" MiB\n"sv);
  // From here on GRUB's information may be overwritten, and is not read.
  std::memmove(memory(plan->kernel_file), memory(wanted.kernel_file.begin), file_size);
  std::memmove(memory(plan->image), memory(wanted.image.begin), image_size);
  const KernelElf kernel = readable({memory(plan->kernel_file), file_size});
  load(kernel);
  write_area(plan->start_information, plan->image, image_size);
  enter_kernel(kernel.entry, static_cast<u32>(plan->start_information));
}

}  // namespace
}  // namespace boot

extern "C" [[noreturn]] void boot_main(abi::u32 magic, abi::u32 information) { boot::start(magic, information); }
