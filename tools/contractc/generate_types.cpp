// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <format>

#include "tools/contractc/generate.hpp"

namespace contractc {
namespace {

bool needs_check(const model::Type& type);

bool needs_check(const model::Struct& structure) {
  return std::ranges::any_of(structure.fields, [](const model::Field& field) { return needs_check(field.type); });
}

bool needs_check(const model::Type& type) {
  using Kind = model::Type::Kind;
  if (type.kind == Kind::structure) return needs_check(*type.structure);
  return type.kind == Kind::boolean || type.kind == Kind::enumeration || type.kind == Kind::string ||
         type.kind == Kind::array;
}

// Whether every number between the least and the greatest has an enumerator.
bool is_contiguous(const model::Enum& enumeration) {
  const auto [least, greatest] = std::ranges::minmax(enumeration.enumerators, {}, &model::Enumerator::value);
  return greatest.value - least.value + 1 == enumeration.enumerators.size();
}

void put_enum(const model::Enum& enumeration, Output& out) {
  out.put("\n");
  out.document(enumeration.documentation);
  out.put("enum class $name : $underlying {\n",
          {{"name", enumeration.name}, {"underlying", cpp_type(enumeration.underlying)}});
  for (const model::Enumerator& enumerator : enumeration.enumerators) {
    out.document(enumerator.documentation, "  ");
    out.put("  $name = $value,\n",
            {{"name", enumerator.name}, {"value", cpp_literal(enumerator.value, enumeration.underlying)}});
  }
  out.put("};\nconstexpr bool is_valid($name value) {\n", {{"name", enumeration.name}});
  if (is_contiguous(enumeration) && !enumeration.underlying.is_signed) {
    const auto [least, greatest] = std::ranges::minmax(enumeration.enumerators, {}, &model::Enumerator::value);
    const std::string low = std::format("number >= {}u && ", least.value);
    out.put("  const auto number = static_cast<$underlying>(value);\n  return ${low}number <= ${high}u;\n}\n",
            {{"underlying", cpp_type(enumeration.underlying)},
             {"low", least.value == 0 ? "" : low},
             {"high", std::to_string(greatest.value)}});
    return;
  }
  out.put("  switch (value) {\n");
  for (const model::Enumerator& enumerator : enumeration.enumerators)
    out.put("    case $enum::$name:\n", {{"enum", enumeration.name}, {"name", enumerator.name}});
  out.put("      return true;\n  }\n  return false;\n}\n");
}

// One statement that returns what is wrong with the value whose bytes begin at `place`; nothing where any bytes will
// do.
void put_check(const model::Type& type, const std::string& place, const std::string& indent, Output& out) {
  using Kind = model::Type::Kind;
  if (!needs_check(type)) return;
  const Output::Values values = {
      {"at", place}, {"in", indent}, {"type", cpp_type(type)}, {"capacity", std::to_string(type.capacity)}};
  switch (type.kind) {
    case Kind::boolean:
      out.put(
          "${in}if (!::contract::is_bool(::contract::read_bytes<::contract::u8>($at))) return "
          "::contract::Violation::bad_bool;\n",
          values);
      break;
    case Kind::enumeration:
      out.put("${in}if (!is_valid(::contract::read_bytes<$type>($at))) return ::contract::Violation::bad_enum;\n",
              values);
      break;
    case Kind::string:
      out.put(
          "${in}if (::contract::read_bytes<::contract::u8>($at) > $capacity) return ::contract::Violation::too_long;\n",
          values);
      break;
    case Kind::structure:
      out.put(
          "${in}if (const auto violation = $type::check($at); violation != ::contract::Violation::none) return "
          "violation;\n",
          values);
      break;
    case Kind::array:
      out.put(
          "${in}if (::contract::read_bytes<::contract::u16>($at) > $capacity) return "
          "::contract::Violation::too_long;\n",
          values);
      if (needs_check(*type.element)) {
        // A name of its own for each level of nesting.
        const std::string index = std::format("i{}", indent.size() / 2);
        const std::uint64_t alignment = type.element->alignment;
        const std::uint64_t begin = (2 + alignment - 1) / alignment * alignment;
        const std::string element = std::format("{} + {} + {} * {}", place, begin, index, type.element->size);
        out.put(
            "${in}for (std::size_t $index = 0; $index < ::contract::read_bytes<::contract::u16>($at); ++$index) {\n",
            {{"in", indent}, {"index", index}, {"at", place}});
        put_check(*type.element, element, indent + "  ", out);
        out.put("$in}\n", {{"in", indent}});
      }
      break;
    default:
      break;
  }
}

void put_struct(const model::Struct& structure, Output& out) {
  out.put("\n");
  out.document(structure.documentation);
  out.put("struct $name {\n", {{"name", structure.name}});
  std::uint64_t end = 0;
  unsigned paddings = 0;
  // Padding is written out so that it is zero: what lay on a stack must not leave with a message.
  const auto pad = [&](std::uint64_t to) {
    if (end < to)
      out.put("  ::contract::u8 padding_$number[$bytes] = {};\n",
              {{"number", std::to_string(++paddings)}, {"bytes", std::to_string(to - end)}});
  };
  for (const model::Field& field : structure.fields) {
    pad(field.offset);
    out.document(field.documentation, "  ");
    out.put("  $type $name = {};\n", {{"type", cpp_type(field.type)}, {"name", field.name}});
    end = field.offset + field.type.size;
  }
  pad(structure.size);
  out.put(
      "\n  /// What is wrong with the bytes of such a structure.\n"
      "  static ::contract::Violation check([[maybe_unused]] const std::byte* from) {\n");
  for (const model::Field& field : structure.fields)
    put_check(field.type, std::format("from + {}", field.offset), "    ", out);
  out.put("    return ::contract::Violation::none;\n  }\n};\n");
  out.put("static_assert(sizeof($name) == $size && alignof($name) == $alignment);\n",
          {{"name", structure.name},
           {"size", std::to_string(structure.size)},
           {"alignment", std::to_string(structure.alignment)}});
  for (const model::Field& field : structure.fields)
    out.put("static_assert(offsetof($struct, $name) == $offset);\n",
            {{"struct", structure.name}, {"name", field.name}, {"offset", std::to_string(field.offset)}});
}

}  // namespace

void put_payload_check(const model::Field& field, Output& out) {
  put_check(field.type, std::format("payload + {}", field.offset), "    ", out);
}

void generate_types(const model::Contract& contract, Output& out) {
  for (const model::Constant& constant : contract.constants) {
    out.document(constant.documentation);
    out.put("inline constexpr $type $name = $value;\n", {{"type", cpp_type(constant.type)},
                                                         {"name", constant.name},
                                                         {"value", cpp_literal(constant.value, constant.type)}});
  }
  for (const auto& enumeration : contract.enums) put_enum(*enumeration, out);
  // Structures may hold one another; each is declared before it is used.
  for (const auto& structure : contract.structs) put_struct(*structure, out);
  if (contract.events.empty()) return;
  out.put(
      "\n/// What the exporter raises at the importer; each says that there is something to take.\nenum class Event : "
      "::contract::u8 {\n");
  for (std::size_t i = 0; i < contract.events.size(); ++i) {
    out.document(contract.events[i].documentation, "  ");
    out.put("  $name = $number,\n", {{"name", contract.events[i].name}, {"number", std::to_string(i)}});
  }
  out.put("};\n");
}

}  // namespace contractc
