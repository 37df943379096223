// SPDX-License-Identifier: BSD-2-Clause
// The loader on programs of this machine, and on the same programs broken at every byte that it looks at.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <random>
#include <vector>

#include "servers/process/exec/elf.hpp"
#include "servers/process/exec/script.hpp"
#include "servers/process/tests/sound.hpp"

namespace process {
namespace {

using Bytes = std::vector<std::byte>;

Bytes file(const char* path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  std::vector<char> text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

/// As exec does: the first page, then the headers wherever they are.
Result<elf::Executable> load(const Bytes& bytes) {
  const std::span<const std::byte> all(bytes);
  const auto start = all.first(std::min<std::size_t>(bytes.size(), page_size));
  const auto place = elf::find_headers(start);
  if (!place) return fail(place.error());
  if (place->offset > bytes.size() || place->length > bytes.size() - place->offset) return fail(Errno::not_executable);
  return elf::load(start, all.subspan(place->offset, place->length), bytes.size());
}

void check_sound(const elf::Executable& executable, u64 file_size) {
  ASSERT_EQ(elf::unsound(executable, file_size), "");
}

/// A small executable: headers, then one page of text and one of data.
struct Built {
  elf::Header header{};
  std::vector<elf::ProgramHeader> parts;
  u64 size = 3 * page_size;

  Built() {
    std::memcpy(header.magic,
                "\x7f"
                "ELF",
                4);
    header.format = 2;
    header.order = header.version = 1;
    header.type = 2;
    header.machine = 62;
    header.entry = 0x401010;
    header.program_headers = sizeof header;
    header.program_header_size = sizeof(elf::ProgramHeader);
    parts.push_back({1, 4, 0, 0x400000, 0, page_size, page_size, page_size});
    parts.push_back({1, 5, page_size, 0x401000, 0, 100, 100, page_size});
    parts.push_back({1, 6, 2 * page_size, 0x402000, 0, 100, 3000, page_size});
  }
  Bytes bytes() {
    header.program_header_count = static_cast<u16>(parts.size());
    Bytes result(size);
    std::memcpy(result.data(), &header, sizeof header);
    std::memcpy(result.data() + sizeof header, parts.data(), parts.size() * sizeof parts[0]);
    return result;
  }
};

TEST(Elf, LoadsAStaticProgram) {
  const Bytes bytes = file("/bin/busybox");
  const auto loaded = load(bytes);
  ASSERT_TRUE(loaded);
  check_sound(*loaded, bytes.size());
  EXPECT_EQ(loaded->interpreter_length, 0u);
  EXPECT_NE(loaded->headers, 0u);
  EXPECT_FALSE(loaded->relocatable);
}

TEST(Elf, LoadsADynamicProgramAndItsInterpreter) {
  const Bytes bytes = file("/bin/ls");
  const auto loaded = load(bytes);
  ASSERT_TRUE(loaded);
  check_sound(*loaded, bytes.size());
  EXPECT_TRUE(loaded->relocatable);
  EXPECT_STREQ(reinterpret_cast<const char*>(bytes.data() + loaded->interpreter_offset), "/lib64/ld-linux-x86-64.so.2");
  const Bytes interpreter = file("/lib64/ld-linux-x86-64.so.2");
  const auto second = load(interpreter);
  ASSERT_TRUE(second);
  check_sound(*second, interpreter.size());
}

TEST(Elf, LoadsWhatIsBuilt) {
  Built built;
  const auto loaded = load(built.bytes());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->segment_count, 3u);
  EXPECT_EQ(loaded->data_end, 0x402000u + 3000);
  EXPECT_EQ(loaded->headers, 0x400000u + sizeof(elf::Header));
  EXPECT_EQ(loaded->entry, 0x401010u);
}

struct Break {
  const char* what;
  void (*change)(Built&);
};

class Broken : public testing::TestWithParam<Break> {};

TEST_P(Broken, IsNotExecutable) {
  Built built;
  GetParam().change(built);
  const auto loaded = load(built.bytes());
  ASSERT_FALSE(loaded) << GetParam().what;
  EXPECT_EQ(loaded.error(), Errno::not_executable);
}

INSTANTIATE_TEST_SUITE_P(
    Elf, Broken,
    testing::Values(
        Break{"magic", [](Built& b) { b.header.magic[1] = 'e'; }},
        Break{"32 bits", [](Built& b) { b.header.format = 1; }},
        Break{"big-endian", [](Built& b) { b.header.order = 2; }},
        Break{"an object file", [](Built& b) { b.header.type = 1; }},
        Break{"a core", [](Built& b) { b.header.type = 4; }},
        Break{"another machine", [](Built& b) { b.header.machine = 183; }},
        Break{"header size", [](Built& b) { b.header.program_header_size = 57; }},
        Break{"no headers", [](Built& b) { b.parts.clear(); }},
        Break{"too many headers", [](Built& b) { b.parts.resize(65); }},
        Break{"header cut off",
              [](Built& b) {
                b.size = 64 + 3 * 56;
                b.header.program_headers = 65;
              }},
        Break{"huge memory", [](Built& b) { b.parts[2].memory_size = u64{1} << 47; }},
        Break{"headers beyond the end", [](Built& b) { b.header.program_headers = b.size - 10; }},
        Break{"headers wrap around", [](Built& b) { b.header.program_headers = ~u64{0} - 10; }},
        Break{"nothing to load",
              [](Built& b) {
                for (auto& p : b.parts) p.type = 4;
              }},
        Break{"more file than memory", [](Built& b) { b.parts[1].memory_size = 99; }},
        Break{"beyond the file", [](Built& b) { b.parts[2].file_size = b.parts[2].memory_size = 2 * page_size; }},
        Break{"file offset wraps", [](Built& b) { b.parts[2].offset = ~u64{0} - page_size + 1; }},
        Break{"address and offset disagree", [](Built& b) { b.parts[1].address += 8; }},
        Break{"beyond user addresses", [](Built& b) { b.parts[2].address = 0x7fff'ffff'f000; }},
        Break{"memory wraps around", [](Built& b) { b.parts[2].memory_size = ~u64{0} - 0x402000; }},
        Break{"writable and executable", [](Built& b) { b.parts[1].flags = 7; }},
        Break{"parts overlap", [](Built& b) { b.parts[2].address = 0x401000; }},
        Break{"parts out of order", [](Built& b) { std::swap(b.parts[1], b.parts[2]); }},
        Break{"page 0", [](Built& b) { b.parts[0].address = 0; }},
        Break{"entry in data", [](Built& b) { b.header.entry = 0x402000; }},
        Break{"entry nowhere", [](Built& b) { b.header.entry = 0; }},
        Break{"interpreter beyond the file", [](Built& b) { b.parts.push_back({3, 4, b.size - 3, 0, 0, 10, 10, 1}); }},
        Break{"interpreter without end", [](Built& b) { b.parts.push_back({3, 4, 0, 0, 0, 1, 1, 1}); }},
        Break{"too many parts", [](Built& b) {
                for (u64 i = 0; i < 20; ++i)
                  b.parts.push_back({1, 4, 0, 0x500000 + i * page_size, 0, 10, 10, page_size});
              }}));

/// The judge of the tests below, and of the fuzzer, tells each fault that the loader must not let through.
TEST(Elf, WhatIsUnsoundIsSeen) {
  Built built;
  const auto loaded = load(built.bytes());
  ASSERT_TRUE(loaded);
  struct Plant {
    const char* what;
    void (*change)(elf::Executable&);
  };
  static constexpr Plant plants[] = {
      {"number of parts", [](elf::Executable& e) { e.segment_count = 0; }},
      {"parts overlap", [](elf::Executable& e) { e.segments[1].address = e.segments[0].address; }},
      {"length", [](elf::Executable& e) { e.segments[1].length = 0; }},
      {"beyond user addresses", [](elf::Executable& e) { e.segments[2].address = ~u64{0} / page_size * page_size; }},
      {"more file than memory", [](elf::Executable& e) { e.segments[1].file_length = 101; }},
      {"beyond the file", [](elf::Executable& e) { e.segments[1].offset += 9 * page_size; }},
      {"address and offset disagree", [](elf::Executable& e) { e.segments[1].offset += 1; }},
      {"writable and executable", [](elf::Executable& e) { e.segments[1].rights = 7; }},
      {"bounds", [](elf::Executable& e) { e.end += page_size; }},
      {"end of the data", [](elf::Executable& e) { e.data_end = e.end + 1; }},
      {"entry", [](elf::Executable& e) { e.entry = 0x402000; }},
      {"interpreter's length", [](elf::Executable& e) { e.interpreter_length = 4097; }},
      {"interpreter beyond the file", [](elf::Executable& e) { e.interpreter_offset = ~u64{0}; }},
  };
  for (const Plant& plant : plants) {
    elf::Executable changed = *loaded;
    plant.change(changed);
    EXPECT_EQ(elf::unsound(changed, built.size), plant.what);
  }
}

TEST(Elf, ShortFilesAreRefused) {
  const Bytes whole = Built().bytes();
  for (std::size_t size = 0; size < 64 + 3 * 56; ++size)
    EXPECT_FALSE(load(Bytes(whole.begin(), whole.begin() + static_cast<long>(size))));
}

TEST(Elf, IsSoundWhateverBytesAreBroken) {
  const Bytes whole = Built().bytes();
  std::mt19937 random(1);
  unsigned accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    Bytes bytes = whole;
    for (unsigned count = 1 + random() % 4; count != 0; --count)
      bytes[random() % (64 + 3 * 56)] = static_cast<std::byte>(random() % 3 == 0 ? 0xff : random());
    const auto loaded = load(bytes);
    if (!loaded) continue;
    ++accepted;
    ASSERT_NO_FATAL_FAILURE(check_sound(*loaded, bytes.size()));
  }
  EXPECT_GT(accepted, 1000u);
}

std::span<const std::byte> text(std::string_view line) {
  return {reinterpret_cast<const std::byte*>(line.data()), line.size()};
}

TEST(Scripts, NameTheirInterpreter) {
  const auto plain = parse_script(text("#!/bin/sh\necho"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->interpreter, "/bin/sh");
  EXPECT_EQ(plain->argument, "");
  const auto argument = parse_script(text("#! \t/usr/bin/env  python3 -u \t\n"));
  ASSERT_TRUE(argument);
  EXPECT_EQ(argument->interpreter, "/usr/bin/env");
  EXPECT_EQ(argument->argument, "python3 -u");
  EXPECT_TRUE(parse_script(text("#!/bin/sh"))) << "a file that ends there";
}

TEST(Scripts, WithoutInterpreterAreRefused) {
  EXPECT_FALSE(parse_script(text("")));
  EXPECT_FALSE(parse_script(text("#")));
  EXPECT_FALSE(parse_script(text("#!\n/bin/sh")));
  EXPECT_FALSE(parse_script(text("#! \t \n")));
  const std::string longer = "#!/" + std::string(300, 'x') + "\n";
  EXPECT_FALSE(parse_script(text(longer))) << "its name would be cut";
  const std::string argument = "#!/bin/sh " + std::string(300, 'x') + "\n";
  ASSERT_TRUE(parse_script(text(argument)));
  EXPECT_EQ(parse_script(text(argument))->argument.size(), 256 - 10u);
}

}  // namespace
}  // namespace process
