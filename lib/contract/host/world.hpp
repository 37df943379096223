// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lib/contract/exporter.hpp"
#include "lib/contract/runtime.hpp"
#include "lib/contract/transport.hpp"

namespace contract::host {

/// A kernel and a runtime for tests on the host: exporters in slots, calls that are dispatched at once, copies over
/// lends, a clock that moves when somebody waits. One exists at a time, and generated code runs in it.
class World final : public HostMachine {
 public:
  /// Where in a call an exporter may be struck.
  enum class Moment { before_request, after_request };

  static constexpr unsigned client_slot = 3;

  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // ---- what the system is made of
  /// Puts an exporter into a slot under the next generation of it, alive.
  void start(unsigned slot, ExporterBase& exporter, unsigned export_index = 0);
  void stop(unsigned slot);
  bool alive(unsigned slot) const { return slots_[slot].alive; }
  u32 generation(unsigned slot) const { return slots_[slot].generation; }
  /// Where an import of the client leads.
  void bind(u8 import, unsigned slot, unsigned export_index = 0) { imports_[import] = {slot, export_index}; }
  /// The client comes back with the next generation.
  void restart_client() { ++client_generation_; }

  // ---- what a test does to it
  /// Asked at each moment of each call to a living exporter; true stops it there, so that the call says `dead`.
  std::function<bool(Moment, const Message& request)> strike;
  /// Called where the client waits for an exporter to come back.
  std::function<void()> on_wait;
  /// Called where a request was deferred, again and again until it is answered.
  std::function<void()> on_deferred;
  /// Looks at, or changes, each reply on its way.
  std::function<void(Message& reply)> on_reply;
  /// No exporter of the import will ever be there.
  bool given_up = false;

  /// A request sent bare, as a client without generated code could: its reply.
  struct Sent {
    Status status;
    Message reply;
  };
  Sent send(unsigned slot, Message message, unsigned from_slot = client_slot);

  // ---- what happened
  struct Report {
    std::string contract;
    Violation violation;
    Endpoint peer;
    bool of_importer;
    Message message;
  };
  std::vector<Report> reports;
  std::vector<std::pair<unsigned, u64>> notifications;
  std::vector<Message> requests;                           // as delivered
  std::vector<std::pair<Endpoint, Message>> late_replies;  // to callers that do not wait in a call
  std::vector<Endpoint> woken;
  unsigned waits = 0;
  unsigned lookups = 0;
  u64 now = 1;  // liveness ns
  u64 wait_step = 1'000'000;

  // ---- programs
  /// Memory of the one program; addresses in it begin at `program_base`.
  std::vector<std::byte> program_memory;
  u64 program_base = 0x10000;
  /// Bytes of one copy in one kernel entry.
  u64 copy_limit = 0x10000;

  // ---- HostMachine
  Status call(Endpoint to, Message& message, u32 within_ms) override;
  Status reply(Endpoint to, const Message& message) override;
  Status notify(unsigned slot, u64 events) override;
  Status wake(Endpoint program) override;
  Copied copy_in(Endpoint from, unsigned lend, u64 offset, void* to, u64 length) override;
  Copied copy_out(Endpoint to, unsigned lend, u64 offset, const void* from, u64 length) override;

  // ---- runtime
  std::expected<Connection, LookupError> lookup(u8 import);
  bool wait(u8 import, u64 until);
  ThreadState thread;

  static World& current();

 private:
  struct Slot {
    bool alive = false;
    u32 generation = 0;
    std::map<unsigned, ExporterBase*> exporters;
  };
  struct Open {  // a call that is being worked on
    Endpoint caller;
    Message request;
    bool answered = false;
    Message reply;
  };

  Status deliver(unsigned slot, Endpoint sender, Message& message);
  std::span<std::byte> memory_of(Endpoint caller, unsigned lend, u64 offset, u64 length, u64 right);

  Slot slots_[abi::max_slots];
  std::map<u8, std::pair<unsigned, unsigned>> imports_;
  std::vector<Open*> open_;
  u32 client_generation_ = 1;
  u32 next_call_ = 0;
};

}  // namespace contract::host
