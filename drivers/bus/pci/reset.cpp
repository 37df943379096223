// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/bus/pci/reset.hpp"

#include "lib/driver/virtio/capability.hpp"
#include "lib/driver/virtio/registers.hpp"
#include "lib/driver/window.hpp"

namespace pci {
namespace {

constexpr u64 millisecond = 1'000'000;
constexpr u64 drain_time = 100 * millisecond;       // for transactions under way, before a function level reset
constexpr u64 function_settle = 100 * millisecond;  // PCI Express Base 3.0, section 6.6.2
constexpr u64 power_settle = 10 * millisecond;      // PCI Power Management 1.2, section 5.4
constexpr u64 give_up_time = 2000 * millisecond;
constexpr u64 poll_time = millisecond;

constexpr u16 virtio_vendor = 0x1af4;
constexpr u16 virtio_first = 0x1000, virtio_last = 0x107f;  // Virtual I/O Device 1.2, section 4.1.2
constexpr unsigned most_vendor_capabilities = 16;

/// Physical address of a virtio device's common configuration; 0: it has none, or says that it lies where it cannot.
u64 virtio_registers(Configuration& configuration, const Device& device) {
  if (device.vendor != virtio_vendor || device.device < virtio_first || device.device > virtio_last) return 0;
  for (unsigned index = 0; index < most_vendor_capabilities; ++index) {
    const u8 at = configuration.find(device.function, CapabilityId::vendor, index);
    if (at == 0) return 0;
    u8 bytes[16];
    configuration.read(device.function, at, bytes);
    const auto capability = driver::virtio::Capability::parse(bytes);
    if (!capability || capability->structure != driver::virtio::Structure::common || capability->bar >= max_bars)
      continue;
    const Bar& bar = device.bars[capability->bar];
    if (bar.kind != BarKind::memory || bar.address == 0 || capability->offset > bar.size ||
        driver::virtio::common::length > bar.size - capability->offset)
      continue;
    return bar.address + capability->offset;
  }
  return 0;
}

}  // namespace

Way way_of(Configuration& configuration, const Device& device) {
  if (const u64 registers = virtio_registers(configuration, device); registers != 0)
    return {.method = Method::virtio, .registers = registers};
  if (const u8 at = configuration.find(device.function, CapabilityId::express); at != 0) {
    const auto can = configuration.read_at<ExpressCapabilities>(device.function, at + express::capabilities);
    if (can.get<ExpressCapabilities::FunctionReset>()) return {.method = Method::function, .capability = at};
  }
  if (const u8 at = configuration.find(device.function, CapabilityId::advanced); at != 0) {
    const auto can = configuration.read_at<AdvancedCapabilities>(device.function, at + advanced::capabilities);
    if (can.get<AdvancedCapabilities::FunctionReset>())
      return {.method = Method::function, .capability = at, .advanced = true};
  }
  if (device.class_code == class_nvme && device.bars[0].kind == BarKind::memory && device.bars[0].address != 0)
    return {.method = Method::nvme, .registers = device.bars[0].address};
  if (const u8 at = configuration.find(device.function, CapabilityId::power); at != 0) {
    const auto control = configuration.read_at<PowerControl>(device.function, at + power_control);
    if (!control.get<PowerControl::NoSoftReset>()) return {.method = Method::power, .capability = at};
  }
  return {};
}

Reset::Reset(Configuration& configuration, const Device& device, const Way& way, u8 own_slot, u64 now)
    : way_(way), own_slot_(own_slot), again_at_(now), give_up_at_(now + give_up_time) {
  const auto command = configuration.read<header::Command>(device.function);
  configuration.write<header::Command>(device.function, command.with<Command::Master>(false));
  silence(configuration, device);
}

Progress Reset::wait(u64 now, u64 nanoseconds) {
  again_at_ = now + nanoseconds;
  return Progress::waiting;
}

Progress Reset::step(Configuration& configuration, const Device& device, u64 now) {
  if (now < again_at_) return Progress::waiting;
  if (now >= give_up_at_) return Progress::stuck;
  Progress progress = Progress::done;
  switch (way_.method) {
    case Method::virtio:
    case Method::nvme: {
      // Its registers must be there to be reached; nothing else is decoded by it.
      const auto command = configuration.read<header::Command>(device.function);
      configuration.write<header::Command>(device.function, command.with<Command::Memory>(true));
      progress = step_registers(now);
      break;
    }
    case Method::function:
      progress = step_function(configuration, device, now);
      break;
    case Method::power:
      progress = step_power(configuration, device, now);
      break;
    case Method::none:
      break;
  }
  if (progress == Progress::done) put_back(configuration, device);
  return progress;
}

Progress Reset::step_registers(u64 now) {
  const u64 first_page = way_.registers & ~u64{abi::page_size - 1};
  const u64 start = way_.registers - first_page;
  const u64 pages = start + driver::virtio::common::length > abi::page_size ? 2 : 1;
  if (!driver::Kernel::device_bind(own_slot_, register_window, first_page, pages)) return Progress::stuck;
  const driver::Window window{register_window, start, pages * abi::page_size - start};
  const bool first = phase_ == Phase::drain;
  phase_ = Phase::settle;
  if (way_.method == Method::virtio) {
    if (first) window.write<driver::virtio::common::Status>({});
    if (window.read<driver::virtio::common::Status>().raw == 0) return Progress::done;
  } else {
    if (first) {
      const auto configuration = window.read<nvme::ControllerConfiguration>();
      window.write<nvme::ControllerConfiguration>(configuration.with<nvme::Configuration::Enable>(false));
    }
    if (!window.read<nvme::ControllerStatus>().get<nvme::Status::Ready>()) return Progress::done;
  }
  return wait(now, poll_time);
}

Progress Reset::step_function(Configuration& configuration, const Device& device, u64 now) {
  switch (phase_) {
    case Phase::drain: {
      const bool pending =
          way_.advanced ? configuration.read(device.function, way_.capability + advanced::status, 1) & advanced::pending
                        : configuration.read_at<ExpressStatus>(device.function, way_.capability + express::status)
                              .get<ExpressStatus::Pending>();
      // What does not drain in time is cut off by the reset.
      if (pending && now + give_up_time < give_up_at_ + drain_time) return wait(now, poll_time);
      if (way_.advanced) {
        configuration.write(device.function, way_.capability + advanced::control, 1, advanced::reset);
      } else {
        const auto control = configuration.read_at<ExpressControl>(device.function, way_.capability + express::control);
        configuration.write_at(device.function, way_.capability + express::control,
                               control.with<ExpressControl::Reset>(true));
      }
      phase_ = Phase::settle;
      return wait(now, function_settle);
    }
    default:
      if (configuration.read<header::Vendor>(device.function) != device.vendor) return wait(now, poll_time);
      return Progress::done;
  }
}

Progress Reset::step_power(Configuration& configuration, const Device& device, u64 now) {
  const u32 at = way_.capability + power_control;
  const auto control = configuration.read_at<PowerControl>(device.function, at);
  switch (phase_) {
    case Phase::drain:
      configuration.write_at(device.function, at, control.with<PowerControl::State>(power_off));
      phase_ = Phase::settle;
      return wait(now, power_settle);
    case Phase::settle:
      configuration.write_at(device.function, at, control.with<PowerControl::State>(power_on));
      phase_ = Phase::finish;
      return wait(now, power_settle);
    default:
      return control.get<PowerControl::State>() == power_on ? Progress::done : wait(now, poll_time);
  }
}

void Reset::put_back(Configuration& configuration, const Device& device) {
  configuration.write<header::Command>(device.function, Command{}.with<Command::LineDisable>(true));
  for (u32 index = 0; index < max_bars; ++index)
    configuration.write(device.function, header::first_bar + 4 * index, 4, device.bars[index].register_low);
}

}  // namespace pci
