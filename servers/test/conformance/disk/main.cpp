// SPDX-License-Identifier: BSD-2-Clause
#include "lib/conformance/disk.hpp"
#include "servers/test/conformance/striker.hpp"

COMPONENT(conformance::Striker<conformance::DiskWorkload>)
