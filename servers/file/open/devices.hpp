// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/core.hpp"

// Devices that need no driver (Linux: drivers/char/mem.c, random.c).
namespace file {

class NullDevice final : public Behaviour {
 public:
  Result<> read(Description&, UserBuffer&, u64) override { return {}; }
  Result<> write(Description&, UserBuffer& buffer, u64) override { return buffer.skip(buffer.left()); }
  bool seekable() const override { return true; }
};

class ZeroDevice final : public Behaviour {
 public:
  Result<> read(Description&, UserBuffer& buffer, u64) override { return buffer.clear(buffer.left()); }
  Result<> write(Description&, UserBuffer& buffer, u64) override { return buffer.skip(buffer.left()); }
  bool seekable() const override { return true; }
};

class FullDevice final : public Behaviour {
 public:
  Result<> read(Description&, UserBuffer& buffer, u64) override { return buffer.clear(buffer.left()); }
  Result<> write(Description&, UserBuffer& buffer, u64) override {
    return buffer.left() == 0 ? Result<>{} : fail(Error::no_space);
  }
  bool seekable() const override { return true; }
};

class RandomDevice final : public Behaviour {
 public:
  explicit RandomDevice(Machine& machine) : machine_(machine) {}
  Result<> read(Description&, UserBuffer& buffer, u64) override;
  Result<> write(Description&, UserBuffer& buffer, u64) override { return buffer.skip(buffer.left()); }
  bool seekable() const override { return true; }

 private:
  Machine& machine_;
};

/// Lines written to it go to the system's log: /dev/kmsg, and the console where there is no terminal server.
class LogDevice final : public Behaviour {
 public:
  explicit LogDevice(Machine& machine) : machine_(machine) {}
  Result<> read(Description&, UserBuffer&, u64) override { return {}; }
  Result<> write(Description&, UserBuffer& buffer, u64) override;

 private:
  Machine& machine_;
};

/// What a character device's number leads to; `nothing`: no such device. For a terminal, `name` is set to its name
/// below /dev.
Kind device_kind(u64 device, std::span<char, 16> name, std::string_view& terminal);

}  // namespace file
