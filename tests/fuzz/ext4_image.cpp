// SPDX-License-Identifier: BSD-2-Clause
// Images that anybody may have made: the input changes bytes of the metadata of a populated image without checksums,
// and whatever can be reached is then read and changed. The answers may be anything; they have to come.
#include <cstdint>
#include <cstring>
#include <set>

#include "servers/ext4/tests/exercise.hpp"

namespace {

using namespace ext4;
using namespace ext4::testing;

struct Base {
  SparseImage image;
  std::vector<PhysicalBlock> metadata;
};

const Base& base() {
  static const Base made = [] {
    Mounted disk(make_image(16, "-N 2000 -O ^metadata_csum"));
    std::set<std::uint64_t> written{0, 1};
    disk.device.written = &written;
    populate(disk);
    Base result{.image = disk.device.content(), .metadata = {}};
    for (const std::uint64_t block : written) result.metadata.push_back(PhysicalBlock{block});
    return result;
  }();
  return made;
}

/// One change: a byte of a metadata block, or, with `copy`, the whole of another one in its place.
struct Change {
  std::uint8_t block;
  std::uint8_t copy;  // below 250: none
  std::uint16_t offset;
  std::uint8_t value;
};
constexpr std::size_t change_bytes = 5;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SparseImage image = base().image;
  const auto& metadata = base().metadata;
  for (std::size_t at = 0; at + change_bytes <= size; at += change_bytes) {
    const Change change{.block = data[at],
                        .copy = data[at + 1],
                        .offset = static_cast<std::uint16_t>((data[at + 2] | data[at + 3] << 8) % block_size),
                        .value = data[at + 4]};
    const auto to = image.write(metadata[change.block % metadata.size()]);
    if (change.copy >= 250)
      std::memcpy(to.data(), base().image.read(metadata[change.value % metadata.size()]).data(), block_size);
    else
      to[change.offset] = static_cast<std::byte>(change.value);
  }
  Mounted disk(std::move(image));
  if (!disk.state) return 0;
  exercise(disk.fs, static_cast<std::uint32_t>(size), 600);
  (void)disk->unmount(disk.now());
  return 0;
}
