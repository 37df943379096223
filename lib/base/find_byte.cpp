// SPDX-License-Identifier: BSD-2-Clause
// memchr, which libc++'s string_view::find stands on.
#include <cstddef>
#include <cstdint>

extern "C" __attribute__((no_builtin("memchr"))) void* memchr(const void* memory, int value, std::size_t count) {
  using Word [[gnu::may_alias, gnu::aligned(1)]] = std::uint64_t;
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101, tops = ones << 7;
  const auto wanted = static_cast<unsigned char>(value);
  auto at = static_cast<const unsigned char*>(memory);
  // A byte of the difference is zero where the wanted one is; then its top bit is set below.
  for (; count >= sizeof(Word); count -= sizeof(Word), at += sizeof(Word)) {
    const std::uint64_t difference = *reinterpret_cast<const Word*>(at) ^ (ones * wanted);
    if (((difference - ones) & ~difference & tops) != 0) break;
  }
  for (; count != 0; --count, ++at)
    if (*at == wanted) return const_cast<unsigned char*>(at);
  return nullptr;
}
