// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/needs.hpp"

#include <charconv>

#include "abi/calls.hpp"

namespace verifier {
namespace {

using abi::Call;

// The functions that make kernel calls which not every component may make. Most of lib/driver are inline, so that they
// are seen only where the compiler kept them.
constexpr struct {
  std::string_view symbol;
  Call call;
} wrappers[] = {
    {"_ZN8contract9Transport4wakeE", Call::wake},
    {"_ZN8contract9Transport7copy_inE", Call::copy_in},
    {"_ZN8contract9Transport8copy_outE", Call::copy_out},
    {"_ZN9component6Frames4takeE", Call::frames_take},
    {"_ZN9component6Frames12take_sixteenE", Call::frames_take},
    {"_ZN9component6Frames9give_backE", Call::frames_return},
    {"_ZNK9component6Frames5stateE", Call::frame_state},
    {"_ZN9component5space6createE", Call::space_create},
    {"_ZN9component5space7destroyE", Call::space_destroy},
    {"_ZN9component5space3mapE", Call::space_map},
    {"_ZN9component5space5unmapE", Call::space_unmap},
    {"_ZN9component5space7protectE", Call::space_protect},
    {"_ZN9component5space5cloneE", Call::space_clone},
    {"_ZN9component5space5queryE", Call::space_query},
    {"_ZN9component14program_thread6createE", Call::thread_create},
    {"_ZN9component14program_thread7destroyE", Call::thread_destroy},
    {"_ZN9component14program_thread4stopE", Call::thread_stop},
    {"_ZN9component14program_thread6resumeE", Call::thread_resume},
    {"_ZN9component14program_thread4readE", Call::thread_registers},
    {"_ZN9component14program_thread5writeE", Call::thread_registers},
    {"_ZN9component14program_thread11read_vectorE", Call::thread_vector},
    {"_ZN9component14program_thread12write_vectorE", Call::thread_vector},
    {"_ZN9component14program_thread4moveE", Call::thread_space},
    {"_ZN9component14program_thread12take_stoppedE", Call::thread_stopped},
    {"_ZN9component14program_thread4nextE", Call::thread_list},
    {"_ZN9component14program_thread4timeE", Call::thread_time},
    {"_ZN9component4slot4stopE", Call::slot_stop},
    {"_ZN9component4slot5resetE", Call::slot_reset},
    {"_ZN9component4slot6statusE", Call::slot_status},
    {"_ZN9component4slot4peekE", Call::slot_peek},
    {"_ZN9component4slot6injectE", Call::slot_inject},
    {"_ZN9component4slot9late_callE", Call::late_call},
    {"_ZN9component4slot8read_logE", Call::log_read},
    {"_ZN6driver6Kernel7port_inE", Call::port_in},
    {"_ZN6driver6Kernel8port_outE", Call::port_out},
    {"_ZN6driver6Kernel13port_in_blockE", Call::port_in_block},
    {"_ZN6driver6Kernel7irq_ackE", Call::irq_ack},
    {"_ZN6driver6Kernel11dma_addressE", Call::dma_address},
    {"_ZN6driver6Kernel11device_bindE", Call::device_bind},
    {"_ZN6driver6Kernel8irq_bindE", Call::irq_bind},
    {"_ZN6driver6Kernel12firmware_mapE", Call::firmware_map},
    {"_ZN6driver6Kernel15processor_startE", Call::processor_start},
    {"_ZN6driver6Kernel7dma_pinE", Call::dma_pin},
    {"_ZN6driver6Kernel9dma_unpinE", Call::dma_unpin},
};

// "4disk" and what follows -> "disk", and the rest.
std::string_view take_name(std::string_view& text) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  const std::size_t digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || length > text.size() - digits) return {};
  const std::string_view name = text.substr(digits, length);
  text.remove_prefix(digits + length);
  return name;
}

}  // namespace

std::uint64_t visible_calls() {
  std::uint64_t calls = 0;
  for (const auto& [symbol, call] : wrappers)
    if (!symbol.starts_with("_ZN6driver") || call == Call::port_in_block)
      calls |= std::uint64_t{1} << static_cast<unsigned>(call);
  return calls;
}

void Needs::take_symbol(std::string_view mangled) {
  for (const auto& [symbol, call] : wrappers)
    if (mangled.starts_with(symbol)) kernel_calls |= std::uint64_t{1} << static_cast<unsigned>(call);
  if (mangled.ends_with("12on_interruptEj") && !mangled.starts_with("_ZN9component9Component")) interrupts = true;
  if (mangled.starts_with("_ZN9component10BasicVaultI") && mangled.contains("E7declareE")) vault = true;
  constexpr std::string_view contract = "_ZN8contract";
  if (!mangled.starts_with(contract)) return;
  std::string_view rest = mangled.substr(contract.size());
  const std::string_view name = take_name(rest);
  if (rest.starts_with("15shadow_contractE")) imports.emplace(name);
  if (rest.starts_with("13BasicExporterI")) exports.emplace(name);
}

}  // namespace verifier
