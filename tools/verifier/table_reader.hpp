// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <set>

#include "tools/verifier/manifest.hpp"
#include "tools/verifier/toml.hpp"

namespace verifier {

/// Bytes of "64K" or "2M": digits and a binary unit, nothing else.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// Takes values out of one TOML table: each by name, type and range, with a refusal for what does not fit. `finish`
/// refuses the keys that nobody asked for.
class TableReader {
 public:
  /// `where` is what a refusal calls the table: "the manifest", "[[import]]".
  TableReader(const toml::table& table, std::string path, std::string where, Refusals& refusals);

  std::optional<Located<std::string>> text(const char* key);
  std::optional<Located<std::uint64_t>> number(const char* key, std::uint64_t low, std::uint64_t high);
  /// Bytes, in whole pages: a number, or text such as "64K" or "2M".
  std::optional<Located<std::uint64_t>> size(const char* key, std::uint64_t low, std::uint64_t high);
  std::optional<Located<bool>> flag(const char* key);
  /// A number of frames, or text such as "40%".
  std::optional<Located<Frames>> frames(const char* key);
  std::vector<Located<std::string>> texts(const char* key);
  std::vector<Located<std::uint64_t>> numbers(const char* key, std::uint64_t low, std::uint64_t high);
  /// Each table of the array `key`, in order; more than `most` of them is refused.
  void tables(const char* key, std::size_t most, const std::function<void(TableReader&)>& read);

  std::string required_text(const char* key);
  Located<std::uint64_t> required_number(const char* key, std::uint64_t low, std::uint64_t high);
  void finish();

  unsigned line() const { return line_; }
  void refuse(std::string_view rule, unsigned line, std::string what, std::string mend);

 private:
  const toml::node* find(const char* key);
  void wrong_type(const char* key, const toml::node& node, std::string_view wanted);
  bool in_range(const char* key, unsigned line, std::uint64_t value, std::uint64_t low, std::uint64_t high);
  std::optional<std::uint64_t> whole(const char* key, const toml::node& node);

  const toml::table& table_;
  std::string path_, where_;
  Refusals& refusals_;
  std::set<std::string, std::less<>> known_;
  unsigned line_;
};

}  // namespace verifier
