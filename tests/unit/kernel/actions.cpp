// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/kernel/actions.hpp"

#include <type_traits>

#include "abi/message.hpp"

namespace explore {

namespace {

class Actions {
 public:
  Actions(const World& from, const Visit& visit) : from_(from), visit_(visit) {}

  void all() {
    for (unsigned p = 0; p < shape->processors; ++p) {
      processor_ = p;
      const u16 user = from_.ghost.user[p];
      if (user == no_thread) {
        if (from_.ghost.entering[p] || from_.ghost.kicked[p]) enter("enter", [](TheCore&) {});
      } else if (is_program(user)) {
        program(user);
      } else {
        component(user);
      }
      if (user != no_thread && from_.ghost.kicked[p]) enter("kicked", [](TheCore&) {});
      if (shape->ticks) {
        enter("tick", [](TheCore& core) { core.tick(tick_length, core.liveness); });
      }
    }
    processor_ = 0;
    if (shape->notifies && from_.ghost.running[0] && from_.ghost.user[0] == no_thread) {
      enter("interrupt", [this](TheCore& core) {
        world_.ghost.raised[0] |= event_bits;
        core.raise(core.slots[0], event_bits);
      });
    }
  }

 private:
  static constexpr u64 tick_length = 1'000'000;

  // One kernel entry on processor_: the action, then the choice of what runs.
  template <typename Action>
  void enter(const char* name, Action action) {
    attempted = name;
    world_ = from_;
    world = &world_;
    TheCore& core = world_.core;
    core.here = static_cast<u8>(processor_);
    world_.ghost.user[processor_] = no_thread;
    world_.ghost.entering[processor_] = false;
    world_.ghost.kicked[processor_] = false;
    Thread* direct = nullptr;
    if constexpr (std::is_void_v<decltype(action(core))>) {
      action(core);
    } else {
      direct = action(core);
    }
    const Thread* chosen = direct ? direct : core.pick();
    const u32 more_urgent = chosen ? (1u << core.rank_of(*chosen)) - 1 : ~0u;
    require(!(core.ready_ranks & more_urgent), "a processor passes over who is more urgent");
    settle_stops();
    world_.ghost.user[processor_] = chosen ? chosen->id : no_thread;
    settle(world_);
    check(world_);
    visit_(world_, name);
  }

  // Stops take effect where the core leaves a call, or chooses.
  void settle_stops() {
    for (unsigned id = shape->components; id < shape->threads; ++id) {
      Ghost& ghost = world_.ghost;
      if (!ghost.stop_asked[id] || (ghost.calls[id].open && ghost.calls[id].answer == Answer::none)) continue;
      ghost.stop_asked[id] = false;
      ghost.is_stopped[id] = ghost.stop_untold[id] = true;
      stop_event();
    }
  }

  void stop_event() {
    if (!world_.ghost.running[shape->owner]) return;
    world_.ghost.raised[shape->owner] |= abi::event_stopped;
  }

  void program(u16 id) {
    enter("syscall", [&](TheCore& core) {
      refused_directly(core, core.threads[id]);
      open(id, shape->call_server, Kind::call);
      core.program_call(core.threads[id]);
    });
    if (!shape->faults) return;
    enter("page fault", [&](TheCore& core) {
      open(id, shape->fault_server, Kind::page_fault);
      core.program_fault(core.threads[id], 0x1000, 4);
    });
    enter("exception", [&](TheCore& core) {
      world_.ghost.is_stopped[id] = world_.ghost.stop_untold[id] = true;
      stop_event();
      core.program_exception(core.threads[id], 0x106);
    });
  }

  // A program's call has the number of a message's by chance, and any endpoint in its registers.
  void refused_directly(TheCore& core, Thread& program) {
    for (u8 to = 0; to < shape->slots; ++to) {
      require(!core.direct_call(program, Endpoint::of(to, core.slots[to].generation)), "a program calls a component");
    }
    for (const Thread& caller : core.threads) {
      require(!core.direct_reply_receive(program, caller.endpoint, 0), "a program answers");
    }
  }

  void open(unsigned id, u8 server, Kind kind) {
    world_.ghost.calls[id] = {};
    world_.ghost.calls[id].open = true;
    world_.ghost.calls[id].server = server;
    world_.ghost.calls[id].kind = kind;
    world_.core.threads[id].frame.call = 7;
  }

