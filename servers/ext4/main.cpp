// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "generated/contract/disk.hpp"
#include "lib/component/component.hpp"
#include "lib/component/once_records.hpp"
#include "servers/ext4/service.hpp"

namespace {

namespace disk = contract::disk;

/// The disk of the manifest as blocks. Its shadow has lived through restarts of the driver by the time it answers.
class Disk final : public ext4::BlockDevice {
 public:
  explicit Disk(contract::Import import) : disk_{import} {}

  /// Asks how large it is; false if nobody says so.
  bool open() {
    const auto outcome = disk_.open();
    if (!outcome.is<disk::Opened>()) return false;
    blocks_ = outcome.get<disk::Opened>().blocks;
    read_only_ = outcome.get<disk::Opened>().read_only;
    return true;
  }
  bool read_only() const { return read_only_; }

  std::uint64_t block_count() const override { return blocks_; }
  std::expected<void, ext4::DeviceError> read(ext4::PhysicalBlock first, std::uint32_t count,
                                              std::span<std::byte> bytes) override {
    return in_parts(first, count, [&](std::uint64_t block, std::uint32_t part, std::size_t offset) {
      return disk_.read(block, part, contract::Lend::writing(bytes.subspan(offset, part * disk::block_size)));
    });
  }
  std::expected<void, ext4::DeviceError> write(ext4::PhysicalBlock first, std::uint32_t count,
                                               std::span<const std::byte> bytes) override {
    return in_parts(first, count, [&](std::uint64_t block, std::uint32_t part, std::size_t offset) {
      return disk_.write(block, part, contract::Lend::reading(bytes.subspan(offset, part * disk::block_size)));
    });
  }
  std::expected<void, ext4::DeviceError> flush() override {
    if (!disk_.flush().is<disk::Done>()) return std::unexpected(ext4::DeviceError::failed);
    return {};
  }

 private:
  template <typename Request>
  std::expected<void, ext4::DeviceError> in_parts(ext4::PhysicalBlock first, std::uint32_t count, Request request) {
    if (count > blocks_ || first.value > blocks_ - count) return std::unexpected(ext4::DeviceError::out_of_range);
    for (std::uint32_t done = 0; done < count;) {
      const std::uint32_t part = std::min(count - done, disk::max_count);
      if (!request(first.value + done, part, std::size_t{done} * disk::block_size).template is<disk::Done>())
        return std::unexpected(ext4::DeviceError::failed);
      done += part;
    }
    return {};
  }

  disk::Shadow disk_;
  std::uint64_t blocks_ = 0;
  bool read_only_ = false;
};

/// How long a change stays in memory only, if nobody asks for it to be made durable (as Linux's ext4).
constexpr abi::u64 commit_interval_ns = 5'000'000'000;

/// What the service stands on, so that it is there first.
struct Ground {
  explicit Ground(contract::Import import) : disk{import} {}
  Disk disk;
  ext4::Storage<256> storage;
};

class Ext4 final : public component::Component, private Ground, public ext4::Service {
 public:
  Ext4() : Ground(import("disk")), Service(disk, storage) {}

  std::expected<void, component::StartError> start(component::Start) override {
    keep_replies_in(once_);
    return {};
  }
  void on_timer() override {
    timer_set_ = false;
    write_back();
  }

 private:
  ext4::Result<ext4::FileSystem::Access> prepare() override {
    if (!disk.open()) return std::unexpected(ext4::Error::device_failed);
    return disk.read_only() ? ext4::FileSystem::Access::read_only : ext4::FileSystem::Access::read_write;
  }
  void expect_changes() override {
    if (timer_set_) return;
    component::set_timer(component::now() + commit_interval_ns);
    timer_set_ = true;
  }
  void on_damage(const ext4::Damage& damage) override {
    component::log("the file system is damaged: ", damage.what, ' ', damage.where, "; run e2fsck on it");
  }
  void on_journal_full() override {
    component::log("mounted read-only: the journal must be replayed first; e2fsck does it on the host");
  }
  void on_unmountable(ext4::Error error) override { component::log("cannot mount: ", ext4::describe(error)); }

  component::OnceRecords<64> once_{vault()};
  bool timer_set_ = false;
};

}  // namespace

COMPONENT(Ext4, contract::ext4::Exporter)
