// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <array>
#include <format>

#include "tools/contractc/scope.hpp"

namespace contractc {
namespace {

using model::Type;

struct IntegerName {
  std::string_view name;
  std::uint64_t size;
  bool is_signed;
};
constexpr std::array<IntegerName, 9> integers = {{{"u8", 1, false},
                                                  {"u16", 2, false},
                                                  {"u32", 4, false},
                                                  {"u64", 8, false},
                                                  {"i8", 1, true},
                                                  {"i16", 2, true},
                                                  {"i32", 4, true},
                                                  {"i64", 8, true},
                                                  {"int", 4, true}}};

constexpr std::uint64_t align_up(std::uint64_t offset, std::uint64_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

std::optional<std::uint64_t> capacity_of(const syntax::Type& type, std::uint64_t most, const Scope& scope,
                                         Diagnostics& diagnostics) {
  const auto value = constant_value(*type.capacity, scope, diagnostics);
  if (!value) return std::nullopt;
  if (*value < 1 || *value > static_cast<Wide>(most)) {
    diagnostics.error(type.capacity->at, std::format("the bound of {} must be between 1 and {}", type.name.text, most),
                      "choose another bound");
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*value);
}

std::optional<Type> resolve_named(const syntax::Name& name, const Scope& scope, Diagnostics& diagnostics) {
  if (auto integer = integer_type(name.text)) return integer;
  if (name.text == "bool") return Type{.kind = Type::Kind::boolean, .size = 1};
  if (const auto found = scope.enums.find(name.text); found != scope.enums.end()) {
    Type type = found->second->underlying;
    type.kind = Type::Kind::enumeration;
    type.enumeration = found->second;
    return type;
  }
  if (const auto found = scope.structs.find(name.text); found != scope.structs.end()) {
    return Type{.kind = Type::Kind::structure,
                .structure = found->second,
                .size = found->second->size,
                .alignment = found->second->alignment};
  }
  std::string mend =
      "types are bool, u8 to u64, i8 to i64, int, string<N>, array<TYPE, N>, lend, give, service, and the "
      "enums and structures declared above";
  if (name.text == "string") mend = "write `string<N>` with the greatest length";
  if (name.text == "array") mend = "write `array<TYPE, N>`";
  diagnostics.error(name.at, std::format("there is no type `{}`", name.text), std::move(mend));
  return std::nullopt;
}

std::optional<Type> resolve_array(const syntax::Type& type, const Scope& scope, Diagnostics& diagnostics) {
  const auto element = resolve(*type.element, scope, diagnostics);
  const auto capacity = capacity_of(type, 65'535, scope, diagnostics);
  if (!element || !capacity) return std::nullopt;
  if (element->in_back()) {
    diagnostics.error(type.name.at, "an array cannot hold lends", "lend one piece of memory that holds everything");
    return std::nullopt;
  }
  const std::uint64_t alignment = std::max<std::uint64_t>(2, element->alignment);
  const std::uint64_t begin = align_up(2, element->alignment);
  return Type{.kind = Type::Kind::array,
              .element = std::make_shared<Type>(*element),
              .capacity = *capacity,
              .size = align_up(begin + *capacity * element->size, alignment),
              .alignment = alignment};
}

}  // namespace

std::optional<Type> integer_type(const std::string& name) {
  const auto found = std::ranges::find(integers, name, &IntegerName::name);
  if (found == integers.end()) return std::nullopt;
  return Type{
      .kind = Type::Kind::integer, .is_signed = found->is_signed, .size = found->size, .alignment = found->size};
}

bool fits(Wide value, const Type& type) {
  const unsigned bits = static_cast<unsigned>(type.size * 8);
  const Wide one = 1;
  if (type.is_signed) return value >= -(one << (bits - 1)) && value < one << (bits - 1);
  return value >= 0 && value < one << bits;
}

std::optional<Type> resolve(const syntax::Type& type, const Scope& scope, Diagnostics& diagnostics) {
  using Kind = syntax::Type::Kind;
  switch (type.kind) {
    case Kind::named:
      return resolve_named(type.name, scope, diagnostics);
    case Kind::string: {
      const auto capacity = capacity_of(type, 255, scope, diagnostics);
      if (!capacity) return std::nullopt;
      return Type{.kind = Type::Kind::string, .capacity = *capacity, .size = 1 + *capacity};
    }
    case Kind::array:
      return resolve_array(type, scope, diagnostics);
    case Kind::lend_read:
    case Kind::lend_write: {
      Type result{.kind = Type::Kind::lend, .writable = type.kind == Kind::lend_write, .size = 16, .alignment = 8};
      if (type.name.text.empty()) return result;
      const auto structure = resolve_named(type.name, scope, diagnostics);
      if (!structure) return std::nullopt;
      if (structure->kind != Type::Kind::structure) {
        diagnostics.error(type.name.at, std::format("`{}` is no structure", type.name.text),
                          "lend a structure, or bytes without `<...>`");
        return std::nullopt;
      }
      result.structure = structure->structure;
      return result;
    }
    case Kind::give:
      return Type{.kind = Type::Kind::give, .size = 16, .alignment = 8};
    case Kind::service:
      return Type{.kind = Type::Kind::service, .size = 2};
  }
  return std::nullopt;
}

std::uint64_t lay_out(std::vector<model::Field>& fields) {
  std::uint64_t front = 0;
  std::uint64_t back = 0;
  for (model::Field& field : fields) {
    if (field.type.in_back()) {
      field.offset = back++;
      continue;
    }
    field.offset = align_up(front, field.type.alignment);
    front = field.offset + field.type.size;
  }
  return front;
}

}  // namespace contractc
