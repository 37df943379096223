// SPDX-License-Identifier: BSD-2-Clause
#include "lib/conformance/input.hpp"
#include "servers/test/conformance/striker.hpp"

namespace {

struct Workload : conformance::InputWorkload {
  explicit Workload(Shadow& device) : InputWorkload(device, component::command_line_value("numbered") == "true") {}
};

}  // namespace

COMPONENT(conformance::Striker<Workload>)
