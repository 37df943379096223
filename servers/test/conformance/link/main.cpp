// SPDX-License-Identifier: BSD-2-Clause
#include "lib/conformance/link.hpp"
#include "servers/test/conformance/striker.hpp"

namespace {

struct Workload : conformance::LinkWorkload {
  explicit Workload(Shadow& device) : LinkWorkload(device, component::command_line_value("echoes") == "true") {}
};

}  // namespace

COMPONENT(conformance::Striker<Workload>)