  void component(u16 id) {
    const u8 mine = shape->slot_of[id];
    enter("receive", [&](TheCore& core) { receive(core, id); });
    for (u8 to = 0; to <= max_slots; ++to) calls(id, to);
    for (unsigned which = 0; which < 2; ++which) {
      const Held& held = from_.ghost.held[id][which];
      if (held.endpoint == Endpoint{}) continue;
      answers(id, held);
      enter("wake", [&](TheCore& core) {
        Call& call = world_.ghost.calls[held.thread];
        const bool good = usable(world_, mine, held) && call.parked;
        require((core.wake(core.threads[id], held.endpoint) == Status::ok) == good, "wake");
        if (good) {
          call.parked = call.delivered = false;
          call.redelivered = true;
        }
      });
    }
    forged_answers(id);
    if (shape->notifies) notifies(id);
    if (mine == shape->owner && shape->stops) {
      owner(id);
    } else if (shape->stops) {
      enter("take another's stop", [&](TheCore& core) {
        require(!core.take_stopped(core.threads[id]), "a stop is told to who does not own the program");
      });
    }
    if (shape->deaths) {
      enter("exit", [&](TheCore& core) { stop(core, mine); });
      if (mine == shape->reincarnation) reincarnation();
    }
    if (core().slots[mine].threads > 1) {
      enter("start thread", [&](TheCore& core) {
        const ThreadState before = core.threads[core.slots[mine].first_thread + 1].state;
        const bool good = before == ThreadState::halted;
        require((core.start_thread(core.threads[id], 1) == Status::ok) == good, "a running thread is started again");
      });
      enter("start no thread", [&](TheCore& core) {
        require(core.start_thread(core.threads[id], 2) == Status::invalid, "a thread of another slot is started");
      });
    }
  }

  const TheCore& core() const { return from_.core; }

  void receive(TheCore& core, u16 id) {
    world_.ghost.receiving[id] = true;
    core.receive(core.threads[id], shape->reserved[id] ? abi::option_components_only : 0);
  }

  // How a call is made: to whom, of which generation, lending what.
  struct Made {
    const char* name;
    u32 generation;
    unsigned lends;
    bool derived;
    u64 right;
    u32 within_ms;
  };

  void calls(u16 id, u8 to) {
    const u8 mine = shape->slot_of[id];
    const u32 now = to < max_slots ? core().slots[to].generation : 1;
    const bool allowed = to < max_slots && (shape->may_call[mine] >> to & 1);
    make_call(id, to, {"call", now, 0, false, 0, shape->deadlines ? 2u : 0u});
    if (!allowed) return;
    make_call(id, to, {"call an old generation", now + 1, 0, false, 0, 0});
    if (!shape->lends) return;
    make_call(id, to, {"call with a lend too many", now, 3, false, 0, 0});
    make_call(id, to, {"call, lending to read", now, 1, false, abi::right_read, 0});
    make_call(id, to, {"call, lending to write", now, 1, false, abi::right_write, 0});
    if (from_.ghost.held[id][0].endpoint != Endpoint{}) {
      make_call(id, to, {"call, lending what was lent", now, 1, true, abi::right_read | abi::right_write, 0});
    }
  }

  // As the machine does it: the direct path first, and the general one where that declines; and the general one alone.
  void make_call(u16 id, u8 to, const Made& made) {
    make_call(id, to, made, false);
    make_call(id, to, made, true);
  }

  void make_call(u16 id, u8 to, const Made& made, bool directly) {
    enter(made.name, [&](TheCore& core) -> Thread* {
      const u8 mine = shape->slot_of[id];
      Frame& frame = core.threads[id].frame;
      const Held& held = world_.ghost.held[id][0];
      const unsigned index = is_program(held.thread) ? abi::lend_program_memory : 0;
      // Without a lend, what lies there only looks like one.
      const u64 right = made.lends ? made.right : abi::right_read | abi::right_write;
      const abi::Lend lend = made.derived ? abi::derived_lend(held.endpoint, index, 0, lend_length, right << 62)
                                          : abi::Lend{own_address(id) | right << 62, lend_length};
      frame.words[0] = to < max_slots ? Endpoint::of(to, made.generation).bits : Endpoint::of(63, 1).bits;
      frame.words[1] = Tag::of(1, 0, made.lends).bits | abi::tag_redelivered;  // the kernel's bits are not for users
      frame.words[2] = id + 1;
      frame.words[7] = lend.where;
      frame.words[8] = lend.extent;
      const bool known = to < max_slots && (shape->may_call[mine] >> to & 1);
      const bool there = known && world_.ghost.running[to] && made.generation == core.slots[to].generation;
      if (there) {
        open(id, to, Kind::call);
        Call& call = world_.ghost.calls[id];
        call.lends = static_cast<u8>(made.lends);
        call.right = made.right;
        call.derived = made.derived;
        call.parent = held.thread;
        call.parent_fresh = held.fresh;
        call.parent_index = static_cast<u8>(index);
      }
      Thread& caller = core.threads[id];
      frame.call = u64{made.within_ms} << 32;
      if (directly) {
        Thread* next = core.direct_call(caller, {frame.words[0]});
        if (next) return hand_over(caller, *next, caller.endpoint);
      }
      core.call(caller);
      if (there) return nullptr;
      require(core.current() == &core.threads[id], "a call that must fail does not come back at once");
      const Status expected = known ? Status::dead : to < max_slots ? Status::refused : Status::invalid;
      require(frame.rax == static_cast<u64>(expected), "a call fails with another status than it should");
      return nullptr;
    });
  }

