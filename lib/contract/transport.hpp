// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The one seam between generated code and the machine, resolved when compiling so that it costs nothing: freestanding
// it is the kernel, on a host the machine that a test installs. Both define the same `contract::Transport`.
#if __STDC_HOSTED__
#include "lib/contract/transport_host.hpp"
#else
#include "lib/contract/transport_kernel.hpp"
#endif

namespace contract {

/// What a transport does. `call` replaces the request by its reply; copies say how many bytes were done.
template <class T>
concept TransportLike = requires(Endpoint peer, Message& message, const Message& constant, void* to, const void* from) {
  { T::call(peer, message, u32{}) } -> std::same_as<Status>;
  { T::reply(peer, constant) } -> std::same_as<Status>;
  { T::notify(unsigned{}, u64{}) } -> std::same_as<Status>;
  { T::copy_in(peer, unsigned{}, u64{}, to, u64{}) } -> std::same_as<Copied>;
  { T::copy_out(peer, unsigned{}, u64{}, from, u64{}) } -> std::same_as<Copied>;
};
static_assert(TransportLike<Transport>);

}  // namespace contract
