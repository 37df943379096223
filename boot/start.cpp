// SPDX-License-Identifier: BSD-2-Clause
// Carries the plan out, where the first 4 GiB lie at their own addresses.
#include <algorithm>
#include <cstring>

#include "boot/multiboot2.hpp"
#include "boot/plan.hpp"

namespace boot {

using namespace std::string_view_literals;

namespace {

/// What PVH promises the kernel in ebx (Xen, public/arch-x86/hvm/start_info.h), and what it points to. The kernel reads
/// it where it lies, in the first MiB.
struct StartInformation {
  uint32_t magic = 0x336e'c578, version = 1, flags = 0, module_count = 1;
  uint64_t modules = 0, command_line = 0, rsdp = 0, memory_map = 0;
  uint32_t memory_map_count = 0, reserved = 0;
};
static_assert(sizeof(StartInformation) == 56);
struct Module {
  uint64_t address, size, command_line, reserved;
};
struct Low {
  StartInformation start;
  Module image;
  char command_line[1024];
  alignas(16) std::byte rsdp[64];
  std::array<Region, most_regions> regions;
};
constexpr uint32_t low_begin = 0x1'0000;  // the kernel's own trampoline lies below
static_assert(sizeof(Low) <= 0x8000);

extern "C" char boot_begin[], boot_end[];

template <class T>
T* at(uint64_t address) {
  return reinterpret_cast<T*>(address);
}
uint64_t address_of(const void* object) { return reinterpret_cast<uint64_t>(object); }
Range here() { return {address_of(boot_begin), address_of(boot_end)}; }
std::span<const std::byte> bytes_of(Range range) { return {at<const std::byte>(range.begin), range.size()}; }

void out(std::uint16_t port, std::uint8_t value) { asm volatile("outb %0, %1" ::"a"(value), "Nd"(port)); }
std::uint8_t in(std::uint16_t port) {
  std::uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

// On the first serial port (NS16550: line status 5, bit 5), QEMU's debug port, and the text screen of a BIOS.
[[noreturn]] void refuse(Refusal why) {
  constexpr std::uint16_t serial = 0x3f8, debug = 0xe9;
  auto* screen = at<volatile std::uint16_t>(0xb8000);
  for (const std::string_view part : {"boot: "sv, why, "\r\n"sv})
    for (const char letter : part) {
      for (unsigned tries = 0; tries < 100'000 && (in(serial + 5) & 0x20) == 0; ++tries) {
      }
      out(serial, static_cast<std::uint8_t>(letter));
      out(debug, static_cast<std::uint8_t>(letter));
      if (letter >= ' ') *screen++ = static_cast<std::uint16_t>(0x4f00 | static_cast<unsigned char>(letter));
    }
  for (;;) asm volatile("cli; hlt");
}

template <class T>
T need(std::expected<T, Refusal> result) {
  if (!result) refuse(result.error());
  return *result;
}

alignas(8) std::byte information[32768];

/// Moves what would be overwritten, by this program or by the kernel when it begins.
Range moved_away(const Given& given, Range what, std::initializer_list<Range> obstacles) {
  const uint64_t to = place(given.map(), what.size(), {obstacles.begin(), obstacles.size()});
  if (to == 0) refuse("too little memory for the system image"sv);
  std::memmove(at<void>(to), at<const void>(what.begin), what.size());
  return {to, to + what.size()};
}

void load(const Kernel& kernel, Range file) {
  for (const Segment& segment : std::span(kernel.segments).first(kernel.segment_count)) {
    std::memcpy(at<void>(segment.memory.begin), at<const void>(file.begin + segment.offset), segment.file_size);
    std::memset(at<void>(segment.memory.begin + segment.file_size), 0, segment.memory.size() - segment.file_size);
  }
}

void tell(const Given& given, Range image) {
  Low& low = *at<Low>(low_begin);
  if (!is_free(given.map(), {low_begin, low_begin + sizeof(Low)}))
    refuse("the memory at 64 KiB, where the kernel looks for what the boot loader says, is not free"sv);
  low.start = {};
  low.image = {image.begin, image.size(), 0, 0};
  const std::size_t length = given.command_line.copy(low.command_line, sizeof low.command_line - 1);
  low.command_line[length] = '\0';
  const auto rsdp = given.rsdp.first(std::min(given.rsdp.size(), sizeof low.rsdp));
  std::memcpy(low.rsdp, rsdp.data(), rsdp.size());
  low.regions = given.regions;
  low.start.modules = address_of(&low.image);
  low.start.command_line = address_of(low.command_line);
  low.start.rsdp = rsdp.empty() ? 0 : address_of(low.rsdp);
  low.start.memory_map = address_of(low.regions.data());
  low.start.memory_map_count = static_cast<uint32_t>(given.region_count);
}

}  // namespace

/// The kernel's entry, and in the upper half the address of its information.
extern "C" uint64_t boot_start(uint32_t magic, uint32_t where) {
  if (magic != multiboot2::magic) refuse("not started by Multiboot2"sv);
  const uint32_t length = *at<const uint32_t>(where);
  if (length > sizeof information) refuse("the boot loader's information is larger than 32 KiB"sv);
  std::memcpy(information, at<const void>(where), length);
  const Given given = need(read({information, length}));
  if (given.module_count != 2) refuse("two modules are needed: the kernel and the system image"sv);
  const auto [file, image] = std::pair{given.modules[0], given.modules[1]};
  const Kernel kernel = need(read_kernel(bytes_of(file)));
  if (!is_free(given.map(), kernel.memory)) refuse("the memory where the kernel belongs, at 1 MiB, is not free"sv);
  const Range image_there = moved_away(given, image, {kernel.memory, file, here()});
  const Range file_there = moved_away(given, file, {kernel.memory, image_there, here()});
  load(kernel, file_there);
  tell(given, image_there);
  return kernel.entry | uint64_t{low_begin} << 32;
}

}  // namespace boot
