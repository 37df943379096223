// SPDX-License-Identifier: BSD-2-Clause
#include "servers/reincarnation/policy.hpp"

namespace reincarnation {

Executing executing(const abi::SlotStatus& status, u64 strike) {
  const abi::Tag tag{status.last_request[0]};
  if (status.last_sender == 0 || tag.label() == abi::label_event) return {};
  const abi::Endpoint sender{status.last_sender};
  // Where an exception or an exit happens is exact. A loop is found somewhere in it, a hang has no place at all.
  const bool exact = status.cause == abi::cause_exit || status.cause >= abi::cause_exception;
  const u64 place = strike != 0 ? strike : exact ? status.registers.rip : 0;
  const u64 site = place << 12 | (status.cause & 0xfff);
  if (sender.program()) return {sender.bits, 0, site};
  constexpr u64 flags = u64{0xff} << 32;
  return {sender.slot() + u64{1}, tag.bits & ~flags, site};
}

bool has_device(const abi::ComponentRecord& record) {
  for (const abi::DeviceMatch& match : record.devices)
    if (match.vendor != 0xffff || match.class_code != 0xffff'ffff) return true;
  return false;
}

}  // namespace reincarnation
