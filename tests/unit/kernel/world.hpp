// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "kernel/core/core.hpp"

// A small machine around the kernel's core: registers, processors, and what was promised to whom (the ghost).
namespace explore {

using namespace kernel;

struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool condition, const char* what) {
  if (!condition) throw Violation(what);
}

inline constexpr unsigned max_threads = 4;
inline constexpr unsigned max_slots = 3;
inline constexpr unsigned max_processors = 2;

// Who is who. Threads below `components` belong to slots, the others to programs of slot `owner`.
struct Shape {
  const char* name;
  unsigned threads, slots, processors, components;
  u8 slot_of[max_threads];
  u64 may_call[max_slots];
  u64 may_notify[max_slots][max_slots];
  u8 owner, fault_server, call_server, reincarnation;
  bool reserved[max_threads];  // receives from components and events only
  bool lends, deaths, stops, faults, notifies, deadlines, ticks;
};

inline const Shape* shape;  // of the search that runs

struct Frame {
  u64 rax, words[9], call, rip;
  bool stepping, restarted;

  void set_status(Status status) { rax = static_cast<u64>(status); }
  u64& value() { return rax; }
  u64 instruction() const { return rip; }
  u64& argument(unsigned i) { return words[i]; }
  u64 argument(unsigned i) const { return words[i]; }
  u64 lend_word(unsigned lend, unsigned half) const { return words[2 + 5 - 2 * lend + half]; }
  u64 call_number() const { return call; }
  u64 within_ms() const { return call >> 32; }
  void take_message(const Frame& from, u64 tag) {
    words[1] = tag;
    for (unsigned i = 2; i < 9; ++i) words[i] = from.words[i];
  }
  void take_program_call(const Frame&, u64 tag) { words[1] = tag; }
  void restart() { restarted = true; }
  void step(bool on) { stepping = on; }
};

struct Machine {
  static void kick(unsigned processor);
  static void evict(unsigned processor);
  static u64 notify_mask(unsigned from, unsigned to) { return shape->may_notify[from][to]; }
  static u8 call_server(u64) { return shape->call_server; }
  static u8 fault_server() { return shape->fault_server; }
  static u8 program_owner() { return shape->owner; }
  static u8 reincarnation() { return shape->reincarnation; }
};

struct Configuration {
  static constexpr unsigned threads = max_threads;
  static constexpr unsigned slots = max_slots;
  static constexpr unsigned processors = max_processors;
  static constexpr unsigned ranks = 4;
  using Frame = explore::Frame;
  using Machine = explore::Machine;
};
using TheCore = Core<Configuration>;
using Thread = TheCore::Thread;

enum class Answer : u8 { none, value, dead };
enum class Kind : u8 { call, page_fault, copy_fault };

// What must be true of each call, kept by other means than the core's own.
struct Call {
  bool open;       // made, and not answered
  bool delivered;  // to the present generation of its server
  bool parked;
  bool redelivered;   // the next delivery must say that there was one before
  bool missing;       // a copy on its behalf met an absent page
  bool copy_bad;      // and nothing is there: its next copy must say so
  bool derived;       // lend 0 is part of what `parent` lent
  bool parent_fresh;  // and that call is still the one it was
  Kind kind;
  Answer answer;  // what has been given and must be found
  u8 server, lends, parent, parent_index;
  u64 right, word;
};

// An endpoint that somebody remembers, and whether the call it names is still open.
struct Held {
  Endpoint endpoint;
  u8 thread;
  bool fresh;
};

struct Ghost {
  Call calls[max_threads];
  Held held[max_threads][2];  // by component thread: the last received, and one before
  bool running[max_slots];
  bool receiving[max_threads];
  bool exists[max_threads];      // programs
  bool stop_asked[max_threads];  // not yet taken effect
  bool is_stopped[max_threads];
  bool stop_untold[max_threads];
  u64 raised[max_slots];
  u16 user[max_processors];       // the thread in user mode there
  bool entering[max_processors];  // waits for the lock and will choose
  bool kicked[max_processors];
};

struct World {
  TheCore core;
  Ghost ghost;
};
static_assert(std::is_trivially_copyable_v<World>);

inline World* world;  // that the core's machine functions mean

inline void Machine::kick(unsigned processor) { world->ghost.kicked[processor] = true; }
inline void Machine::evict(unsigned processor) {
  require(processor != world->core.here, "a processor evicts itself");
  world->ghost.user[processor] = no_thread;
  world->ghost.entering[processor] = true;
}

inline bool is_program(unsigned thread) { return thread >= shape->components; }
inline constexpr u64 own_address(unsigned thread) { return 1000 * (thread + 1); }
inline constexpr u64 lend_length = 8;
inline constexpr u64 event_bits = 1 << 8;

World first_world();
void canonicalise(World& world);

// Everything that must hold between two kernel entries.
void check(const World& world);

// Compares what the action just done made of receivers and callers with what should have become of them.
void settle(World& world);

// A lend as it must resolve.
Range expected_range(const World& world, unsigned slot, const Held& held, unsigned index, u64 offset, u64 length,
                     u64 right);
bool usable(const World& world, unsigned slot, const Held& held);

}  // namespace explore
