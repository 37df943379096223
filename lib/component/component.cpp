// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/component.hpp"

#include "abi/raw.hpp"
#include "lib/component/runtime.hpp"

namespace component {

void end() { detail::end(static_cast<abi::u64>(ExitCode::ended)); }

void Component::on_interrupt(unsigned) { contract::defect("an interrupt without a handler"); }
void Component::on_program_call(contract::ProgramCall&) { contract::defect("a program's call without a handler"); }
FaultAnswer Component::on_page_fault(const PageFault&) { contract::defect("a page fault without a handler"); }

const abi::ComponentRecord& Component::record() { return *detail::runtime.record; }
abi::u32 Component::generation() { return detail::runtime.generation; }

Vault& Component::vault() {
  if (detail::runtime.vault == nullptr) contract::defect("a vault is used, but the manifest gives none");
  return *detail::runtime.vault;
}

contract::Import Component::import(std::string_view name) {
  const auto imports = imports_of(record());
  const auto made = [&](unsigned index) {
    return contract::Import{static_cast<abi::u8>(index), imports[index].event_base};
  };
  for (unsigned index = 0; index < imports.size(); ++index)
    if (name_of(imports[index]) == name) return made(index);
  unsigned found = 0, count = 0;
  for (unsigned index = 0; index < imports.size(); ++index) {
    if (text_of(imports[index].contract) != name) continue;
    found = index;
    ++count;
  }
  if (count == 1) return made(found);
  log("no import, or more than one, is named ", name);
  contract::defect("an import that the manifest does not have");
}

namespace detail {

void end(abi::u64 code) {
  for (;;) static_cast<void>(abi::raw::plain(static_cast<abi::u64>(abi::Call::exit), code));
}

}  // namespace detail
}  // namespace component

namespace contract {

void defect(std::string_view what) {
  component::log("defect: ", what);
  component::detail::end(static_cast<u64>(component::ExitCode::defect));
}

}  // namespace contract
