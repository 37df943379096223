// SPDX-License-Identifier: BSD-2-Clause
#include "lib/conformance/character.hpp"
#include "servers/test/conformance/striker.hpp"

namespace {

struct Workload : conformance::CharacterWorkload {
  explicit Workload(Shadow& device) : CharacterWorkload(device, component::command_line_value("echoes") == "true") {}
};

}  // namespace

COMPONENT(conformance::Striker<Workload>)
