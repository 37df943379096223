// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/image.hpp"

#include <algorithm>
#include <cstring>
#include <format>

#include "abi/calls.hpp"
#include "abi/layout.hpp"
#include "lib/base/hash128.hpp"
#include "tools/verifier/records.hpp"

namespace verifier {
namespace {

class Image {
 public:
  std::uint64_t size() const { return bytes_.size(); }

  // Appends on a page of its own, and zeros to the end of the last page. -> offset
  std::uint64_t append(std::span<const std::byte> contents) {
    const std::uint64_t offset = bytes_.size();
    bytes_.insert(bytes_.end(), contents.begin(), contents.end());
    bytes_.resize((bytes_.size() + abi::page_size - 1) & ~(abi::page_size - 1));
    return offset;
  }
  void put(std::uint64_t offset, std::span<const std::byte> contents) {
    std::ranges::copy(contents, bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  base::Hash128 hash_from(std::uint64_t offset) const { return base::hash128(std::span(bytes_).subspan(offset)); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

template <typename T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

constexpr std::uint64_t whole_pages(std::uint64_t bytes) {
  return (bytes + abi::page_size - 1) & ~(abi::page_size - 1);
}

// Where something lies in the image.
struct Extent {
  std::uint64_t offset, size;
};

// Fills the regions of one slot after the other. What the slots have for themselves lies contiguous in memory.
class Regions {
 public:
  Regions(Image& image, Extent table, Extent archive) : image_(image), table_(table), archive_(archive) {}

  void fill(abi::SlotRecord& record, const Component& component) {
    const Manifest& manifest = component.manifest;
    constexpr std::uint64_t read_write = abi::right_read | abi::right_write;
    next_ = record.regions;
    for (const BinarySegment& segment : component.binary->segments) add_segment(segment);
    add_shared(abi::layout::table_base, table_);
    if (manifest.archive) add_shared(abi::layout::archive_base, archive_);
    *next_++ = {abi::layout::info_base, abi::page_size, 1, abi::RegionKind::information, 0, abi::right_read, 0, 0, {}};
    const std::uint64_t stack = manifest.stack.value;
    add_own(abi::layout::stack_base + abi::layout::stack_stride - stack, stack, read_write).pieces = record.threads;
    own_ += (manifest.threads.value - 1) * stack;
    if (manifest.vault.value)
      add_own(abi::layout::vault_base, manifest.vault.value, read_write).kind = abi::RegionKind::vault;
    if (manifest.dma.value) add_own(abi::layout::dma_base, manifest.dma.value, read_write);
  }
  // Bytes of all slots' own memory so far.
  std::uint64_t own() const { return own_; }

 private:
  // Read-only pages are mapped from the image itself, so that their last page is there in full.
  void add_segment(const BinarySegment& segment) {
    std::vector<std::byte> contents = segment.contents;
    if (!(segment.rights & abi::right_write)) {
      contents.resize(segment.memory_size);
      add_shared(segment.address, {image_.append(contents), segment.memory_size}).rights = segment.rights;
      return;
    }
    abi::Region& region = add_own(segment.address, segment.memory_size, segment.rights);
    const base::Hash128 hash = base::hash128(contents);
    region.contents = image_.append(contents);
    region.contents_size = contents.size();
    region.hash[0] = hash.low;
    region.hash[1] = hash.high;
  }
  abi::Region& add_shared(std::uint64_t address, Extent place) {
    *next_ = {address, whole_pages(place.size), 1, abi::RegionKind::image, place.offset, abi::right_read, 0, 0, {}};
    return *next_++;
  }
  abi::Region& add_own(std::uint64_t address, std::uint64_t size, std::uint64_t rights) {
    *next_ = {address, size, 1, abi::RegionKind::memory, own_, rights, 0, 0, {}};
    own_ += size;
    return *next_++;
  }

  Image& image_;
  Extent table_, archive_;
  abi::Region* next_ = nullptr;
  std::uint64_t own_ = 0;
};

std::vector<std::byte> system_table(const System& system, base::Hash128 build_id) {
  abi::SystemTable table = {};
  table.magic = abi::image_magic;
  table.build_id[0] = build_id.low;
  table.build_id[1] = build_id.high;
  table.component_count = static_cast<abi::u32>(system.components.size());
  table.component_record_size = sizeof(abi::ComponentRecord);
  std::vector<std::byte> bytes(std::from_range, bytes_of(table));
  for (const Component& component : system.components)
    bytes.append_range(bytes_of(component_record(system, component)));
  return bytes;
}

}  // namespace

std::vector<std::byte> make_image(const System& system, std::span<const std::byte> archive) {
  Image image;
  abi::ImageHeader header = {};
  image.append(bytes_of(header));
  SlotRecords records;
  std::vector<abi::SlotRecord> slots;
  for (const Component& component : system.components) slots.push_back(records.next(component));

  header.slot_offset = image.append(std::as_bytes(std::span(slots)));
  const auto table = system_table(system, {});
  const Extent table_place{image.append(table), table.size()};
  Regions regions(image, table_place, {image.append(archive), archive.size()});
  for (const Component& component : system.components) regions.fill(slots[component.slot], component);
  image.put(header.slot_offset, std::as_bytes(std::span(slots)));

  // The build identifier names everything but itself; the hash covers it too.
  const base::Hash128 build_id = image.hash_from(abi::page_size);
  image.put(table_place.offset, system_table(system, build_id));
  const base::Hash128 hash = image.hash_from(abi::page_size);

  header.magic = abi::image_magic;
  header.size = image.size();
  header.hash[0] = hash.low;
  header.hash[1] = hash.high;
  header.slot_count = static_cast<abi::u32>(slots.size());
  header.slot_record_size = sizeof(abi::SlotRecord);
  header.memory_size = regions.own();
  header.build_id[0] = build_id.low;
  header.build_id[1] = build_id.high;
  constexpr unsigned nobody = 0xff;
  header.reincarnation_slot = static_cast<abi::u8>(system.reincarnation.value_or(nobody));
  header.program_owner = static_cast<abi::u8>(system.program_owner.value_or(nobody));
  header.fault_server = static_cast<abi::u8>(system.fault_server.value_or(nobody));
  std::ranges::copy(system.call_server, header.call_server);
  image.put(0, bytes_of(header));
  return image.take();
}

void check_sizes(const System& system, std::uint64_t archive, Refusals& refusals) {
  constexpr std::uint64_t room = abi::layout::info_base - abi::layout::archive_base;
  static_assert(sizeof(abi::SystemTable) + abi::max_slots * sizeof(abi::ComponentRecord) <=
                abi::layout::archive_base - abi::layout::table_base);
  if (archive != 0 && std::ranges::none_of(system.components, [](const auto& c) { return c.manifest.archive; }))
    refusals.add("archive", system.components.front().manifest.at(0), "there is a boot archive, but nobody wants it",
                 "set archive = true in the file server's manifest, or leave out --archive");
  if (archive <= room) return;
  for (const Component& component : system.components)
    if (component.manifest.archive)
      refusals.add("archive", component.manifest.at(component.manifest.line),
                   std::format("the boot archive has {} MiB", archive >> 20),
                   std::format("at most {} MiB can be mapped: leave files out of its folder", room >> 20));
}

std::string build_id_text(std::span<const std::byte> image) {
  if (image.size() < sizeof(abi::ImageHeader)) return "";
  abi::ImageHeader header;
  std::memcpy(&header, image.data(), sizeof header);
  return std::format("{:016x}{:016x}", header.build_id[1], header.build_id[0]);
}

}  // namespace verifier
