// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/open/devices.hpp"

#include <charconv>

#include "servers/file/linux/stat.hpp"

namespace file {

Result<> RandomDevice::read(Description&, UserBuffer& buffer, u64) {
  std::array<std::byte, 256> bytes;
  while (buffer.left() != 0) {
    const std::span part(bytes.data(), std::min<u64>(buffer.left(), bytes.size()));
    machine_.random(part);
    if (const Result<> copied = buffer.copy_out(part); !copied) return copied;
  }
  return {};
}

Result<> LogDevice::write(Description&, UserBuffer& buffer, u64) {
  char text[240];
  while (buffer.left() != 0) {
    const Result<std::span<const std::byte>> part = buffer.peek(std::as_writable_bytes(std::span(text)));
    if (!part) return fail(part.error());
    std::string_view rest(reinterpret_cast<const char*>(part->data()), part->size());
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      if (const std::string_view line = rest.substr(0, end); !line.empty()) machine_.log(line);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    if (const Result<> skipped = buffer.skip(part->size()); !skipped) return skipped;
  }
  return {};
}

Kind device_kind(u64 device, std::span<char, 16> name, std::string_view& terminal) {
  const u32 major = linux_abi::major_of(device), minor = linux_abi::minor_of(device);
  const auto numbered = [&](std::string_view prefix, u32 number) {
    prefix.copy(name.data(), prefix.size());
    const auto end = std::to_chars(name.data() + prefix.size(), name.data() + name.size(), number).ptr;
    terminal = {name.data(), static_cast<std::size_t>(end - name.data())};
    return Kind::terminal;
  };
  switch (major) {
    case 1:
      switch (minor) {
        case 3:
          return Kind::null_device;
        case 5:
          return Kind::zero_device;
        case 7:
          return Kind::full_device;
        case 8:
        case 9:
          return Kind::random_device;
        case 11:
          return Kind::log_device;
        default:
          return Kind::nothing;
      }
    case 4:
      return minor >= 64 && minor < 68 ? numbered("ttyS", minor - 64) : Kind::nothing;
    case 5:
      if (minor > 2) return Kind::nothing;
      terminal = minor == 0 ? "tty" : minor == 1 ? "console" : "ptmx";
      return Kind::terminal;
    case 136:
      return minor < 64 ? numbered("pts/", minor) : Kind::nothing;
    default:
      return Kind::nothing;
  }
}

}  // namespace file
