// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "abi/calls.hpp"
#include "abi/component.hpp"
#include "abi/layout.hpp"
#include "lib/base/hash128.hpp"
#include "tools/verifier/graph.hpp"
#include "tools/verifier/image.hpp"
#include "tools/verifier/memory.hpp"
#include "tools/verifier/tests/elf_file.hpp"
#include "tools/verifier/tests/fixture.hpp"

namespace verifier::test {
namespace {

template <typename T>
T at(std::span<const std::byte> image, std::uint64_t offset) {
  T value;
  EXPECT_LE(offset + sizeof value, image.size());
  std::memcpy(&value, image.data() + offset, sizeof value);
  return value;
}

// A driver that uses every part of the records, a server above it, and store.
System example() {
  System system =
      system_of({component("driver", 3, R"(threads = 2
stack = "8K"
vault = "8K"
dma = "16K"
frames = 7
archive = true
budget = 30
heartbeat_ms = 200
loop_ms = 300
hang_ms = 4000
windows = [3, 5]
calls = ["dma_pin", "dma_unpin"]
export = [{ name = "/plain", contract = "plain" }, { name = "/keys", contract = "keys" }]
import = [{ name = "/pci", contract = "pci", lanes = 3 }, { name = "/store", contract = "store" }]
device = [{ vendor = 0x1af4, device = 0x1042 }, { class = 0x010802 }]
ports = [{ first = 0x3f8, count = 8 }, { first = 0x2f8, count = 4 }]
interrupt = [{ kind = "message" }, { kind = "line", line = 4, level = true, active_low = true }]
)"),
                 component("pci", 1,
                           "windows = [2]\ncalls = [\"device_bind\", \"irq_bind\", \"processor_start\"]\n"
                           "[[export]]\nname = \"/pci\"\ncontract = \"pci\"\n"),
                 component("server", 5,
                           "policy = \"never\"\nimport = [{ name = \"/keys\", contract = \"keys\" }, { name = "
                           "\"/store\", contract = \"store\" }]"),
                 component("store", 0, "export = [{ name = \"/store\", contract = \"store\" }]")});
  Refusals refusals;
  for (Component& component : system.components)
    component.binary = read_binary(component.name(), ElfFile().bytes(), refusals);
  EXPECT_TRUE(refusals.empty());
  return system;
}

std::vector<std::byte> archive_bytes() { return std::vector<std::byte>(5000, std::byte{0x5a}); }

TEST(Image, Header) {
  const auto image = make_image(example(), archive_bytes());
  const auto header = at<abi::ImageHeader>(image, 0);
  EXPECT_EQ(header.magic, abi::image_magic);
  EXPECT_EQ(header.size, image.size());
  EXPECT_EQ(image.size() % abi::page_size, 0u);
  EXPECT_EQ(header.slot_count, 4u);
  EXPECT_EQ(header.slot_record_size, sizeof(abi::SlotRecord));
  const base::Hash128 hash = base::hash128(std::span(image).subspan(abi::page_size));
  EXPECT_EQ(header.hash[0], hash.low);
  EXPECT_EQ(header.hash[1], hash.high);
  EXPECT_EQ(header.slot_offset, abi::page_size);
  EXPECT_EQ(header.reincarnation_slot, 0xff);
  EXPECT_EQ(header.program_owner, 0xff);
  EXPECT_EQ(header.fault_server, 0xff);
}

TEST(Image, SlotRecords) {
  const auto image = make_image(example(), {});
  const auto header = at<abi::ImageHeader>(image, 0);
  const auto record = at<abi::SlotRecord>(image, header.slot_offset);
  EXPECT_STREQ(record.name, "driver");
  EXPECT_EQ(record.entry, 0x4000'1000u);
  EXPECT_EQ(record.call_slots, 1u << 1 | 1u << 3);
  EXPECT_EQ(record.kernel_calls >> static_cast<unsigned>(abi::Call::dma_pin) & 3, 3u);
  EXPECT_EQ(record.notify_events[2], 3u << 8);
  EXPECT_EQ(record.frame_quota, 7u + 4 + 2 * 2);  // tables of its window of frames, and of two devices' windows
  EXPECT_EQ(record.frame_percent, 0);
  EXPECT_EQ(record.ports[1].first, 0x2f8);
  EXPECT_EQ(record.ports[1].count, 4);
  EXPECT_EQ(record.interrupts[0].vector, abi::vector_message);
  EXPECT_EQ(record.interrupts[0].event, 8);
  EXPECT_EQ(record.interrupts[1].vector, abi::vector_line + 4);
  EXPECT_EQ(record.interrupts[1].event, 9);
  EXPECT_EQ(record.interrupts[1].flags, 3);
  EXPECT_EQ(record.interrupts[2].vector, 0);
  EXPECT_EQ(record.window_pages[0], 3u);
  EXPECT_EQ(record.window_pages[1], 5u);
  EXPECT_EQ(record.rank, 3);
  EXPECT_EQ(record.threads, 2);
  EXPECT_EQ(record.dma_index, 0);
  EXPECT_EQ(record.budget_percent, 30);
}

abi::Region region_at(std::span<const std::byte> image, unsigned slot, std::uint64_t address) {
  const auto header = at<abi::ImageHeader>(image, 0);
  const auto record = at<abi::SlotRecord>(image, header.slot_offset + slot * sizeof(abi::SlotRecord));
  for (const abi::Region& region : record.regions)
    if (region.pieces && region.address == address) return region;
  return {};
}

TEST(Image, Segments) {
  const auto image = make_image(example(), {});
  for (unsigned slot = 0; slot < 4; ++slot) {
    const abi::Region constants = region_at(image, slot, 0x4000'0000), data = region_at(image, slot, 0x4000'2000);
    EXPECT_EQ(constants.offset % abi::page_size, 0u);
    EXPECT_EQ(constants.kind, abi::RegionKind::image);  // mapped from the image: all of its pages are there
    EXPECT_EQ(constants.size, 0x1000u);
    EXPECT_EQ(constants.contents_size, 0u);
    EXPECT_EQ(constants.hash[0] | constants.hash[1], 0u);
    EXPECT_EQ(image[constants.offset + 0x122], ElfFile().contents[0x122]);
    EXPECT_EQ(image[constants.offset + 0x123], std::byte{0});
    EXPECT_EQ(region_at(image, slot, 0x4000'1000).rights, abi::right_read | abi::right_execute);
    EXPECT_EQ(data.kind, abi::RegionKind::memory);
    EXPECT_EQ(data.rights, abi::right_read | abi::right_write);
    EXPECT_EQ(data.size, 0x4000u);
    EXPECT_EQ(data.contents_size, 0x30u);
    const auto hash = base::hash128(std::span(image).subspan(data.contents, data.contents_size));
    EXPECT_EQ(data.hash[0], hash.low);
    EXPECT_EQ(data.hash[1], hash.high);
  }
}

// Nobody's memory is anybody else's.
TEST(Image, OwnMemoryIsGivenOutOnce) {
  const auto image = make_image(example(), archive_bytes());
  const auto header = at<abi::ImageHeader>(image, 0);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> given;
  for (unsigned slot = 0; slot < header.slot_count; ++slot) {
    const auto record = at<abi::SlotRecord>(image, header.slot_offset + slot * sizeof(abi::SlotRecord));
    for (const abi::Region& region : record.regions) {
      const bool own = region.kind == abi::RegionKind::memory || region.kind == abi::RegionKind::vault;
      if (region.pieces && own) given.emplace_back(region.offset, region.offset + region.size * region.pieces);
      EXPECT_TRUE(own || !(region.rights & abi::right_write));
    }
  }
  std::ranges::sort(given);
  std::uint64_t end = 0;
  for (const auto& [from, to] : given) {
    EXPECT_EQ(from, end);
    end = to;
  }
  EXPECT_EQ(header.memory_size, end);
}

TEST(Image, Regions) {
  const auto image = make_image(example(), archive_bytes());
  const abi::Region stacks = region_at(image, 0, abi::layout::stack_base + abi::layout::stack_stride - 8192);
  EXPECT_EQ(stacks.size, 8192u);
  EXPECT_EQ(stacks.pieces, 2u);
  EXPECT_EQ(stacks.kind, abi::RegionKind::memory);
  EXPECT_EQ(region_at(image, 0, abi::layout::vault_base).size, 8192u);
  EXPECT_EQ(region_at(image, 0, abi::layout::vault_base).kind, abi::RegionKind::vault);
  EXPECT_EQ(region_at(image, 0, abi::layout::dma_base).size, 16384u);
  EXPECT_EQ(region_at(image, 0, abi::layout::info_base).kind, abi::RegionKind::information);
  const abi::Region archive = region_at(image, 0, abi::layout::archive_base);
  EXPECT_EQ(archive.size, 8192u);
  EXPECT_EQ(archive.rights, abi::right_read);
  EXPECT_EQ(image[archive.offset], std::byte{0x5a});
  EXPECT_EQ(image[archive.offset + 5000], std::byte{0});
  EXPECT_EQ(region_at(image, 1, abi::layout::archive_base).pieces, 0u);  // pci did not ask for it
}

TEST(Image, SystemTable) {
  const auto image = make_image(example(), {});
  const auto header = at<abi::ImageHeader>(image, 0);
  const abi::Region place = region_at(image, 0, abi::layout::table_base);
  const auto table = at<abi::SystemTable>(image, place.offset);
  EXPECT_EQ(table.magic, abi::image_magic);
  EXPECT_EQ(table.component_count, 4u);
  EXPECT_EQ(table.component_record_size, sizeof(abi::ComponentRecord));
  EXPECT_GE(place.size, sizeof table + 4 * sizeof(abi::ComponentRecord));
  EXPECT_TRUE(std::ranges::equal(table.build_id, header.build_id));
  const auto record = [&](unsigned slot) {
    return at<abi::ComponentRecord>(image, place.offset + sizeof table + slot * sizeof(abi::ComponentRecord));
  };
  const auto driver = record(0), server = record(2);
  EXPECT_STREQ(driver.name, "driver");
  EXPECT_EQ(driver.rank, 3);
  EXPECT_EQ(driver.threads, 2);
  EXPECT_EQ(driver.policy, abi::RestartPolicy::restart);
  EXPECT_EQ(server.policy, abi::RestartPolicy::never);
  EXPECT_EQ(driver.import_count, 2);
  EXPECT_EQ(driver.export_count, 2);
  EXPECT_EQ(driver.interrupt_count, 2);
  EXPECT_EQ(driver.restart_event, 10);
  EXPECT_EQ(driver.heartbeat_ms, 200u);
  EXPECT_EQ(driver.loop_ms, 300u);
  EXPECT_EQ(driver.hang_ms, 4000u);
  EXPECT_EQ(driver.spare_slot, 0xffff'ffffu);
  EXPECT_EQ(driver.vault_size, 8192u);
  EXPECT_EQ(driver.dma_size, 16384u);
  EXPECT_EQ(driver.inject_entry[4], 0x4000'1014u);
  EXPECT_EQ(driver.devices[0].vendor, 0x1af4);
  EXPECT_EQ(driver.devices[0].class_code, 0xffff'ffffu);
  EXPECT_EQ(driver.devices[1].vendor, 0xffff);
  EXPECT_EQ(driver.devices[1].class_code, 0x010802u);
  EXPECT_EQ(driver.devices[2].vendor, 0xffff);
  EXPECT_STREQ(driver.imports[0].name, "/pci");
  EXPECT_STREQ(driver.imports[0].contract, "pci");
  EXPECT_EQ(driver.imports[0].exporter, 1);
  EXPECT_EQ(driver.imports[0].lanes, 3);
  EXPECT_STREQ(driver.exports[1].name, "/keys");
  EXPECT_EQ(driver.exports[1].version, 1u);
  EXPECT_EQ(server.slot, 2);
  EXPECT_EQ(server.imports[0].exporter, 0);
  EXPECT_EQ(server.imports[0].export_index, 1);
  EXPECT_EQ(server.imports[0].event_base, 8);
  EXPECT_EQ(server.imports[0].events, 2);
  EXPECT_EQ(server.restart_event, 10);
}

TEST(Image, SameInputSameBytes) {
  const auto image = make_image(example(), archive_bytes());
  EXPECT_EQ(image, make_image(example(), archive_bytes()));
  System other = example();
  other.components[2].binary->segments[1].contents[3] ^= std::byte{1};
  const auto changed = make_image(other, archive_bytes());
  EXPECT_NE(build_id_text(image), build_id_text(changed));
  EXPECT_EQ(build_id_text(image).size(), 32u);
  EXPECT_EQ(build_id_text({}), "");
}

TEST(Image, ArchivesFitTheirPlace) {
  Refusals refusals;
  check_sizes(example(), (std::uint64_t{111} << 20), refusals);
  EXPECT_TRUE(refusals.empty());
  check_sizes(example(), (std::uint64_t{112} << 20), refusals);
  ASSERT_EQ(refusals.all().size(), 1u);
  EXPECT_EQ(to_string(refusals.all()[0]), refusal("driver.toml:1", "the boot archive has 112 MiB", "archive",
                                                  "at most 111 MiB can be mapped: leave files out of its folder"));
}

TEST(Image, ArchivesAreForSomebody) {
  System system = example();
  system.components[0].manifest.archive = false;
  Refusals refusals;
  check_sizes(system, 0, refusals);
  EXPECT_TRUE(refusals.empty());
  check_sizes(system, 1, refusals);
  ASSERT_EQ(refusals.all().size(), 1u);
  EXPECT_EQ(to_string(refusals.all()[0]),
            refusal("driver.toml", "there is a boot archive, but nobody wants it", "archive",
                    "set archive = true in the file server's manifest, or leave out --archive"));
}

TEST(Memory, IsReservedForAll) {
  const System system = example();
  const MemoryUse use = measure(system, 1 << 20, 0, {});
  const ComponentMemory& driver = use.components[0];
  EXPECT_EQ(driver.data, 0x4000u);
  EXPECT_EQ(driver.stacks, 2u * 8192);
  EXPECT_EQ(driver.vault, 8192u);
  EXPECT_EQ(driver.dma, 16384u);
  EXPECT_EQ(driver.frames, 7u * 4096);
  // Three upper tables; image, system table, information page, stacks, vault, DMA and two windows; the frames' window;
  // a frame for each thread.
  EXPECT_EQ(driver.tables, (3u + 8 + 2 + 7 + 2) * 4096);
  std::uint64_t sum = firmware_memory + kernel_memory + (1 << 20);
  for (const ComponentMemory& component : use.components) sum += component.sum();
  EXPECT_EQ(use.reserved(), sum);
}

TEST(Memory, Suffices) {
  System system = example();
  Refusals refusals;
  check_memory(system, measure(system, 1 << 20, 0, {}), refusals);
  EXPECT_TRUE(refusals.empty());
  system.components[2].manifest.vault.value = std::uint64_t{50} << 20;
  system.runs_programs = true;
  check_memory(system, measure(system, 1 << 20, 0, {}), refusals);
  ASSERT_EQ(refusals.all().size(), 1u);
  EXPECT_EQ(to_string(refusals.all()[0]),
            refusal("server.toml:1",
                    "the system reserves 60.5 MiB (kernel 8.0 MiB, image 1.0 MiB, components 50.5 MiB) and owes "
                    "programs 16.0 MiB, but the machine has 64.0 MiB",
                    "memory", "\"server\" takes most, 50.2 MiB: lower its sizes, or give the machine more memory"));
  Refusals larger;
  check_memory(system, measure(system, 1 << 20, 0, {.memory = std::uint64_t{80} << 20}), larger);
  EXPECT_TRUE(larger.empty());
}

TEST(Memory, OfTheKernel) {
  Refusals refusals;
  ElfFile file;
  for (Elf64_Phdr& program : file.programs) program.p_paddr = program.p_vaddr - 0x4000'0000 + 0x10'0000;
  EXPECT_EQ(kernel_size("kernel.elf", file.bytes(), refusals), 0x5010u);
  EXPECT_TRUE(refusals.empty());
  kernel_size("kernel.elf", {}, refusals);
  EXPECT_EQ(to_string(refusals.all().at(0)),
            refusal("kernel.elf", "this is no kernel", "elf", "build kernel.elf, or leave out --kernel"));
}

TEST(Graph, Text) {
  EXPECT_EQ(text_graph(example()), R"(rank 5
  server (slot 2): 1 thread
      calls     driver at /keys as keys, 1 lanes, hears 2 events
      calls     store at /store as store, 1 lanes
rank 3
  driver (slot 0): 2 threads, vault 8K, dma 16K, frames 7
      exports   /plain as plain
      exports   /keys as keys
      calls     pci at /pci as pci, 3 lanes
      calls     store at /store as store, 2 lanes
      device    1af4:1042
      device    any class 010802
      interrupt message
      interrupt line 4
      ports     0x3f8-0x3ff
      ports     0x2f8-0x2fb
      kernel    dma_pin dma_unpin
rank 1
  pci (slot 1): 1 thread
      exports   /pci as pci
      kernel    device_bind irq_bind processor_start
rank 0
  store (slot 3): 1 thread
      exports   /store as store
)");
}

TEST(Graph, Dot) {
  const std::string dot = dot_graph(example());
  EXPECT_TRUE(dot.starts_with("digraph bulkhead {\n"));
  EXPECT_NE(dot.find("\"server\" -> \"driver\" [label=\"keys\"];"), std::string::npos);
  EXPECT_NE(dot.find("\"driver\" [label=\"driver\\n1af4:1042\\nany class 010802\\nports 0x3f8-0x3ff"),
            std::string::npos);
  EXPECT_NE(dot.find("{ rank=same; \"driver\"; }"), std::string::npos);
}

TEST(Graph, Description) {
  const auto json = nlohmann::json::parse(description(example(), "abc"));
  EXPECT_EQ(json["build_id"], "abc");
  EXPECT_EQ(json["components"][2]["name"], "server");
  EXPECT_EQ(json["components"][2]["slot"], 2);
  EXPECT_EQ(json["components"][2]["imports"][0]["exporter"], 0);
  EXPECT_EQ(json["components"][0]["exports"][1]["name"], "/keys");
}

}  // namespace
}  // namespace verifier::test
