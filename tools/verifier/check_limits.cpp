// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "abi/calls.hpp"
#include "tools/verifier/limits.hpp"
#include "tools/verifier/system.hpp"

namespace verifier {
namespace {

std::string text(std::uint64_t number) { return std::to_string(number); }

// Who holds memory on behalf of programs, and may therefore have a share of what there is.
constexpr std::string_view share_holders[] = {"file", "memory", "process"};

void check_threads(const System& system, Refusals& refusals) {
  std::uint64_t sum = 0;
  for (const Component& component : system.components) {
    const Manifest& manifest = component.manifest;
    sum += manifest.threads.value;
    if (sum > component_threads && sum - manifest.threads.value <= component_threads)
      refusals.add("threads", manifest.at(manifest.threads.line),
                   "with these, components have more than " + text(component_threads) + " threads",
                   text(program_threads) + " of " + text(abi::max_threads) + " are the programs': ask for less");
    const std::uint64_t general = manifest.threads.value - std::min(manifest.reserved.value, manifest.threads.value);
    if (manifest.reserved.value >= manifest.threads.value)
      refusals.add("reserved", manifest.at(manifest.reserved.line),
                   text(manifest.reserved.value) + " of " + text(manifest.threads.value) + " threads are reserved",
                   "leave at least one that receives from everyone");
    else if (component.serves_programs && !manifest.exports.empty() && manifest.reserved.value == 0)
      refusals.add("reserved", manifest.at(manifest.reserved.line),
                   "programs could keep all " + text(general) + " threads busy while components wait",
                   "set reserved to 1 or more, and `threads` higher than that");
    else if (!component.serves_programs && manifest.reserved.value != 0)
      refusals.add("reserved", manifest.at(manifest.reserved.line), "threads are reserved, but no program calls here",
                   "remove `reserved`");
  }
}

void check_liveness(const System& system, const Component& component, Refusals& refusals) {
  const Manifest& manifest = component.manifest;
  const bool root = system.reincarnation == component.slot;
  if (root != (manifest.heartbeat_ms.value == 0))
    refusals.add("heartbeat", manifest.at(manifest.heartbeat_ms.line),
                 root ? "the kernel watches reincarnation, nobody sends it heartbeats"
                      : "without heartbeats nobody notices that \"" + component.name() + "\" hangs",
                 root ? "set heartbeat_ms = 0" : "set heartbeat_ms to 100 or more, or leave it out");
  if (!root && manifest.heartbeat_ms.value > manifest.hang_ms.value)
    refusals.add("heartbeat", manifest.at(manifest.heartbeat_ms.line),
                 "a heartbeat every " + text(manifest.heartbeat_ms.value) + " ms, but a hang is one of " +
                     text(manifest.hang_ms.value) + " ms",
                 "make heartbeat_ms smaller than hang_ms");
  if (manifest.loop_ms.value >= manifest.hang_ms.value)
    refusals.add("loop", manifest.at(manifest.loop_ms.line), "loop_ms is not below hang_ms",
                 "a loop is noticed by processor time, a hang by the clock: make loop_ms the smaller");
  if (manifest.budget.value == 0 && !root)
    refusals.add("budget", manifest.at(manifest.budget.line), "without a budget a loop could own the machine",
                 "set budget to 1 to 100, or leave it out");
  if (!manifest.restarts && root)
    refusals.add("policy", manifest.at(manifest.line), "reincarnation must be restarted", "remove `policy`");
}

void check_frames(const System& system, Refusals& refusals) {
  std::uint64_t percent = 0;
  for (const Component& component : system.components) {
    const Manifest& manifest = component.manifest;
    const auto& [frames, line] = manifest.frames;
    if (!frames.percent) continue;
    percent += frames.amount;
    if (!std::ranges::contains(share_holders, component.name()))
      refusals.add("share", manifest.at(line), "\"" + component.name() + "\" asks for a share of all memory",
                   "only file, memory and process may: give a number of frames");
    if (percent > 100 && percent - frames.amount <= 100)
      refusals.add("share", manifest.at(line), "with this, more than 100% of the memory is given away",
                   "lower the shares");
  }
}

// What the kernel has only so many of.
void check_machine(const System& system, Refusals& refusals) {
  constexpr std::size_t vectors = abi::vector_timer - abi::vector_message;
  std::size_t pinning = 0, messages = 0;
  for (const Component& component : system.components) {
    const Manifest& manifest = component.manifest;
    if (pins_memory(component) && ++pinning == abi::dma_slots + 1)
      refusals.add("pin-many", manifest.at(manifest.line),
                   "more than " + text(abi::dma_slots) + " components pin memory for devices",
                   "the kernel keeps count for no more: leave one out");
    for (const InterruptEntry& entry : manifest.interrupts)
      if (entry.message && ++messages == vectors + 1)
        refusals.add("interrupt-many", manifest.at(entry.line),
                     "more than " + text(vectors) + " message-signalled interrupts", "there are no more vectors");
  }
}

}  // namespace

bool pins_memory(const Component& component) {
  return component.kernel_calls >> static_cast<unsigned>(abi::Call::dma_pin) & 1;
}

void check_limits(const System& system, Refusals& refusals) {
  check_threads(system, refusals);
  check_frames(system, refusals);
  check_machine(system, refusals);
  for (const Component& component : system.components) check_liveness(system, component, refusals);
}

}  // namespace verifier
