// SPDX-License-Identifier: BSD-2-Clause
#include "lib/conformance/serial.hpp"
#include "servers/test/conformance/striker.hpp"

namespace {

struct Workload : conformance::SerialWorkload {
  explicit Workload(Shadow& ports) : SerialWorkload(ports, &component::liveness) {}
};

}  // namespace

COMPONENT(conformance::Striker<Workload>)
