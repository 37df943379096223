// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/contract/lend.hpp"

namespace contract {

/// `lend read<T>`, `lend write<T>`: a whole number of structures, without gaps.
template <class T>
class LendOf : public Lend {
 public:
  constexpr LendOf() = default;
  explicit constexpr LendOf(const Lend& lend) : Lend(lend) {}

  static LendOf reading(std::span<const T> memory) { return LendOf(Lend::reading(std::as_bytes(memory))); }
  static LendOf reading(const T& one) { return reading(std::span(&one, 1)); }
  static LendOf writing(std::span<T> memory) { return LendOf(Lend::writing(std::as_writable_bytes(memory))); }
  static LendOf writing(T& one) { return writing(std::span(&one, 1)); }

  std::size_t count() const { return length() / sizeof(T); }

  /// Copies structures from number `first` on. Enums and bools in them are checked: one that is out of range is
  /// `CopyError::invalid`, and `to` must not be used.
  std::expected<std::size_t, CopyError> read(std::size_t first, std::span<T> to) const {
    const auto bytes = std::as_writable_bytes(to);
    const auto done = copy_in(u64{first} * sizeof(T), bytes);
    if (!done) return done;
    for (std::size_t offset = 0; offset < bytes.size(); offset += sizeof(T)) {
      if (T::check(bytes.data() + offset) != Violation::none) return std::unexpected(CopyError::invalid);
    }
    return to.size();
  }
  std::expected<std::size_t, CopyError> write(std::size_t first, std::span<const T> from) const {
    const auto done = copy_out(u64{first} * sizeof(T), std::as_bytes(from));
    if (!done) return done;
    return from.size();
  }
};

}  // namespace contract
