// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "tools/contractc/model.hpp"
#include "tools/contractc/syntax.hpp"

namespace contractc {

__extension__ typedef __int128 Wide;

/// What a name may mean where types and expressions are written.
struct Scope {
  struct ConstantEntry {
    const model::Constant* constant;
    std::string space;
  };
  struct EnumeratorEntry {
    const model::Enum* enumeration;
    std::uint64_t value;
    bool ambiguous;
  };

  std::map<std::string, const model::Enum*> enums;
  std::map<std::string, const model::Struct*> structs;
  std::map<std::string, ConstantEntry> constants;
  std::map<std::string, EnumeratorEntry> enumerators;

  void add(const model::Constant& constant, const std::string& space);
  void add(const model::Enum& enumeration);
  void add(const model::Struct& structure);
  void add_all(const model::Contract& contract);
};

/// The integer type of a name, if it is one.
std::optional<model::Type> integer_type(const std::string& name);
/// Whether a value can be held by an integer type.
bool fits(Wide value, const model::Type& type);

/// Resolves an expression; null if something in it was reported.
std::unique_ptr<model::Expression> resolve(const syntax::Expression& expression, const Scope& scope,
                                           const std::vector<model::Field>* fields, Diagnostics& diagnostics);
/// Value of an expression of constants; nothing where it is none or overflows, which is reported.
std::optional<Wide> constant_value(const syntax::Expression& expression, const Scope& scope, Diagnostics& diagnostics);
/// Value of a resolved expression, conditions being 0 or 1; `leaf` says that of a field or a length. Nothing where it
/// overflows 64 bits, divides by zero, or asks for a field that `leaf` does not know.
std::optional<Wide> evaluate(const model::Expression& expression,
                             const std::function<std::optional<Wide>(const std::string& field)>& leaf);
/// The expression as text, for documentation.
std::string text_of(const syntax::Expression& expression);

/// Resolves a type, with size and alignment; nothing if something in it was reported.
std::optional<model::Type> resolve(const syntax::Type& type, const Scope& scope, Diagnostics& diagnostics);

/// Places fields at their natural alignment, lends and gives in the back. Returns the size of the front.
std::uint64_t lay_out(std::vector<model::Field>& fields);

/// Names that the generated C++ cannot have.
void check_name(const syntax::Name& name, std::string_view what, Diagnostics& diagnostics);

}  // namespace contractc
