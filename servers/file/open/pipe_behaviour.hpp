// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/core.hpp"

namespace file {

/// Ends of pipes and fifos.
class PipeBehaviour final : public Behaviour {
 public:
  explicit PipeBehaviour(Core& core) : core_(core) {}
  Result<> read(Description& d, UserBuffer& buffer, u64) override { return core_.pipes.read(pipe_of(d), buffer); }
  Result<> write(Description& d, UserBuffer& buffer, u64) override { return core_.pipes.write(pipe_of(d), buffer); }
  Result<u32> ready(Description& d) override { return core_.pipes.ready(pipe_of(d), d.readable(), d.writable()); }
  WaitKey read_key(const Description& d) const override { return Pipes::data_key(pipe_of(d)); }
  WaitKey write_key(const Description& d) const override { return Pipes::room_key(pipe_of(d)); }
  Result<i64> control(Description& d, const Caller& caller, u32 command, u64 argument) override {
    constexpr u32 bytes_readable = 0x541b;  // FIONREAD
    if (command != bytes_readable) return fail(Error::not_terminal);
    const i32 there = static_cast<i32>(core_.pipes[pipe_of(d)].used());
    if (const Result<> put = caller.put(argument, there); !put) return fail(put.error());
    return 0;
  }
  void close(Description& d) override {
    const NodeId fifo = core_.pipes[pipe_of(d)].node;
    if (core_.pipes.close(pipe_of(d), d.readable(), d.writable()) && fifo != NodeId::none)
      core_.tree[fifo].pipe = PipeId::none;
  }

 private:
  static PipeId pipe_of(const Description& d) { return static_cast<PipeId>(d.handle); }

  Core& core_;
};

}  // namespace file
