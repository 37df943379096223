// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/store.hpp"
#include "lib/component/table.hpp"
#include "servers/store/waiters.hpp"

namespace store {

/// What the server does besides answering, so that it runs on the host.
class World {
 public:
  virtual void raise(unsigned slot, abi::u64 events) = 0;
  virtual abi::u64 liveness() = 0;
  /// Calls `tick` of the server after about this many nanoseconds.
  virtual void wake_after(abi::u64 nanoseconds) = 0;

 protected:
  ~World() = default;
};

/// The contract `store`, over the names in the vault.
class Server : public contract::store::Exporter {
 public:
  Server(World& world, component::Vault& vault, component::Table table);

  void tick();

  contract::Answer<contract::store::Found, contract::store::Failed> on_lookup(
      contract::Call& call, const contract::store::Lookup& message) override;
  contract::Answer<contract::store::Found, contract::store::Failed> on_wait_for(
      contract::Call& call, const contract::store::WaitFor& message) override;
  contract::Answer<contract::store::Done, contract::store::Failed> on_publish(
      contract::Call& call, const contract::store::Publish& message) override;
  contract::Answer<contract::store::Done, contract::store::Failed> on_give_up(
      contract::Call& call, const contract::store::GiveUp& message) override;
  contract::Answer<contract::store::Done, contract::store::Failed> on_mount(
      contract::Call& call, const contract::store::Mount& message) override;
  contract::Answer<contract::store::Done, contract::store::Failed> on_subscribe(
      contract::Call& call, const contract::store::Subscribe& message) override;
  contract::Answer<contract::store::Entry, contract::store::End> on_list(contract::Call& call,
                                                                         const contract::store::List& message) override;
  void on_client(contract::ClientChange change) override;

  const Names& names() const { return names_; }

 protected:
  ~Server() = default;

 private:
  bool may_publish(const contract::Call& call) const;
  void changed(std::string_view text);

  World& world_;
  component::Table table_;
  Names names_;
  Waiters waiters_;
};

}  // namespace store
