// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/component.hpp"
#include "abi/slot.hpp"
#include "tools/verifier/system.hpp"

namespace verifier {

/// What the kernel reads of components, made in the order of their slots. Vectors and numbers for DMA are given out one
/// after the other. Regions are left empty: their place is the image's affair.
class SlotRecords {
 public:
  abi::SlotRecord next(const Component& component);

 private:
  std::uint64_t next_vector_ = abi::vector_message;
  std::uint64_t next_dma_ = 0;
};

/// What components read of a component.
abi::ComponentRecord component_record(const System& system, const Component& component);

}  // namespace verifier
