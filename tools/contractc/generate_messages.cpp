// SPDX-License-Identifier: BSD-2-Clause
#include <format>
#include <map>

#include "tools/contractc/generate.hpp"
#include "tools/contractc/names.hpp"

namespace contractc {

void put_payload_check(const model::Field& field, Output& out);

namespace {

using model::Field;
using model::Message;
using Kind = model::Type::Kind;

std::string_view on_failure_name(model::OnFailure on_failure) {
  switch (on_failure) {
    case model::OnFailure::lost:
      return "lost";
    case model::OnFailure::idempotent:
      return "idempotent";
    case model::OnFailure::once:
      return "once";
    case model::OnFailure::configures:
      return "configures";
    case model::OnFailure::lossy:
      return "lossy";
  }
  return {};
}

// Kernel deadlines are milliseconds.
std::uint64_t within_ms(const Message& message) { return (message.within_us + 999) / 1000; }

std::string scalar_as_word(const Field& field) {
  const std::string narrow = cpp_integer(field.type.size, false);
  const std::string value = field.type.size == 8 && !field.type.is_signed && field.type.kind == Kind::integer
                                ? field.name
                                : std::format("::contract::u64{{static_cast<{}>({})}}", narrow, field.name);
  const std::uint64_t shift = field.offset % 8 * 8;
  return shift == 0 ? value : std::format("{} << {}", value, shift);
}

// Scalars as shifts, the rest as bytes. A fresh message has every word written, so that nothing of the stack leaves
// with it; over a request of the same peer the words that are not used may stay.
void put_encode(const Message& message, bool over, Output& out) {
  out.put(over ? "  void encode_over([[maybe_unused]] ::contract::Message& to_) const {\n"
               : "  void encode(::contract::Message& to_) const {\n");
  std::map<std::uint64_t, std::string> words;
  for (const Field& field : message.fields) {
    if (field.type.in_back()) continue;
    std::string& word = words[field.offset / 8];
    if (field.type.is_scalar()) {
      word += (word.empty() ? "" : " | ") + scalar_as_word(field);
      continue;
    }
    for (std::uint64_t i = field.offset / 8; i * 8 < field.offset + field.type.size; ++i) words[i];
  }
  for (std::uint64_t i = 0; i + 2 * message.back < 7; ++i) {
    if (over && !words.contains(i)) continue;
    const std::string value = words.contains(i) && !words[i].empty() ? words[i] : "0";
    out.put("    to_.words[$i] = $value;\n", {{"i", std::to_string(i)}, {"value", value}});
  }
  for (const Field& field : message.fields) {
    if (field.type.kind == Kind::lend) {
      out.put("    to_.set_lend($index, $name.words());\n",
              {{"index", std::to_string(field.offset)}, {"name", field.name}});
    } else if (field.type.kind == Kind::give) {
      out.put("    to_.set_lend($index, {$name.block, $name.bytes});\n",
              {{"index", std::to_string(field.offset)}, {"name", field.name}});
    } else if (!field.type.is_scalar()) {
      out.put("    ::contract::write_payload(to_, $offset, $name);\n",
              {{"offset", std::to_string(field.offset)}, {"name", field.name}});
    }
  }
  out.put("  }\n");
}

std::string decoded(const Field& field) {
  const std::string type = cpp_type(field.type);
  switch (field.type.kind) {
    case Kind::lend: {
      const std::string lend = std::format("::contract::Lend::received(sender, {0}, from.lend({0}))", field.offset);
      return field.type.structure == nullptr ? lend : type + "(" + lend + ")";
    }
    case Kind::give:
      return std::format("{{from.lend({0}).where, from.lend({0}).extent}}", field.offset);
    case Kind::boolean:
    case Kind::integer:
    case Kind::enumeration: {
      const std::uint64_t shift = field.offset % 8 * 8;
      std::string word = std::format("from.words[{}]", field.offset / 8);
      if (shift != 0) word += std::format(" >> {}", shift);
      if (field.type.kind == Kind::boolean) return std::format("static_cast<::contract::u8>({}) != 0", word);
      if (field.type.kind == Kind::integer) return std::format("static_cast<{}>({})", type, word);
      return std::format("static_cast<{}>(static_cast<{}>({}))", type,
                         cpp_integer(field.type.size, field.type.is_signed), word);
    }
    default:
      return std::format("::contract::read_payload<{}>(from, {})", type, field.offset);
  }
}

void put_decode(const Message& message, Output& out) {
  out.put(
      "  static $type decode([[maybe_unused]] const ::contract::Message& from,\n"
      "                      [[maybe_unused]] ::contract::Endpoint sender) {\n    return {\n",
      {{"type", message.type_name}});
  for (const Field& field : message.fields)
    out.put("        .$name = $value,\n", {{"name", field.name}, {"value", decoded(field)}});
  out.put("    };\n  }\n");
}

void put_lend_checks(const Field& field, Output& out) {
  if (field.type.kind != Kind::lend) return;
  out.put("    if (!from.lend($index).$right()) return ::contract::Violation::wrong_right;\n",
          {{"index", std::to_string(field.offset)}, {"right", field.type.writable ? "writable" : "readable"}});
  if (field.type.structure != nullptr && field.type.structure->size > 1)
    out.put("    if (from.lend($index).length() % $size != 0) return ::contract::Violation::wrong_length;\n",
            {{"index", std::to_string(field.offset)}, {"size", std::to_string(field.type.structure->size)}});
}

void put_check(const Message& message, Output& out) {
  out.put(
      "  static ::contract::Violation check(const ::contract::Message& from) {\n"
      "    if (from.tag.lends() != message_lends) return ::contract::Violation::wrong_lends;\n"
      "    [[maybe_unused]] const auto* payload = reinterpret_cast<const std::byte*>(from.words);\n");
  for (const Field& field : message.fields) {
    put_lend_checks(field, out);
    if (!field.type.in_back()) put_payload_check(field, out);
  }
  if (message.condition != nullptr)
    out.put("    if (!holds(decode(from, {}))) return ::contract::Violation::condition;\n");
  out.put("    return ::contract::Violation::none;\n  }\n");
  if (message.condition == nullptr) return;
  out.put(
      "  /// $text\n"
      "  static bool holds(const $type& message) {\n"
      "    ::contract::Condition arithmetic;\n"
      "    return arithmetic.holds($condition);\n  }\n",
      {{"text", message.condition_text},
       {"type", message.type_name},
       {"condition", cpp_expression(*message.condition, "message.", "arithmetic")}});
}

// C++ types keep bools, lengths and lends right; a cast may make an enum that is none, and a condition may not hold.
void put_soundness(const Message& message, Output& out) {
  out.put("  /// Whether the contract allows what the fields hold.\n  bool is_sound() const {\n    return ");
  for (const Field& field : message.fields) {
    const Output::Values values = {{"name", field.name}, {"type", cpp_type(field.type)}};
    if (field.type.kind == Kind::enumeration) out.put("is_valid($name) && ", values);
    if (field.type.kind == Kind::structure)
      out.put("$type::check(reinterpret_cast<const std::byte*>(&$name)) == ::contract::Violation::none && ", values);
  }
  out.put(message.condition != nullptr ? "holds(*this);\n  }\n" : "true;\n  }\n");
}

void put_message(const Message& message, Output& out) {
  out.put("\n");
  out.document(message.documentation);
  out.put(
      "struct $type {\n"
      "  static constexpr ::contract::MessageNumber message_number = $number;\n"
      "  static constexpr std::string_view message_name = $name;\n"
      "  static constexpr unsigned message_lends = $lends;\n",
      {{"type", message.type_name},
       {"number", std::to_string(message.number)},
       {"name", c_string(message.name)},
       {"lends", std::to_string(message.back)}});
  if (message.is_request)
    out.put(
        "  static constexpr ::contract::u32 message_within_ms = $within;\n"
        "  static constexpr ::contract::OnFailure message_on_failure = ::contract::OnFailure::$failure;\n",
        {{"within", std::to_string(within_ms(message))},
         {"failure", std::string(on_failure_name(message.on_failure))}});
  out.put("\n");
  for (const Field& field : message.fields) {
    out.document(field.documentation, "  ");
    out.put("  $type $name = {};\n", {{"type", cpp_type(field.type)}, {"name", field.name}});
  }
  if (!message.fields.empty()) out.put("\n");
  put_encode(message, false, out);
  if (!message.is_request) {
    put_encode(message, true, out);
    put_soundness(message, out);
  }
  put_decode(message, out);
  put_check(message, out);
  out.put("};\n");
}

void put_examiner(const model::Contract& contract, bool requests, Output& out) {
  out.put(
      "\n/// What is wrong with a $what by itself, whatever the state of its lane.\n"
      "inline ::contract::Violation $function(const ::contract::Message& message) {\n"
      "  switch (::contract::number_of(message.tag)) {\n",
      {{"what", requests ? "request" : "reply"}, {"function", requests ? "check_request" : "check_reply"}});
  for (const auto& message : contract.messages) {
    if (message->is_request == requests)
      out.put("    case $type::message_number: return $type::check(message);\n", {{"type", message->type_name}});
  }
  out.put("    default: return ::contract::Violation::unknown_message;\n  }\n}\n");
}

}  // namespace

void generate_messages(const model::Contract& contract, Output& out) {
  for (const auto& message : contract.messages) put_message(*message, out);
  put_examiner(contract, true, out);
  put_examiner(contract, false, out);
}

}  // namespace contractc
