// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>

#include "drivers/block/virtio_blk/layout.hpp"
#include "lib/driver/tests/fake_machine.hpp"
#include "lib/driver/virtio/find.hpp"

namespace virtio_blk::tests {

using driver::virtio::Descriptor;

/// A model of a virtio block device over PCI, after the specification's device requirements; it reports what the driver
/// does against its own. Requests wait until `work` is called, so that a test decides on order. Each misbehaviour is
/// one that only a broken or hostile device has.
class FakeDisk final : public driver::tests::FakeMachine {
 public:
  static constexpr u64 dma_bytes = 65536;
  static constexpr u64 common_at = 0, notify_at = 0x1000, device_at = 0x2000, window_length = 0x3000;

  explicit FakeDisk(u64 sectors = 2048) : FakeMachine(dma_bytes), medium(sectors * 512), capacity(sectors) {}

  static driver::virtio::Structures structures() {
    const driver::Window whole{0, 0, window_length};
    return {whole.part(common_at, 0x38), whole.part(notify_at, 0x1000), whole.part(device_at, 0x40), 4};
  }

  // ---- what the device is ----
  std::vector<u8> medium;
  u64 capacity;  // in sectors, as the configuration says
  u64 features = 1ull << 32 | 1ull << 28 | 1ull << 9 | 1ull << 6 | 1ull << 2;
  u32 size_max = 0, segment_max = 254, block_size = 512;
  u16 queue_max = 256;

  // ---- how it misbehaves ----
  bool never_resets = false;
  bool needs_reset = false;
  bool refuses_features = false;
  bool refuses_vector = false;
  bool has_no_queue = false;
  u16 notify_offset = 0;
  bool generation_never_settles = false;
  std::optional<u32> wrong_head, wrong_length;
  std::optional<u8> wrong_status;
  std::optional<u16> used_jump;
  bool uses_twice = false;
  u64 bad_sector = ~u64{0};
  bool no_notifications = false;

  // ---- what was seen ----
  std::vector<std::string> complaints;  // about the driver
  unsigned resets = 0, notifications = 0, flushes = 0;
  bool running() const { return status_ & 4; }
  u64 agreed() const { return driver_features_; }
  u16 queue_size() const { return queue_size_; }

  /// Requests that the driver has given and the device has not used.
  unsigned waiting() {
    if (!running()) return 0;
    return static_cast<u16>(load<u16>(driver_area_ + 2) - seen_);
  }
  /// Performs the oldest `most` requests, newest of them first where `backwards`.
  unsigned work(unsigned most = ~0u, bool backwards = false) {
    std::vector<u16> heads;
    if (no_notifications && running()) store<u16>(device_area_, 1);
    while (heads.size() < most && waiting() != 0) {
      heads.push_back(load<u16>(driver_area_ + 4 + 2 * (seen_ % queue_size_)));
      ++seen_;
    }
    if (backwards) std::reverse(heads.begin(), heads.end());
    for (const u16 head : heads) perform(head);
    return static_cast<unsigned>(heads.size());
  }

