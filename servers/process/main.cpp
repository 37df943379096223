// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/component.hpp"
#include "lib/contract/program_call.hpp"
#include "servers/process/below/servers.hpp"
#include "servers/process/below/system_kernel.hpp"
#include "servers/process/below/wall_clock.hpp"
#include "servers/process/server.hpp"

namespace process {
namespace {

/// The component around the server.
class Component final : public component::Component {
 public:
  std::expected<void, component::StartError> start(component::Start) override {
    // The first process comes from the loop, where the system already runs.
    component::set_timer(1);
    return {};
  }
  [[gnu::hot]] void on_program_call(ProgramCall& call) override { server_.program_call(call); }
  void on_thread_stopped() override { server_.threads_stopped(); }
  void on_event(unsigned) override { server_.take_terminal_signals(); }
  void on_timer() override {
    if (!started_) {
      started_ = true;
      server_.start_time();
      server_.start_first_process();
    }
    server_.expire();
  }

 private:
  SystemKernel kernel_;
  FileServer files_{import("file")};
  MemoryServer memory_{import("memory")};
  TerminalServer terminals_{import("signals")};
  PowerControl power_{import("power")};
  ClockDevice clock_{import("clock")};
  Server server_{kernel_, files_, memory_, terminals_, power_, clock_};
  bool started_ = false;
};

}  // namespace
}  // namespace process

COMPONENT(process::Component)
