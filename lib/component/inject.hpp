// SPDX-License-Identifier: BSD-2-Clause
#pragma once

/// Five ways to fail, in the order of ComponentRecord::inject_entry. The kernel jumps to them on an operator's word; a
/// component that is there to be killed may call them.
extern "C" {
/// Ends itself.
[[noreturn]] void component_inject_exit();
/// Writes where nothing is.
[[noreturn]] void component_inject_segv();
/// Uses its processor for ever.
[[noreturn]] void component_inject_loop();
/// Waits for ever, without using its processor.
[[noreturn]] void component_inject_hang();
/// Answers with a message that its contract does not have, and goes on.
[[noreturn]] void component_inject_violate();
}
