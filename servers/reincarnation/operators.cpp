// SPDX-License-Identifier: BSD-2-Clause
#include "servers/reincarnation/operators.hpp"

#include "lib/component/table.hpp"
#include "servers/reincarnation/contract_checks.hpp"

namespace reincarnation {
namespace {

namespace blame = contract::blame;
using Done = contract::Answer<orders::Done, orders::Failed>;

orders::Failed failed(Refusal reason) { return {reason}; }

Done answer(const Ordered& ordered) {
  if (!ordered) return failed(ordered.error());
  return orders::Done{};
}

// The lend's memory belongs to the client: if it is not there, that is the client's own loss.
template <class T>
void give(const contract::LendOf<T>& lend, std::size_t index, const T& value) {
  if (index < lend.count()) static_cast<void>(lend.write(index, std::span(&value, 1)));
}

}  // namespace

contract::Answer<orders::Listed, orders::Failed> Operators::on_list(contract::Call&, const orders::List& message) {
  u32 count = 0;
  for (unsigned slot = 0; slot < abi::max_slots && count < message.services.count(); ++slot)
    if (guardian_.known(slot)) give(message.services, count++, guardian_.describe(slot));
  return orders::Listed{count};
}

Done Operators::on_status(contract::Call&, const orders::Status& message) {
  if (!guardian_.known(message.slot)) return failed(Refusal::absent);
  give(message.service, 0, guardian_.describe(message.slot));
  return orders::Done{};
}

Done Operators::on_restart(contract::Call&, const orders::Restart& message) {
  return answer(guardian_.restart(message.slot, message.generation));
}
Done Operators::on_stop(contract::Call&, const orders::Stop& message) { return answer(guardian_.stop(message.slot)); }
Done Operators::on_start(contract::Call&, const orders::Start& message) {
  return answer(guardian_.start(message.slot));
}

contract::Answer<orders::Armed, orders::Failed> Operators::on_inject(contract::Call&, const orders::Inject& message) {
  const auto number = guardian_.inject(message.slot, message.kind, message.when_busy);
  if (!number) return failed(number.error());
  return orders::Armed{*number};
}

contract::Answer<orders::Armed, orders::Failed> Operators::on_inject_after(contract::Call&,
                                                                           const orders::InjectAfter& message) {
  const auto number = guardian_.inject_after(message.slot, message.kind, message.instructions);
  if (!number) return failed(number.error());
  return orders::Armed{*number};
}

contract::Answer<orders::InjectionIs, orders::Failed> Operators::on_injected(contract::Call&,
                                                                             const orders::Injected& message) {
  const Injection* const injection = guardian_.injection(message.number);
  if (injection == nullptr) return failed(Refusal::absent);
  return orders::InjectionIs{.number = injection->number,
                             .progress = injection->progress,
                             .tag = injection->tag,
                             .sender = injection->sender,
                             .crash = injection->crash};
}

Done Operators::on_report(contract::Call&, const orders::Report& message) {
  const Crash* const crash = guardian_.crash(message.number);
  if (crash == nullptr) return failed(Refusal::absent);
  give(message.crash, 0, *crash);
  return orders::Done{};
}

Done Operators::on_why(contract::Call&, const orders::Why& message) {
  if (guardian_.record(message.slot) == nullptr) return failed(Refusal::absent);
  const u32 number = guardian_.service(message.slot).last_crash;
  const Crash* const crash = number == 0 ? nullptr : guardian_.crash(number);
  if (crash == nullptr || crash->number != number) return failed(Refusal::absent);
  give(message.crash, 0, *crash);
  return orders::Done{};
}

// Whoever complains may lie: the message must be wrong by this server's own check, and the two must have a channel
// under that contract in the direction that is said.
contract::Answer<blame::Noted> Complaints::on_broken(contract::Call& call, const blame::Broken& message) {
  const ContractChecks* const checks = checks_of(message.contract.view());
  const unsigned caller = call.caller().slot();
  const abi::ComponentRecord* const importer = guardian_.record(message.of_importer ? message.peer : caller);
  const unsigned exporter = message.of_importer ? caller : message.peer;
  contract::Message broken;
  if (checks == nullptr || importer == nullptr ||
      !message.message.copy_in(0, std::as_writable_bytes(std::span(&broken, 1))))
    return blame::Noted{};
  bool connected = false;
  for (const abi::ImportRecord& import : component::imports_of(*importer))
    connected = connected || (import.exporter == exporter && component::text_of(import.contract) == checks->name);
  const contract::Violation found = message.of_importer ? checks->request(broken) : checks->reply(broken);
  if (connected && found != contract::Violation::none)
    guardian_.condemn(message.peer, message.generation, caller, !message.of_importer);
  return blame::Noted{};
}

contract::Answer<blame::Poisoned, blame::Healthy> Complaints::on_poison(contract::Call& call, const blame::Poison&) {
  const Service& service = guardian_.service(call.caller().slot());
  if (!service.poisoned) return blame::Healthy{};
  const bool program = service.executing.tag == 0;
  return blame::Poisoned{.program = program ? service.executing.sender : 0,
                         .tag = service.executing.tag,
                         .slot = static_cast<u8>(program ? 0 : service.executing.sender - 1)};
}

}  // namespace reincarnation
