// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/component.hpp"
#include "abi/slot.hpp"
#include "tools/verifier/system.hpp"

namespace verifier {

/// What the kernel reads of a component. Segments are left empty: their place is the image's affair.
abi::SlotRecord slot_record(const Component& component);

/// What components read of a component.
abi::ComponentRecord component_record(const System& system, const Component& component);

}  // namespace verifier