  // ---- registers ----
  u32 window_read(unsigned window, u64 offset, unsigned size) override {
    if (window != 0) return ~u32{0};
    if (offset >= device_at) return configuration(offset - device_at);
    if (offset >= notify_at) return 0;
    switch (offset) {
      case 0x04:
        return static_cast<u32>(features >> 32 * feature_select_);
      case 0x12:
        return has_no_queue ? 0 : 1;
      case 0x14:
        expect(size == 1, "status is one byte");
        return static_cast<u32>(status_ | (needs_reset ? 0x40 : 0));
      case 0x15:
        return generation_never_settles ? ++generation_ : generation_;
      case 0x18:
        return queue_size_;
      case 0x1a:
        return vector_;
      case 0x1e:
        return notify_offset;
      default:
        return 0;
    }
  }
  void window_write(unsigned window, u64 offset, unsigned size, u32 value) override {
    if (window != 0) return;
    if (offset >= notify_at) {
      expect(offset == notify_at + notify_offset * 4u && size == 2 && value == 0, "the doorbell of queue 0");
      expect(running(), "no notification before DRIVER_OK");
      ++notifications;
      return;
    }
    switch (offset) {
      case 0x00:
        feature_select_ = value & 1;
        break;
      case 0x08:
        driver_select_ = value & 1;
        break;
      case 0x0c:
        expect(!(status_ & 8), "features are chosen before FEATURES_OK");
        driver_features_ = (driver_features_ & ~(0xffff'ffffull << 32 * driver_select_)) | static_cast<u64>(value)
                                                                                               << 32 * driver_select_;
        break;
      case 0x14:
        set_status(static_cast<u8>(value));
        break;
      case 0x18:
        expect(value != 0 && (value & (value - 1)) == 0 && value <= queue_max, "a size that the queue may have");
        queue_size_ = static_cast<u16>(value);
        break;
      case 0x1a:
        vector_ = refuses_vector ? 0xffff : static_cast<u16>(value);
        break;
      case 0x1c:
        expect(status_ & 8 && !(status_ & 4), "queues are enabled between FEATURES_OK and DRIVER_OK");
        enabled_ = true;
        break;
      case 0x20:
        set_low(descriptors_, value);
        break;
      case 0x24:
        set_high(descriptors_, value);
        break;
      case 0x28:
        set_low(driver_area_, value);
        break;
      case 0x2c:
        set_high(driver_area_, value);
        break;
      case 0x30:
        set_low(device_area_, value);
        break;
      case 0x34:
        set_high(device_area_, value);
        break;
      default:
        break;
    }
  }

 private:
  void expect(bool right, const char* what) {
    if (!right) complaints.push_back(what);
  }
  static void set_low(u64& address, u32 value) { address = (address & ~0xffff'ffffull) | value; }
  static void set_high(u64& address, u32 value) {
    address = (address & 0xffff'ffffull) | static_cast<u64>(value) << 32;
  }

  void set_status(u8 value) {
    if (value == 0) {
      if (never_resets) return;
      ++resets;
      needs_reset = false;
      status_ = 0;
      driver_features_ = 0;
      seen_ = used_ = 0;
      enabled_ = false;
      queue_size_ = queue_max;
      vector_ = 0xffff;
      return;
    }
    expect((value & status_) == status_, "the driver clears no bit of the status");
    if (value & 8 && !(status_ & 8)) {
      expect((driver_features_ & ~features) == 0, "only what was offered is accepted");
      if (refuses_features) value &= static_cast<u8>(~8);
    }
    if (value & 4 && !(status_ & 4)) expect(enabled_, "the queue is enabled before DRIVER_OK");
    status_ = value;
  }

  u32 configuration(u64 offset) {
    switch (offset) {
      case 0x00:
        return static_cast<u32>(capacity);
      case 0x04:
        return static_cast<u32>(capacity >> 32);
      case 0x08:
        return size_max;
      case 0x0c:
        return segment_max;
      case 0x14:
        return block_size;
      default:
        return 0;
    }
  }

  template <class T>
  T load(u64 physical) {
    T value{};
    if (!read(physical, &value, sizeof value)) complaints.push_back("an address that the device must not reach");
    return value;
  }
  template <class T>
  void store(u64 physical, T value) {
    if (!write(physical, &value, sizeof value)) complaints.push_back("an address that the device must not reach");
  }

  std::vector<Descriptor> chain(u16 head) {
    std::vector<Descriptor> result;
    u64 table = descriptors_;
    u32 count = queue_size_;
    u16 at = head;
    if (head >= queue_size_) {
      complaints.push_back("a head inside the queue");
      return {};
    }
    auto descriptor = load<Descriptor>(table + at * 16u);
    if (descriptor.flags & Descriptor::indirect) {
      expect(agreed() >> 28 & 1, "indirect descriptors only where agreed");
      expect(!(descriptor.flags & Descriptor::next_follows), "no chain and indirect at once");
      expect(descriptor.length % 16 == 0 && descriptor.length != 0, "a table of whole descriptors");
      table = descriptor.address;
      count = descriptor.length / 16;
      at = 0;
      descriptor = load<Descriptor>(table);
    }
    for (;;) {
      result.push_back(descriptor);
      if (!(descriptor.flags & Descriptor::next_follows)) return result;
      at = descriptor.next;
      if (at >= count || result.size() > count) {
        complaints.push_back("a chain that stays in its table and ends");
        return {};
      }
      descriptor = load<Descriptor>(table + at * 16u);
    }
  }

  void perform(u16 head) {
    const std::vector<Descriptor> parts = chain(head);
    if (parts.size() < 2) {
      complaints.push_back("a request has a header and a status");
      return;
    }
    expect(parts.front().length == 16 && !(parts.front().flags & 2), "the header is read by the device");
    expect(parts.back().length == 1 && parts.back().flags & 2, "the status is written by the device");
    const auto header = load<RequestHeader>(parts.front().address);
    u64 at = header.sector * 512;
    u8 status = 0;
    u32 written = 1;
    if (header.type == RequestType::flush) {
      expect(parts.size() == 2 && header.sector == 0, "a flush has no data");
      ++flushes;
    }
    for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
      const Descriptor& part = parts[i];
      const bool reading = header.type == RequestType::read;
      expect(static_cast<bool>(part.flags & 2) == reading, "data flows as the request says");
      if (size_max != 0) expect(part.length <= size_max, "no segment beyond size_max");
      if (at + part.length > medium.size() || (bad_sector * 512 >= at && bad_sector * 512 < at + part.length)) {
        status = 1;
        break;
      }
      const bool reached =
          reading ? write(part.address, &medium[at], part.length) : read(part.address, &medium[at], part.length);
      expect(reached, "an address that the device must not reach");
      if (reading) written += part.length;
      at += part.length;
    }
    store<u8>(parts.back().address, wrong_status.value_or(status));
    use(wrong_head.value_or(head), wrong_length.value_or(written));
    if (uses_twice) use(head, written);
  }

  void use(u32 head, u32 length) {
    store<u32>(device_area_ + 4 + 8 * (used_ % queue_size_), head);
    store<u32>(device_area_ + 8 + 8 * (used_ % queue_size_), length);
    ++used_;
    store<u16>(device_area_ + 2, static_cast<u16>(used_ + used_jump.value_or(0)));
  }

  u8 status_ = 0, generation_ = 0;
  u32 feature_select_ = 0, driver_select_ = 0;
  u64 driver_features_ = 0;
  u16 queue_size_ = 256, vector_ = 0xffff;
  bool enabled_ = false;
  u64 descriptors_ = 0, driver_area_ = 0, device_area_ = 0;
  u16 seen_ = 0, used_ = 0;
};

}  // namespace virtio_blk::tests
