// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace privileges {

/// One thing that one component may do: "uart16550", "port", "0x3f8".
struct Privilege {
  std::string component;
  std::string kind;
  std::string object;
  bool operator==(const Privilege&) const = default;
};

/// A system image in memory, as abi/slot.hpp lays it out.
class Image {
 public:
  /// Ends the program where these bytes are no image.
  explicit Image(std::vector<std::byte> bytes);

  /// All that the slot table grants beyond what every component has.
  std::vector<Privilege> list() const;
  /// Takes one away and makes the checksum right again; false: nobody has it.
  bool strip(const Privilege& privilege);
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace privileges
