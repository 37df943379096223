// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "drivers/bus/pci/power.hpp"
#include "drivers/bus/pci/reset.hpp"
#include "generated/contract/pci.hpp"
#include "generated/contract/power.hpp"
#include "generated/contract/quiesce.hpp"
#include "lib/component/component.hpp"
#include "lib/contract/token.hpp"

namespace pci {

using component::hex;
using component::log;
using component::name_of;
namespace answer = contract::pci;

/// What of the firmware's tables is needed after the first start.
struct FirmwareRecord {
  bool read = false;
  acpi::Power power;
};

/// Which generation of its slot holds each device (0: nobody), and how many interrupts were bound for it.
struct ClaimRecord {
  u32 generations[max_devices] = {};
  u8 interrupts[max_devices] = {};
};

class Pci final : public component::Component,
                  public contract::pci::Exporter,
                  public contract::quiesce::Exporter,
                  public contract::power::Exporter {
 public:
  std::expected<void, component::StartError> start(component::Start) override {
    if (!firmware_->read) read_firmware();
    if (!inventory_->scanned) read_bus();
    return {};
  }

  void on_timer() override {
    for (unsigned index = 0; index < inventory_->count; ++index)
      if (work_[index].active) go_on(index);
    set_timer();
  }

  contract::Answer<answer::Claimed, answer::Failed> on_claim(contract::Call& call, const answer::Claim&) override {
    const auto index = inventory_->of_slot(call.caller().slot());
    if (!index) return answer::Failed{answer::Reason::absent};
    if (claims_->generations[*index] == call.caller().generation()) return claimed(*index);
    if (work_[*index].quiet) {
      work_[*index].generation = call.caller().generation();
      return finish_claim(*index);
    }
    Work& work = begin(*index);
    work.generation = call.caller().generation();
    const Progress progress = work.reset.step(configuration_, device(*index), component::now());
    work.active = progress == Progress::waiting;
    if (progress == Progress::stuck) return answer::Failed{answer::Reason::stuck};
    if (progress == Progress::done) return finish_claim(*index);
    work.claim = call.defer<answer::Claimed, answer::Failed>();
    set_timer();
    return contract::deferred;
  }

  contract::Answer<answer::WindowIs, answer::Failed> on_window(contract::Call& call,
                                                               const answer::Window& message) override {
    const auto index = held_by(call.caller());
    if (!index) return answer::Failed{answer::Reason::not_claimed};
    const auto spans = windows_of(*inventory_, device(*index));
    if (!spans || message.index >= spans->count) return answer::Failed{answer::Reason::out_of_range};
    const Span& span = spans->spans[message.index];
    return answer::WindowIs{span.bar, span.start(), span.bar_offset, span.length};
  }

  contract::Answer<answer::CapabilityIs, answer::Failed> on_capability(contract::Call& call,
                                                                       const answer::Capability& message) override {
    const auto index = held_by(call.caller());
    if (!index) return answer::Failed{answer::Reason::not_claimed};
    const Function function = device(*index).function;
    const auto identifier = static_cast<CapabilityId>(message.identifier);
    const u8 at = configuration_.find(function, identifier, message.index);
    if (at == 0) return answer::Failed{answer::Reason::out_of_range};
    answer::CapabilityIs result;
    // Only vendors' capabilities say how long they are; of the others as much as may be theirs.
    const u32 length = identifier == CapabilityId::vendor ? configuration_.read(function, at + 2u, 1) : header::bytes;
    std::array<u8, answer::max_bytes> bytes;
    const auto room = std::span{bytes}.first(std::min<std::size_t>({length, bytes.size(), header::bytes - at}));
    configuration_.read(function, at, room);
    for (const u8 byte : room) (void)result.bytes.push(byte);
    return result;
  }

  contract::Answer<answer::Listed, answer::Failed> on_list(contract::Call&, const answer::List& message) override {
    if (message.index >= inventory_->count) return answer::Failed{answer::Reason::out_of_range};
    const Device& found = device(message.index);
    return answer::Listed{found.function.bus, found.function.device, found.function.number, found.slot,
                          found.vendor,       found.device,          found.class_code};
  }

  contract::Answer<contract::quiesce::Quiet, contract::quiesce::Failed> on_quiesce(
      contract::Call& call, const contract::quiesce::Quiesce& message) override {
    const auto index = inventory_->of_slot(message.slot);
    if (!index) return contract::quiesce::Quiet{false};
    Work& work = begin(*index);
    const Progress progress = work.reset.step(configuration_, device(*index), component::now());
    work.active = progress == Progress::waiting;
    if (progress == Progress::stuck) return contract::quiesce::Failed{contract::quiesce::Reason::stuck};
    if (progress == Progress::done) {
      work.quiet = true;
      return contract::quiesce::Quiet{true};
    }
    work.quiesce = call.defer<contract::quiesce::Quiet, contract::quiesce::Failed>();
    set_timer();
    return contract::deferred;
  }

  contract::Answer<contract::power::Underway, contract::power::Failed> on_change(
      contract::Call& call, const contract::power::Change& message) override {
    const bool off = message.action == contract::power::Action::off;
    if (off && !can_turn_off(firmware_->power)) return contract::power::Failed{contract::power::Reason::absent};
    call.defer<contract::power::Underway, contract::power::Failed>().answer(contract::power::Underway{});
    if (off) {
      turn_off(firmware_->power);
    } else {
      // The host's command reads this line: a reset without it is a failure.
      log("resetting the machine, as asked");
      reset_machine(firmware_->power);
    }
    return contract::deferred;
  }

 private:
  /// A reset under way, and who waits for it: the driver that claims, or the reincarnation server.
  struct Work {
    bool active = false;
    bool quiet = false;  // it was reset when its driver died, and nobody has claimed it since
    u32 generation = 0;
    std::optional<Way> way;
    Reset reset;
    contract::Token<answer::Claimed, answer::Failed> claim;
    contract::Token<contract::quiesce::Quiet, contract::quiesce::Failed> quiesce;
  };

  const Device& device(unsigned index) const { return inventory_->devices[index]; }

  std::optional<unsigned> held_by(contract::Endpoint caller) const {
    const auto index = inventory_->of_slot(caller.slot());
    if (!index || claims_->generations[*index] != caller.generation()) return std::nullopt;
    return index;
  }

  void read_firmware() {
    FirmwareRecord record{.read = true, .power = {}};
    acpi::Firmware firmware(slot(), firmware_window);
    const auto tables = acpi::Tables::open(firmware, component::info().rsdp);
    if (!tables) {
      log(firmware.exhausted() ? "no frames for the page tables of what the firmware wrote" : "no ACPI tables",
          ": one processor, and the machine cannot be turned off");
    } else {
      // The processor that runs this is among them; the kernel says so, and that is no error.
      if (const auto found = acpi::processors(*tables))
        for (const u32 identifier : std::span{found->identifiers, found->count})
          (void)driver::Kernel::processor_start(identifier);
      record.power = acpi::power(*tables).value_or(acpi::Power{});
      if (!can_turn_off(record.power)) log("ACPI does not say how to turn the machine off");
    }
    vault().set(*firmware_, record);
  }

  void read_bus() {
    static Inventory found;
    scan(configuration_, found);
    assign(found, table().components());
    // One device a transaction, and that all are there in the last: a scan that was cut off is made anew.
    for (unsigned index = 0; index < found.count; ++index) {
      vault().set(inventory_->devices[index], found.devices[index]);
      const Device& each = found.devices[index];
      const abi::ComponentRecord* const owner = each.slot == no_slot ? nullptr : table().at(each.slot);
      log("bus ", each.function.bus, " device ", each.function.device, ".", each.function.number, ": ",
          hex(each.vendor), ":", hex(each.device), " class ", hex(each.class_code), owner == nullptr ? "" : " for ",
          owner == nullptr ? "" : name_of(*owner));
    }
    vault().set(inventory_->count, found.count);
    vault().set(inventory_->scanned, true);
  }

  /// Makes the device quiet, whatever was going on with it: nobody holds it from here on.
  Work& begin(unsigned index) {
    Work& work = work_[index];
    // Whoever waited for an older reset of it has died: a slot is quiesced when it has stopped, and claims when it is
    // new.
    if (work.claim) work.claim.drop();
    if (work.quiesce) work.quiesce.drop();
    vault().set(claims_->generations[index], 0);
    work.quiet = false;
    if (!work.way) work.way = way_of(configuration_, device(index));
    work.reset = Reset{configuration_, device(index), *work.way, static_cast<u8>(slot()), component::now()};
    return work;
  }

  void go_on(unsigned index) {
    Work& work = work_[index];
    const Progress progress = work.reset.step(configuration_, device(index), component::now());
    if (progress == Progress::waiting) return;
    work.active = false;
    if (progress == Progress::stuck) log("a device of slot ", device(index).slot, " does not come out of its reset");
    if (work.quiesce) {
      work.quiet = progress == Progress::done;
      if (work.quiet)
        work.quiesce.answer(contract::quiesce::Quiet{true});
      else
        work.quiesce.answer(contract::quiesce::Failed{contract::quiesce::Reason::stuck});
    }
    if (work.claim) {
      const auto result =
          progress == Progress::done ? finish_claim(index) : Claiming{answer::Failed{answer::Reason::stuck}};
      if (result.is<answer::Claimed>())
        work.claim.answer(result.get<answer::Claimed>());
      else
        work.claim.answer(result.get<answer::Failed>());
    }
  }

  void set_timer() {
    u64 next = 0;
    for (const Work& work : work_)
      if (work.active && (next == 0 || work.reset.again_at() < next)) next = work.reset.again_at();
    component::set_timer(next);
  }

  using Claiming = contract::Answer<answer::Claimed, answer::Failed>;

  /// The device has been reset: windows, interrupts, and last of all it may master the bus.
  Claiming finish_claim(unsigned index) {
    const Device& mine = device(index);
    work_[index].quiet = false;
    const auto spans = windows_of(*inventory_, mine);
    if (!spans) return answer::Failed{answer::Reason::unsuitable};
    for (u8 window = 0; window < spans->count; ++window) {
      const Span& span = spans->spans[window];
      if (const auto bound = driver::Kernel::device_bind(mine.slot, window, span.first_page(), span.pages()); !bound) {
        if (bound.error() == driver::Error::exhausted)
          log("no frames of slot ", mine.slot, " for the page tables of its window ", window);
        else
          log("the manifest of slot ", mine.slot, " allows window ", window, " fewer than ", span.pages(), " pages");
        return answer::Failed{answer::Reason::unsuitable};
      }
    }
    const auto command = configuration_.read<header::Command>(mine.function);
    configuration_.write<header::Command>(mine.function, command.with<Command::Memory>(true));
    const unsigned wanted = table().at(mine.slot)->interrupt_count;
    vault().set(claims_->interrupts[index],
                bind_interrupts(configuration_, mine, static_cast<u8>(slot()), mine.slot, wanted));
    configuration_.write<header::Command>(mine.function,
                                          command.with<Command::Memory>(true).with<Command::Master>(true));
    vault().set(claims_->generations[index], work_[index].generation);
    return claimed(index);
  }

  answer::Claimed claimed(unsigned index) const {
    const Device& mine = device(index);
    const auto spans = windows_of(*inventory_, mine);
    return {.vendor = mine.vendor,
            .device = mine.device,
            .class_code = mine.class_code,
            .subsystem_vendor = mine.subsystem_vendor,
            .subsystem = mine.subsystem,
            .revision = mine.revision,
            .windows = spans ? spans->count : u8{0},
            .interrupts = claims_->interrupts[index]};
  }

  component::VaultRecord<Inventory> inventory_{vault(), "inventory"};
  component::VaultRecord<ClaimRecord> claims_{vault(), "claims"};
  component::VaultRecord<FirmwareRecord> firmware_{vault(), "firmware"};
  Configuration configuration_;
  Work work_[max_devices];
};

}  // namespace pci

COMPONENT(pci::Pci, contract::pci::Exporter, contract::quiesce::Exporter, contract::power::Exporter)
