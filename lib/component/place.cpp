// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/place.hpp"

#include "abi/layout.hpp"

namespace component {

std::string_view place_of(abi::u64 address) {
  using namespace abi::layout;
  struct Place {
    abi::u64 first;
    std::string_view name;
  };
  // Each goes on to where the next begins.
  constexpr Place places[] = {{0, "null"},
                              {abi::page_size, ""},
                              {image_base, "program"},
                              {table_base, "system table"},
                              {archive_base, "boot archive"},
                              {info_base, "information page"},
                              {stack_base, "stack"},
                              {vault_base, "vault"},
                              {dma_base, "DMA memory"},
                              {device_base, "window 0"},
                              {device_base + device_stride, "window 1"},
                              {device_base + 2 * device_stride, "window 2"},
                              {device_base + 3 * device_stride, "window 3"},
                              {device_base + 4 * device_stride, ""},
                              {frame_base, "frames"},
                              {user_end, ""}};
  std::string_view found;
  for (const Place& place : places)
    if (address >= place.first) found = place.name;
  return found;
}

}  // namespace component
