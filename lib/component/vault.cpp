// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/vault.hpp"

#include "lib/contract/runtime.hpp"

namespace component {

void DirectMemory::defect(std::string_view what) { contract::defect(what); }

template class BasicVault<DirectMemory>;
template class BasicTransaction<DirectMemory>;

}  // namespace component
