// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/host/world.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace contract::host {
namespace {

World* installed = nullptr;

}  // namespace

World::World() {
  installed = this;
  Transport::machine = this;
}

World::~World() {
  installed = nullptr;
  Transport::machine = nullptr;
}

World& World::current() { return *installed; }

void World::start(unsigned slot, ExporterBase& exporter, unsigned export_index) {
  slots_[slot].alive = true;
  ++slots_[slot].generation;
  slots_[slot].exporters = {{export_index, &exporter}};
}

void World::stop(unsigned slot) { slots_[slot].alive = false; }

Status World::call(Endpoint to, Message& message, u32) {
  const Slot& slot = slots_[to.slot()];
  if (!slot.alive || slot.generation != to.generation()) return Status::dead;
  return deliver(to.slot(), Endpoint::of(client_slot, client_generation_, 0, ++next_call_), message);
}

World::Sent World::send(unsigned slot, Message message, unsigned from_slot) {
  Sent sent{Status::dead, message};
  if (slots_[slot].alive)
    sent.status = deliver(slot, Endpoint::of(from_slot, client_generation_, 0, ++next_call_), sent.reply);
  return sent;
}

Status World::deliver(unsigned slot, Endpoint sender, Message& message) {
  const auto struck = [&](Moment moment) {
    if (!strike || !strike(moment, message)) return false;
    stop(slot);
    return true;
  };
  if (struck(Moment::before_request)) return Status::dead;
  requests.push_back(message);
  Open open{.caller = sender, .request = message, .answered = false, .reply = message};
  open_.push_back(&open);
  ExporterBase* exporter = slots_[slot].exporters[message.tag.label() >> abi::label_export_shift];
  if (exporter == nullptr) std::abort();
  if (exporter->dispatch(sender, open.reply) == Disposition::reply) open.answered = true;
  // While it waits, others may have called, and the exporter may have died of them and been replaced.
  const u32 generation = slots_[slot].generation;
  const auto serves = [&] { return slots_[slot].alive && slots_[slot].generation == generation; };
  for (int i = 0; i < 1000 && !open.answered && serves() && on_deferred; ++i) on_deferred();
  std::erase(open_, &open);
  if (struck(Moment::after_request) || !open.answered) return Status::dead;
  if (on_reply) on_reply(open.reply);
  message = open.reply;
  return Status::ok;
}

Status World::reply(Endpoint to, const Message& message) {
  for (Open* open : open_) {
    if (open->caller != to || open->answered) continue;
    open->reply = message;
    open->answered = true;
    return Status::ok;
  }
  late_replies.emplace_back(to, message);
  return to.program() ? Status::ok : Status::gone;
}

Status World::notify(unsigned slot, u64 events) {
  notifications.emplace_back(slot, events);
  return Status::ok;
}

Status World::wake(Endpoint program) {
  woken.push_back(program);
  return Status::ok;
}

// Memory that a copy may reach, empty where it may not. Lends of tests name memory of the test itself.
std::span<std::byte> World::memory_of(Endpoint caller, unsigned lend, u64 offset, u64 length, u64 right) {
  if (caller.program()) {
    const u64 begin = offset - program_base;
    if (offset < program_base || begin >= program_memory.size()) return {};
    return std::span(program_memory).subspan(begin, std::min<u64>(length, program_memory.size() - begin));
  }
  const auto found = std::ranges::find(open_, caller, [](const Open* open) { return open->caller; });
  if (found == open_.end()) return {};
  const abi::Lend words = (*found)->request.lend(lend);
  if ((words.where & right) == 0 || words.derived() || offset + length > words.length()) return {};
  return {reinterpret_cast<std::byte*>(words.address() + offset), length};
}

Copied World::copy_in(Endpoint from, unsigned lend, u64 offset, void* to, u64 length) {
  const auto memory = memory_of(from, lend, offset, std::min(length, copy_limit), abi::Lend::read_bit);
  if (memory.empty()) return {from.program() ? Status::bad_address : Status::refused, 0};
  std::memcpy(to, memory.data(), memory.size());
  return {memory.size() < length ? Status::again : Status::ok, memory.size()};
}

Copied World::copy_out(Endpoint to, unsigned lend, u64 offset, const void* from, u64 length) {
  const auto memory = memory_of(to, lend, offset, std::min(length, copy_limit), abi::Lend::write_bit);
  if (memory.empty()) return {to.program() ? Status::bad_address : Status::refused, 0};
  std::memcpy(memory.data(), from, memory.size());
  return {memory.size() < length ? Status::again : Status::ok, memory.size()};
}

std::expected<Connection, LookupError> World::lookup(u8 import) {
  ++lookups;
  if (given_up || !imports_.contains(import)) return std::unexpected(LookupError::refused);
  const auto [slot, export_index] = imports_[import];
  if (!slots_[slot].alive) return std::unexpected(LookupError::absent);
  return Connection{Endpoint::of(slot, slots_[slot].generation), static_cast<u8>(export_index)};
}

bool World::wait(u8, u64 until) {
  ++waits;
  now += wait_step;
  if (now >= until) return false;
  if (on_wait) on_wait();
  return true;
}

}  // namespace contract::host

namespace contract {

using host::World;

ThreadState& this_thread() { return World::current().thread; }
std::expected<Connection, LookupError> Directory::lookup(u8 import) { return World::current().lookup(import); }
bool Directory::wait(u8 import, u64 until) { return World::current().wait(import, until); }
u64 Directory::liveness_ns() { return World::current().now; }

void report(const ViolationReport& report) {
  World::current().reports.push_back(
      {std::string(report.contract), report.violation, report.peer, report.of_importer, report.message});
}

void defect(std::string_view what) {
  std::fprintf(stderr, "defect: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace contract
