// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/information/files.hpp"

namespace information {

namespace answer = contract::information;

/// The contract `information`. A write is a command. No answers are kept by which it would be performed once: a command
/// names the generation that it means, and so is no harm when it comes again.
class Server : public contract::information::Exporter, private contract::OnceStore {
 public:
  explicit Server(Sources& sources) : sources_(sources), files_(sources) { keep_replies_in(*this); }

  contract::Answer<answer::Found, answer::Failed> on_lookup(contract::Call&, const answer::Lookup&) override;
  contract::Answer<answer::Listed, answer::Failed> on_list(contract::Call&, const answer::List&) override;
  contract::Answer<answer::Transferred, answer::Failed> on_read(contract::Call&, const answer::Read&) override;
  contract::Answer<answer::Transferred, answer::Failed> on_write(contract::Call&, const answer::Write&) override;
  contract::Answer<answer::Known> on_know(contract::Call&, const answer::Know& told) override {
    files_.know(told);
    return answer::Known{};
  }

 private:
  const contract::OnceRecord* find(const contract::Call&) const override { return nullptr; }
  void keep(const contract::Call&, const contract::Message&) override {}

  Sources& sources_;
  Files files_;
};

}  // namespace information
