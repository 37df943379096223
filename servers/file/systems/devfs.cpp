// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/systems/devfs.hpp"

#include <charconv>

namespace file {

namespace {

using linux_abi::make_device;

struct Device {
  std::string_view name;
  u32 mode;
  u64 device;
};
constexpr Device devices[] = {
    {"null", 0666, make_device(1, 3)},   {"zero", 0666, make_device(1, 5)},    {"full", 0666, make_device(1, 7)},
    {"random", 0666, make_device(1, 8)}, {"urandom", 0666, make_device(1, 9)}, {"kmsg", 0644, make_device(1, 11)},
    {"tty", 0666, make_device(5, 0)},    {"console", 0600, make_device(5, 1)}, {"ptmx", 0666, make_device(5, 2)},
};
constexpr std::string_view links[][2] = {
    {"fd", "/proc/self/fd"},
    {"stdin", "/proc/self/fd/0"},
    {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"},
};

std::string_view numbered(std::span<char, 16> buffer, std::string_view prefix, u32 number) {
  const std::size_t length = prefix.copy(buffer.data(), prefix.size());
  const auto end = std::to_chars(buffer.data() + length, buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

}  // namespace

Result<NodeId> DevFs::add(NodeId directory, std::string_view name, u32 mode, u64 device, i64 now,
                          std::string_view target) {
  return tree_.create(directory, name,
                      {.mode = mode, .user = 0, .group = 0, .device = device, .target = target, .now = now});
}

Result<> DevFs::start(SystemId self, i64 now) {
  if (const Result<NodeId> made = RamFs::start(self, 0755, now); !made) return fail(made.error());
  for (const Device& device : devices)
    if (!add(root(), device.name, mode::character_device | device.mode, device.device, now))
      return fail(Error::no_memory);
  for (const auto& [name, target] : links)
    if (!add(root(), name, mode::link | 0777, 0, now, target)) return fail(Error::no_memory);
  const Result<NodeId> slaves = add(root(), "pts", mode::directory | 0755, 0, now);
  if (!slaves) return fail(slaves.error());
  slaves_ = *slaves;
  if (!add(root(), "shm", mode::directory | 01777, 0, now)) return fail(Error::no_memory);
  return {};
}

void DevFs::add_serial_port(u32 number, i64 now) {
  char buffer[16];
  static_cast<void>(
      add(root(), numbered(buffer, "ttyS", number), mode::character_device | 0660, make_device(4, 64 + number), now));
}

void DevFs::add_slave(u32 number, u32 user, i64 now) {
  char buffer[16];
  const Result<NodeId> made =
      add(slaves_, numbered(buffer, "", number), mode::character_device | 0620, make_device(136, number), now);
  if (made) tree_[*made].user = user;
}

void DevFs::remove_slave(u32 number, i64 now) {
  char buffer[16];
  const std::string_view name = numbered(buffer, "", number);
  if (const Result<NodeId> node = tree_.lookup(slaves_, name))
    static_cast<void>(tree_.remove(slaves_, name, *node, now));
}

}  // namespace file
