// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/blame.hpp"
#include "generated/contract/reincarnation.hpp"
#include "servers/reincarnation/guardian.hpp"

namespace reincarnation {

namespace orders = contract::reincarnation;

/// The operator's contract.
class Operators : public orders::Exporter {
 public:
  explicit Operators(Guardian& guardian) : guardian_(guardian) {}

  contract::Answer<orders::Listed, orders::Failed> on_list(contract::Call& call, const orders::List& message) override;
  contract::Answer<orders::Done, orders::Failed> on_status(contract::Call& call,
                                                           const orders::Status& message) override;
  contract::Answer<orders::Done, orders::Failed> on_restart(contract::Call& call,
                                                            const orders::Restart& message) override;
  contract::Answer<orders::Done, orders::Failed> on_stop(contract::Call& call, const orders::Stop& message) override;
  contract::Answer<orders::Done, orders::Failed> on_start(contract::Call& call, const orders::Start& message) override;
  contract::Answer<orders::Armed, orders::Failed> on_inject(contract::Call& call,
                                                            const orders::Inject& message) override;
  contract::Answer<orders::Armed, orders::Failed> on_inject_after(contract::Call& call,
                                                                  const orders::InjectAfter& message) override;
  contract::Answer<orders::InjectionIs, orders::Failed> on_injected(contract::Call& call,
                                                                    const orders::Injected& message) override;
  contract::Answer<orders::Done, orders::Failed> on_report(contract::Call& call,
                                                           const orders::Report& message) override;
  contract::Answer<orders::Done, orders::Failed> on_why(contract::Call& call, const orders::Why& message) override;

 private:
  Guardian& guardian_;
};

/// What components say of each other, and ask about themselves.
class Complaints : public contract::blame::Exporter {
 public:
  explicit Complaints(Guardian& guardian) : guardian_(guardian) {}

  contract::Answer<contract::blame::Noted> on_broken(contract::Call& call,
                                                     const contract::blame::Broken& message) override;
  contract::Answer<contract::blame::Poisoned, contract::blame::Healthy> on_poison(
      contract::Call& call, const contract::blame::Poison& message) override;

 private:
  Guardian& guardian_;
};

}  // namespace reincarnation
