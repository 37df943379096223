// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/server.hpp"

namespace memory {

namespace {

// What manifest.toml asks for, and how much of it may be promised: page tables come out of it as well, and not all
// memory that the kernel found remains at boot.
constexpr u64 share_percent = 45;
constexpr u64 promise_percent = 80;

u64 promisable_frames() {
  return component::info().memory_bytes / page_size * share_percent / 100 * promise_percent / 100;
}

constexpr u8 signal_bus = 7, signal_segment = 11;
constexpr u8 code_unmapped = 1, code_denied = 2;  // SEGV_MAPERR, SEGV_ACCERR
constexpr u8 code_no_such_page = 2;               // BUS_ADRERR

}  // namespace

Server::Server()
    : machine_(slot()),
      files_(import("file")),
      memory_(machine_, files_, *this, {region_storage_, space_storage_, inhabitant_storage_}, promisable_frames()) {}

std::expected<void, component::StartError> Server::start(component::Start) { return {}; }

component::FaultAnswer Server::on_page_fault(const component::PageFault& fault) {
  const Access access = fault.fetch() ? Access::execute : fault.write() ? Access::write : Access::read;
  FaultNote note{fault.address, static_cast<u16>(fault.thread.thread()), signal_segment, code_unmapped};
  if (const auto space = memory_.space_of(contract::OwnerTag{fault.owner_tag}.process())) {
    const auto result = with_frames([&] { return memory_.fault(*space, fault.address, access, fault.present()); });
    if (result) return component::FaultAnswer::resolved;
    if (result.error() == Error::denied) note.code = code_denied;
    if (result.error() == Error::bus || result.error() == Error::no_frames) {
      note.signal = signal_bus;
      note.code = code_no_such_page;
    }
  }
  notes_.put(note);
  return component::FaultAnswer::bad;
}

void Server::on_event(unsigned) {
  take_cuts();
  tell_uses();
}

// Asking for the next says that the one before is done: there is one who asks. Who is told meanwhile that there are
// more leaves it to him.
void Server::take_cuts() {
  if (std::exchange(cutting_, true)) return;
  while (std::exchange(files_.cut_pending, false)) {
    while (const auto cut = files_.take_cut()) {
      // A space that is busy keeps what it has until it is touched anew: the file server no longer shows those pages.
      if (!memory_.cut_object(cut->object, cut->first)) component::log("a cut file stays mapped in a busy space");
    }
  }
  cutting_ = false;
}

void Server::tell_uses() {
  if (std::exchange(telling_, true)) return;
  while (std::exchange(files_.use_pending, false)) {
    while (const auto pid = files_.take_use_wanted()) files_.tell_use(*pid, memory_.usage(*pid).value_or(Usage{}));
  }
  telling_ = false;
}

void Server::settled(SpaceIndex space) {
  for (WaitingRequest& request : waiting_.requests())
    if (request.kind != WaitingRequest::Kind::none && retry(request)) request.kind = WaitingRequest::Kind::none;
  waiting_.settled(space, [](abi::Endpoint program) { static_cast<void>(ProgramCall::wake(program)); });
}

}  // namespace memory

COMPONENT(memory::Server, contract::memory::Exporter)
