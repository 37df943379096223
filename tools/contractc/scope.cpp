// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/scope.hpp"

#include <format>

#include "tools/contractc/names.hpp"

namespace contractc {

void Scope::add(const model::Constant& constant, const std::string& space) {
  constants.insert_or_assign(constant.name, ConstantEntry{&constant, space});
}

void Scope::add(const model::Enum& enumeration) {
  enums.insert_or_assign(enumeration.name, &enumeration);
  for (const model::Enumerator& enumerator : enumeration.enumerators) {
    const bool ambiguous = enumerators.contains(enumerator.name);
    enumerators.insert_or_assign(enumerator.name, EnumeratorEntry{&enumeration, enumerator.value, ambiguous});
  }
}

void Scope::add(const model::Struct& structure) { structs.insert_or_assign(structure.name, &structure); }

void Scope::add_all(const model::Contract& contract) {
  for (const model::Constant& constant : contract.constants) add(constant, contract.space);
  for (const auto& enumeration : contract.enums) add(*enumeration);
  for (const auto& structure : contract.structs) add(*structure);
}

void check_name(const syntax::Name& name, std::string_view what, Diagnostics& diagnostics) {
  const std::string& text = name.text;
  if (is_cpp_keyword(text))
    diagnostics.error(name.at, std::format("`{}` is a word of C++ and cannot name {}", text, what),
                      "choose another name");
  else if (text.starts_with('_') || text.ends_with('_') || text.contains("__"))
    diagnostics.error(
        name.at,
        std::format("`{}` cannot name {}: names with `_` at an end, or two in a row, are the compiler's", text, what),
        "choose another name");
}

}  // namespace contractc