  // What the processor does behind the direct path: the words of the message stay in its registers.
  Thread* hand_over(Thread& from, Thread& to, Endpoint sender) {
    to.frame.set_status(Status::ok);
    to.frame.words[0] = sender.bits;
    to.frame.take_message(from.frame, from.frame.words[1] & ~abi::tag_redelivered);
    return &to;
  }

  void answers(u16 id, const Held& held) {
    answer(id, held, "reply", abi::reply_value, false);
    answer(id, held, "reply and receive", abi::reply_value, true);
    answer(id, held, "reply and receive directly", abi::reply_value, true, true);
    if (!is_program(held.thread)) return;
    answer(id, held, "park", abi::reply_park, true);
    answer(id, held, "retry", abi::reply_retry, false);
    if (shape->stops) answer(id, held, "stop after the call", abi::reply_stop, false);
    if (shape->stops) answer(id, held, "stop and retry", abi::reply_again, false);
    if (!shape->faults) return;
    answer(id, held, "bad address", abi::reply_fault, false);
    const Call& call = from_.ghost.calls[held.thread];
    if (usable(from_, shape->slot_of[id], held) && call.kind == Kind::call && !call.parked) {
      enter("copy meets an absent page", [&](TheCore& core) {
        world_.ghost.calls[held.thread].missing = true;
        core.copy_faulted(core.threads[held.thread], 0x2000, 4);
      });
    }
  }

  void answer(u16 id, const Held& held, const char* name, u16 label, bool and_receive, bool directly = false) {
    enter(name, [&](TheCore& core) -> Thread* {
      Frame& frame = core.threads[id].frame;
      frame.words[0] = held.endpoint.bits;
      frame.words[1] = Tag::of(label).bits | abi::tag_redelivered;
      frame.words[2] = 77;
      frame.words[3] = 5;
      const bool good = usable(world_, shape->slot_of[id], held);
      if (good) is_program(held.thread) ? program_answer(held.thread, label) : component_answer(held.thread);
      if (and_receive) {
        world_.ghost.receiving[id] = true;
        Thread& server = core.threads[id];
        const u64 options = shape->reserved[id] ? abi::option_components_only : 0;
        Thread* next = directly ? core.direct_reply_receive(server, held.endpoint, options) : nullptr;
        if (next) return hand_over(server, *next, {});
        core.reply_receive(server, options);
      } else {
        require((core.reply(core.threads[id], held.endpoint) == Status::ok) == good,
                "an answer reaches who did not ask");
      }
      return nullptr;
    });
  }

  // An endpoint that was never given to the one who uses it, but guessed right.
  void forged_answers(u16 id) {
    for (unsigned caller = 0; caller < shape->threads; ++caller) {
      const Held guess{from_.core.threads[caller].endpoint, static_cast<u8>(caller), true};
      if (!usable(from_, shape->slot_of[id], guess)) answer(id, guess, "forged reply", abi::reply_value, false);
      if (!usable(from_, shape->slot_of[id], guess)) answer(id, guess, "forged reply", abi::reply_value, true, true);
    }
  }

  void component_answer(unsigned caller) {
    world_.ghost.calls[caller].answer = Answer::value;
    world_.ghost.calls[caller].word = 77;
  }

  void program_answer(unsigned id, u16 label) {
    Ghost& ghost = world_.ghost;
    Call& call = ghost.calls[id];
    if (label == abi::reply_park) {
      if (call.missing) {
        move_to(call, shape->fault_server, Kind::copy_fault);
      } else {
        call.parked = true;
      }
      return;
    }
    if (call.kind == Kind::copy_fault) {
      move_to(call, shape->call_server, Kind::call);
      call.redelivered = true;
      call.copy_bad = label != abi::reply_value;
      return;
    }
    call.answer = Answer::value;
    const bool bad_fault = call.kind == Kind::page_fault && label != abi::reply_value;
    const bool stop = call.kind == Kind::call && (label == abi::reply_stop || label == abi::reply_again);
    if (bad_fault || stop) ghost.stop_asked[id] = true;
  }

  void move_to(Call& call, u8 server, Kind kind) {
    call.server = server;
    call.kind = kind;
    call.delivered = call.parked = call.missing = false;
  }

