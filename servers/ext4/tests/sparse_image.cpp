// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/tests/sparse_image.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace ext4::testing {
namespace {

constexpr std::array<std::byte, block_size> zeroes{};

class File {
 public:
  File(const std::filesystem::path& path, int flags) : descriptor_{open(path.c_str(), flags, 0600)} {
    if (descriptor_ < 0) throw std::runtime_error("cannot open " + path.string());
  }
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int operator*() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

SparseImage SparseImage::load(const std::filesystem::path& path) {
  const File file(path, O_RDONLY);
  SparseImage image(std::filesystem::file_size(path) / block_size);
  for (off_t at = 0; (at = lseek(*file, at, SEEK_DATA)) >= 0;) {
    const off_t end = lseek(*file, at, SEEK_HOLE);
    for (at = at / block_size * block_size; at < end; at += block_size) {
      std::array<std::byte, block_size> bytes;
      if (pread(*file, bytes.data(), block_size, at) != block_size) throw std::runtime_error("short read");
      const PhysicalBlock number{static_cast<std::uint64_t>(at) / block_size};
      if (bytes != zeroes) std::ranges::copy(bytes, image.write(number).begin());
    }
  }
  return image;
}

void SparseImage::save(const std::filesystem::path& path) const {
  const File file(path, O_WRONLY | O_CREAT | O_TRUNC);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i] == nullptr || blocks_[i]->bytes == zeroes) continue;
    const auto offset = static_cast<off_t>(i * block_size);
    if (pwrite(*file, blocks_[i]->bytes.data(), block_size, offset) != block_size)
      throw std::runtime_error("short write");
  }
  if (ftruncate(*file, static_cast<off_t>(blocks_.size() * block_size)) != 0) throw std::runtime_error("ftruncate");
}

std::span<const std::byte, block_size> SparseImage::read(PhysicalBlock number) const {
  const auto& block = blocks_.at(number.value);
  return block == nullptr ? std::span(zeroes) : std::span<const std::byte, block_size>(block->bytes);
}

std::span<std::byte, block_size> SparseImage::write(PhysicalBlock number) {
  auto& block = blocks_.at(number.value);
  if (block == nullptr) block = std::make_shared<Content>();
  if (block.use_count() != 1) block = std::make_shared<Content>(*block);
  return block->bytes;
}

std::vector<PhysicalBlock> SparseImage::used() const {
  std::vector<PhysicalBlock> numbers;
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    if (blocks_[i] != nullptr && blocks_[i]->bytes != zeroes) numbers.push_back(PhysicalBlock{i});
  return numbers;
}

bool operator==(const SparseImage& a, const SparseImage& b) {
  if (a.block_count() != b.block_count()) return false;
  for (PhysicalBlock i{0}; i.value < a.block_count(); ++i)
    if (a.blocks_[i.value] != b.blocks_[i.value] && !std::ranges::equal(a.read(i), b.read(i))) return false;
  return true;
}

}  // namespace ext4::testing
