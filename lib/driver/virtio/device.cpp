// SPDX-License-Identifier: BSD-2-Clause
#include "lib/driver/virtio/device.hpp"

namespace driver::virtio {
namespace {

// Reading a register of a device costs a microsecond at most, so this is seconds at most.
constexpr unsigned reset_polls = 1'000'000;

constexpr u32 low(DeviceAddress address) { return static_cast<u32>(address.value); }
constexpr u32 high(DeviceAddress address) { return static_cast<u32>(address.value >> 32); }

}  // namespace

const char* word(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "nothing";
    case Refusal::no_structures:
      return "it lacks a structure of virtio 1.x";
    case Refusal::stuck:
      return "it does not come out of its reset";
    case Refusal::legacy:
      return "it is a legacy device (QEMU: disable-legacy=on)";
    case Refusal::features:
      return "it does not accept the features chosen";
    case Refusal::queue:
      return "its queue is missing or too small";
    case Refusal::no_interrupt:
      return "it does not take an MSI-X vector";
    case Refusal::memory:
      return "the DMA region of the manifest is too small";
    case Refusal::device_specific:
      return "its kind of device is not served";
  }
  return "?";
}

bool Device::reset() {
  at_.common.write<common::Status>({});
  for (unsigned i = 0; i < reset_polls; ++i)
    if (at_.common.read<common::Status>().raw == 0) return true;
  return false;
}

void Device::add_status(DeviceStatus bits) {
  DeviceStatus status = at_.common.read<common::Status>();
  status.raw |= bits.raw;
  at_.common.write<common::Status>(status);
}

std::expected<Features, Refusal> Device::negotiate(Features wanted, Features needed) {
  add_status(DeviceStatus{}.with<DeviceStatus::Acknowledge>(true));
  add_status(DeviceStatus{}.with<DeviceStatus::Driver>(true));
  u64 offered = 0;
  for (u32 half = 0; half < 2; ++half) {
    at_.common.write<common::DeviceFeatureSelect>(half);
    offered |= u64{at_.common.read<common::DeviceFeature>()} << 32 * half;
  }
  if (!Features{offered}.has(feature_version_1)) return std::unexpected(Refusal::legacy);
  if (!Features{offered}.all(needed)) return std::unexpected(Refusal::features);
  const Features agreed = Features{offered} & (wanted | needed | Features::of(feature_version_1));
  for (u32 half = 0; half < 2; ++half) {
    at_.common.write<common::DriverFeatureSelect>(half);
    at_.common.write<common::DriverFeature>(static_cast<u32>(agreed.bits() >> 32 * half));
  }
  add_status(DeviceStatus{}.with<DeviceStatus::FeaturesOk>(true));
  if (!at_.common.read<common::Status>().get<DeviceStatus::FeaturesOk>()) return std::unexpected(Refusal::features);
  return agreed;
}

u16 Device::queue_limit(u16 index) {
  if (index >= at_.common.read<common::QueueCount>()) return 0;
  at_.common.write<common::QueueSelect>(index);
  return at_.common.read<common::QueueSize>();
}

std::expected<void, Refusal> Device::enable(u16 index, const Queue& queue, u16 vector) {
  if (index >= max_queues || queue_limit(index) < queue.size()) return std::unexpected(Refusal::queue);
  at_.common.write<common::QueueSize>(queue.size());
  at_.common.write<common::QueueVector>(vector);
  if (at_.common.read<common::QueueVector>() != vector) return std::unexpected(Refusal::no_interrupt);
  const u64 offset = u64{at_.common.read<common::QueueNotifyOffset>()} * at_.notify_multiplier;
  if (offset > at_.notify.length() - sizeof(u16)) return std::unexpected(Refusal::no_structures);
  notify_offsets_[index] = static_cast<u32>(offset);
  at_.common.write<common::QueueDescriptorLow>(low(queue.descriptors()));
  at_.common.write<common::QueueDescriptorHigh>(high(queue.descriptors()));
  at_.common.write<common::QueueDriverLow>(low(queue.driver_area()));
  at_.common.write<common::QueueDriverHigh>(high(queue.driver_area()));
  at_.common.write<common::QueueDeviceLow>(low(queue.device_area()));
  at_.common.write<common::QueueDeviceHigh>(high(queue.device_area()));
  at_.common.write<common::QueueEnable>(1);
  return {};
}

void Device::go() {
  // No interrupt is wanted for a change of the configuration.
  at_.common.write<common::ConfigurationVector>(no_vector);
  add_status(DeviceStatus{}.with<DeviceStatus::DriverOk>(true));
}

void Device::notify(u16 index) { at_.notify.write_at<u16>(notify_offsets_[index], index); }

bool Device::needs_reset() const { return at_.common.read<common::Status>().get<DeviceStatus::NeedsReset>(); }

}  // namespace driver::virtio
