// SPDX-License-Identifier: BSD-2-Clause
// What a vault's transaction must not be able to do. Each case is compiled alone, by its number; 0 is the twin that
// compiles.
#include "lib/component/vault.hpp"

namespace {

struct Counters {
  abi::u64 requests = 0;
  abi::u64 bytes = 0;
};
/// What makes downcalls, as a generated Shadow: neither a record nor a plain value.
struct Shadow {
  Shadow() = default;
  Shadow(const Shadow&) = delete;
  void call() const {}
};

[[maybe_unused]] void use(component::Vault& vault, const component::VaultRecord<Counters>& counters,
                          [[maybe_unused]] const Shadow& shadow) {
#if CASE == 0
  vault.transaction([](auto& t, const Counters& c, abi::u64 n) { t.set(c.bytes, c.bytes + n); }, *counters, 5ull);
#elif CASE == 1  // a downcall through a capture
  vault.transaction([&](auto& t) {
    t.set(counters->bytes, 1ull);
    shadow.call();
  });
#elif CASE == 2  // a downcall through an argument
  vault.transaction(
      [](auto& t, const Counters& c, const Shadow& shadow) {
        t.set(c.bytes, 1ull);
        shadow.call();
      },
      *counters, shadow);
#elif CASE == 3  // a downcall through a pointer
  vault.transaction(
      [](auto& t, const Counters& c, const Shadow* shadow) {
        t.set(c.bytes, 1ull);
        shadow->call();
      },
      *counters, &shadow);
#elif CASE == 4  // a change outside of any transaction
  counters->bytes = 1;
#elif CASE == 5  // a record of what is no plain memory
  component::VaultRecord<Shadow> record(vault, "shadow");
#endif
}

}  // namespace
