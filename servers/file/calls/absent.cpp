// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"

namespace file {

Calls::Value Calls::socket(Caller&, i32) { return fail(Error::no_address_family); }

Calls::Value Calls::peer_name(Caller& caller, i32 descriptor) {
  const Result<Opened> file = opened(caller, descriptor);
  return fail(file ? Error::not_socket : file.error());
}

Calls::Value Calls::extended_attribute(Caller& caller, u64 path, bool follow) {
  const Result<Spot> file = find(caller, flags::at_working_directory, path, follow);
  return fail(file ? Error::not_supported : file.error());
}

}  // namespace file
