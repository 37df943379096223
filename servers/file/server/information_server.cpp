// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/server/information_server.hpp"

#include <algorithm>

namespace file {

namespace {

namespace information = contract::information;

template <class Outcome>
unexpected<Error> failure(const Outcome& outcome) {
  using information::Reason;
  if (!outcome.template is<information::Failed>()) return fail(Error::io);
  switch (outcome.template get<information::Failed>().reason) {
    case Reason::absent:
      return fail(Error::no_entry);
    case Reason::not_folder:
      return fail(Error::not_directory);
    case Reason::is_folder:
      return fail(Error::is_directory);
    case Reason::not_permitted:
      return fail(Error::access);
    case Reason::invalid:
      return fail(Error::invalid);
    case Reason::busy:
      return fail(Error::busy);
    case Reason::unavailable:
    case Reason::memory:  // of this server's own: it was there
      break;
  }
  return fail(Error::io);
}

}  // namespace

Result<InformationNode> InformationServer::lookup(u32 folder, std::string_view name) {
  constexpr std::size_t longest = 35;
  if (name.size() > longest) return fail(Error::no_entry);
  const auto outcome = server_.lookup(folder, name);
  if (!outcome.is<information::Found>()) return failure(outcome);
  const auto& found = outcome.get<information::Found>();
  return InformationNode{.node = found.node,
                         .folder = found.kind == information::Kind::folder,
                         .mode = static_cast<u16>(found.mode & 0777)};
}

Result<> InformationServer::list(u32 folder, u32 position, InformationListing& listing) {
  for (;;) {
    information::Entry entries[16];
    const auto outcome =
        server_.list(folder, position, contract::Lend::writing(std::as_writable_bytes(std::span(entries))));
    if (!outcome.is<information::Listed>()) return failure(outcome);
    const auto& listed = outcome.get<information::Listed>();
    if (listed.count == 0) return {};
    for (u32 i = 0; i < std::min<u32>(listed.count, std::size(entries)); ++i) {
      const InformationNode node{
          .node = entries[i].node, .folder = entries[i].kind == information::Kind::folder, .mode = 0};
      // Positions count entries.
      if (!listing.add(entries[i].name.view(), node, position + i + 1)) return {};
    }
    if (listed.next <= position) return fail(Error::io);
    position = listed.next;
  }
}

Result<u32> InformationServer::read(u32 node, u64 offset, std::span<std::byte> to) {
  const auto outcome = server_.read(node, offset, contract::Lend::writing(to));
  if (!outcome.is<information::Transferred>()) return failure(outcome);
  return static_cast<u32>(std::min<u64>(outcome.get<information::Transferred>().count, to.size()));
}

Result<u32> InformationServer::write(u32 node, std::span<const std::byte> from) {
  const auto outcome = server_.write(node, contract::Lend::reading(from));
  if (!outcome.is<information::Transferred>()) return failure(outcome);
  return outcome.get<information::Transferred>().count;
}

}  // namespace file
