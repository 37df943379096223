// SPDX-License-Identifier: BSD-2-Clause
#include <array>
#include <format>

#include "tools/contractc/generate.hpp"

namespace contractc {

std::string cpp_integer(std::uint64_t size, bool is_signed) {
  return std::format("::contract::{}{}", is_signed ? "i" : "u", size * 8);
}

std::string cpp_type(const model::Type& type) {
  using Kind = model::Type::Kind;
  switch (type.kind) {
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return cpp_integer(type.size, type.is_signed);
    case Kind::enumeration:
      return std::format("::contract::{}::{}", type.enumeration->space, type.enumeration->name);
    case Kind::structure:
      return std::format("::contract::{}::{}", type.structure->space, type.structure->name);
    case Kind::string:
      return std::format("::contract::String<{}>", type.capacity);
    case Kind::array:
      return std::format("::contract::Array<{}, {}>", cpp_type(*type.element), type.capacity);
    case Kind::lend:
      if (type.structure == nullptr) return "::contract::Lend";
      return std::format("::contract::LendOf<::contract::{}::{}>", type.structure->space, type.structure->name);
    case Kind::give:
      return "::contract::Give";
    case Kind::service:
      return "::contract::Service";
  }
  return {};
}

std::string cpp_parameter(const model::Type& type) {
  const std::string name = cpp_type(type);
  return type.is_scalar() || type.kind == model::Type::Kind::service ? name : "const " + name + "&";
}

std::string cpp_literal(std::uint64_t value, const model::Type& type) {
  const bool negative = type.is_signed && static_cast<std::int64_t>(value) < 0;
  // The smallest number of all has no literal: its absolute value does not fit.
  if (negative) return std::format("static_cast<{}>({:#x})", cpp_integer(type.size, true), value);
  return std::format("{}{}", value, type.is_signed ? "" : "u");
}

std::string cpp_expression(const model::Expression& expression, const std::string& object,
                           const std::string& arithmetic) {
  using Kind = model::Expression::Kind;
  using Value = model::Expression::Value;
  const char* wide = expression.value == Value::integer ? "::contract::i64" : "::contract::u64";
  const auto inner = [&](const model::Expression& operand) { return cpp_expression(operand, object, arithmetic); };
  switch (expression.kind) {
    case Kind::number:
      return std::format("::contract::u64{{{}u}}", expression.number);
    case Kind::field:
      if (expression.value == Value::boolean) return object + expression.text;
      return std::format("static_cast<{}>({}{})", wide, object, expression.text);
    case Kind::constant:
      return std::format("static_cast<{}>(::contract::{}::{})", wide, expression.space, expression.text);
    case Kind::enumerator:
      return std::format("static_cast<{}>(::contract::{}::{}::{})", wide, expression.space, expression.scope,
                         expression.text);
    case Kind::length:
      return std::format("::contract::u64{{{}{}.length()}}", object, expression.text);
    case Kind::unary:
      if (expression.text == "-") return std::format("{}.negate({})", arithmetic, inner(*expression.left));
      return std::format("{}({})", expression.text, inner(*expression.left));
    case Kind::binary:
      break;
  }
  const std::string left = inner(*expression.left);
  const std::string right = inner(*expression.right);
  struct Named {
    std::string_view op;
    std::string_view function;
  };
  constexpr std::array<Named, 7> checked = {{{"+", "add"},
                                             {"-", "subtract"},
                                             {"*", "multiply"},
                                             {"/", "divide"},
                                             {"%", "remainder"},
                                             {"<<", "shift_left"},
                                             {">>", "shift_right"}}};
  for (const Named& named : checked) {
    if (named.op == expression.text) return std::format("{}.{}({}, {})", arithmetic, named.function, left, right);
  }
  const bool mixed = expression.value == Value::boolean && expression.left->value != expression.right->value;
  constexpr std::array<Named, 6> comparisons = {{{"==", "cmp_equal"},
                                                 {"!=", "cmp_not_equal"},
                                                 {"<", "cmp_less"},
                                                 {">", "cmp_greater"},
                                                 {"<=", "cmp_less_equal"},
                                                 {">=", "cmp_greater_equal"}}};
  for (const Named& named : comparisons) {
    if (mixed && named.op == expression.text) return std::format("std::{}({}, {})", named.function, left, right);
  }
  return std::format("({} {} {})", left, expression.text, right);
}

std::string cpp_outs(const model::Contract& contract, const model::Message& request, std::string_view form) {
  std::string list;
  for (const model::Message* out : contract.answers_to(request))
    list += std::format("{}::contract::{}::{}", list.empty() ? "" : ", ", contract.space, out->type_name);
  return std::format("::contract::{}<{}>", form, list);
}

std::string cpp_parameters(const model::Message& message) {
  std::string list;
  for (const model::Field& field : message.fields)
    list += std::format("{}{} {}", list.empty() ? "" : ", ", cpp_parameter(field.type), field.name);
  return list;
}

std::string cpp_arguments(const model::Message& message) {
  std::string list;
  for (const model::Field& field : message.fields) list += std::format("{}{}", list.empty() ? "" : ", ", field.name);
  return list;
}

}  // namespace contractc
