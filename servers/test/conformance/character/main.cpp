// SPDX-License-Identifier: BSD-2-Clause
#include "lib/conformance/character.hpp"
#include "servers/test/conformance/striker.hpp"

COMPONENT(conformance::Striker<conformance::CharacterWorkload>)