  void notifies(u16 id) {
    const u8 mine = shape->slot_of[id];
    for (u8 to = 0; to < shape->slots; ++to) {
      enter("notify", [&](TheCore& core) {
        const bool allowed = !(event_bits & ~shape->may_notify[mine][to]);
        const Status expected = !allowed ? Status::refused : world_.ghost.running[to] ? Status::ok : Status::dead;
        if (expected == Status::ok) world_.ghost.raised[to] |= event_bits;
        require(core.notify(core.threads[id], to, event_bits) == expected, "notify");
      });
    }
    enter("notify nobody", [&](TheCore& core) {
      require(core.notify(core.threads[id], max_slots, 0) == Status::invalid, "notify beyond the table");
    });
  }

  void owner(u16 id) {
    enter("take a stop", [&](TheCore& core) {
      const Thread* told = core.take_stopped(core.threads[id]);
      bool any = false;
      for (unsigned p = shape->components; p < shape->threads; ++p) any |= world_.ghost.stop_untold[p];
      require(any == (told != nullptr), "a stop is not told, or told twice");
      if (told) {
        require(world_.ghost.stop_untold[told->id], "the wrong stop is told");
        world_.ghost.stop_untold[told->id] = false;
      }
    });
    constexpr unsigned far_outside = 1 << 24;
    for (unsigned target = 0; target <= max_threads; ++target) {
      owner_of(id, target < max_threads ? target : far_outside);
    }
  }

  void owner_of(u16 id, unsigned target) {
    const bool mine = target >= shape->components && target < shape->threads;
    const bool there = mine && from_.ghost.exists[target];
    enter("stop", [&](TheCore& core) { stop_program(core, id, target, there); });
    enter("resume", [&](TheCore& core) {
      const bool good = there && world_.ghost.is_stopped[target];
      require((core.resume(core.threads[id], target) == Status::ok) == good, "resume");
      if (good) world_.ghost.is_stopped[target] = world_.ghost.stop_untold[target] = false;
    });
    enter("destroy", [&](TheCore& core) {
      require((core.destroy(core.threads[id], target) == Status::ok) == there, "destroy");
      if (there) forget(target);
    });
    enter("create", [&](TheCore& core) {
      const bool good = mine && !there;
      require((core.create(core.threads[id], target, target + 1) == Status::ok) == good, "create");
      if (good) world_.ghost.exists[target] = world_.ghost.is_stopped[target] = true;
    });
  }

  void stop_program(TheCore& core, u16 id, unsigned target, bool there) {
    Ghost& ghost = world_.ghost;
    const bool good = there && !ghost.is_stopped[target];
    const bool later = good && ghost.calls[target].open;
    require((core.stop(core.threads[id], target, 3) == Status::ok) == good, "stop");
    if (later) ghost.stop_asked[target] = true;
    if (!good || later) return;
    ghost.is_stopped[target] = ghost.stop_untold[target] = true;
    stop_event();
  }

  void forget(unsigned id) {
    Ghost& ghost = world_.ghost;
    ghost.exists[id] = ghost.is_stopped[id] = ghost.stop_untold[id] = ghost.stop_asked[id] = false;
    ghost.calls[id].answer = Answer::dead;  // closes it
  }

  void reincarnation() {
    for (u8 target = 0; target < shape->slots; ++target) {
      if (target == shape->reincarnation) continue;
      enter("stop a slot", [&](TheCore& core) { stop(core, target); });
      if (!from_.ghost.running[target]) enter("start a slot", [&](TheCore& core) { start(core, target); });
    }
  }

  // A slot stops: who waits for it learns of it, and what its own threads had asked for is over.
  void stop(TheCore& core, u8 number) {
    Ghost& ghost = world_.ghost;
    core.stop_slot(core.slots[number], 1, 0);
    if (!ghost.running[number]) return;
    ghost.running[number] = false;
    ghost.raised[number] = 0;
    for (unsigned id = 0; id < shape->threads; ++id) {
      Call& call = ghost.calls[id];
      if (!is_program(id) && shape->slot_of[id] == number) {
        if (call.open) ghost.calls[id].answer = Answer::dead;
        ghost.receiving[id] = false;
        core.threads[id].frame.rax = static_cast<u64>(Status::dead);  // nobody looks: it is halted
      } else if (call.open && call.server == number) {
        if (!is_program(id)) call.answer = Answer::dead;
        call.redelivered |= call.delivered;
        call.delivered = call.parked = call.missing = false;
      }
    }
    if (number != shape->reincarnation && ghost.running[shape->reincarnation]) {
      ghost.raised[shape->reincarnation] |= abi::event_slot;
    }
    // The kernel itself brings the reincarnation server back.
    if (number == shape->reincarnation) start(core, number);
  }

  void start(TheCore& core, u8 number) {
    core.start_slot(core.slots[number]);
    world_.ghost.running[number] = true;
    world_.ghost.raised[number] = 0;
  }

  const World& from_;
  const Visit& visit_;
  World world_;
  unsigned processor_ = 0;
};

}  // namespace

void for_each_successor(const World& from, const Visit& visit) { Actions(from, visit).all(); }

}  // namespace explore
