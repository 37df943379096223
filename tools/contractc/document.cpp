// SPDX-License-Identifier: BSD-2-Clause
#include <format>

#include "tools/contractc/output.hpp"
#include "tools/contractc/report.hpp"

namespace contractc {
namespace {

using Kind = model::Type::Kind;

std::string deadline(std::uint64_t within_us) {
  if (within_us == 0) return "without a deadline (`waits`)";
  if (within_us % 1'000'000 == 0) return std::format("within {} s", within_us / 1'000'000);
  if (within_us % 1'000 == 0) return std::format("within {} ms", within_us / 1'000);
  return std::format("within {} us", within_us);
}

// Table cells are one line, and `|` ends them.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

void put_enum(const model::Enum& enumeration, Output& out) {
  out.put("### enum $name : $type\n\n", {{"name", enumeration.name}, {"type", type_text(enumeration.underlying)}});
  if (!enumeration.documentation.empty()) out.put("$text\n\n", {{"text", enumeration.documentation}});
  out.put("| name | number | |\n|---|---|---|\n");
  for (const model::Enumerator& enumerator : enumeration.enumerators)
    out.put("| `$name` | $value | $text |\n",
            {{"name", enumerator.name},
             {"value", enumeration.underlying.is_signed ? std::to_string(static_cast<std::int64_t>(enumerator.value))
                                                        : std::to_string(enumerator.value)},
             {"text", cell(enumerator.documentation)}});
  out.put("\n");
}

/// What a value of the type may be, before any `requires`.
std::string range(const model::Type& type) {
  switch (type.kind) {
    case Kind::boolean:
      return "false, true";
    case Kind::integer:
      return type.is_signed ? std::format("-2^{0} to 2^{0} - 1", type.size * 8 - 1)
                            : std::format("0 to 2^{} - 1", type.size * 8);
    case Kind::enumeration:
      return std::format("a number of `{}`", type.enumeration->name);
    case Kind::structure:
      return std::format("{} bytes", type.size);
    case Kind::string:
      return std::format("0 to {} bytes", type.capacity);
    case Kind::array:
      return std::format("0 to {} elements", type.capacity);
    case Kind::lend:
      return type.writable ? "memory that the exporter may write until it answers"
                           : "memory that the exporter may read until it answers";
    case Kind::give:
      return "memory that changes hands";
    case Kind::service:
      return "a service";
  }
  return {};
}

std::string_view failure_in_words(model::OnFailure on_failure) {
  switch (on_failure) {
    case model::OnFailure::lost:
      return "the caller is told that the exporter restarted";
    case model::OnFailure::idempotent:
      return "it is asked again of the restarted exporter";
    case model::OnFailure::once:
      return "it is asked again, and done exactly once";
    case model::OnFailure::configures:
      return "it is asked again, and again after each later restart";
    case model::OnFailure::lossy:
      return "it may be dropped";
  }
  return {};
}

void put_fields(const std::vector<model::Field>& fields, Output& out) {
  if (fields.empty()) return;
  out.put("| field | type | range | place | |\n|---|---|---|---|---|\n");
  for (const model::Field& field : fields) {
    const std::string place =
        field.type.in_back() ? std::format("lend {}", field.offset) : std::format("byte {}", field.offset);
    out.put("| `$name` | `$type` | $range | $place | $text |\n", {{"name", field.name},
                                                                  {"type", type_text(field.type)},
                                                                  {"range", range(field.type)},
                                                                  {"place", place},
                                                                  {"text", cell(field.documentation)}});
  }
  out.put("\n");
}

/// "opened(u64 blocks, bool read_only)".
std::string signature(const model::Message& message) {
  std::string fields;
  for (const model::Field& field : message.fields)
    fields += (fields.empty() ? "" : ", ") + type_text(field.type) + " " + field.name;
  return message.name + "(" + fields + ")";
}

void put_message(const model::Contract& contract, const model::Message& message, Output& out) {
  out.put("### $direction $name ($number)\n\n", {{"direction", message.is_request ? "in" : "out"},
                                                 {"name", message.name},
                                                 {"number", std::to_string(message.number)}});
  if (!message.documentation.empty()) out.put("$text\n\n", {{"text", message.documentation}});
  put_fields(message.fields, out);
  if (!message.condition_text.empty()) out.put("Requires `$text`.\n\n", {{"text", message.condition_text}});
  if (!message.is_request) return;
  std::string failure(on_failure_text(message.on_failure));
  if (message.key != nullptr) failure += std::format(" [{}, {}]", message.key->name, message.key_capacity);
  out.put("Answered: $deadline, by", {{"deadline", deadline(message.within_us)}});
  for (const model::Message* answer : contract.answers_to(message)) out.put(" `$name`", {{"name", signature(*answer)}});
  out.put(".\n\nIf the exporter fails meanwhile: $words (`$failure`).\n\n",
          {{"words", std::string(failure_in_words(message.on_failure))}, {"failure", failure}});
}

void put_states(const model::Contract& contract, Output& out) {
  out.put("## States\n\nThe first is the one in which a conversation begins.\n\n");
  out.put("| state | request | answer and next state |\n|---|---|---|\n");
  for (const model::State& state : contract.states) {
    const std::string name = state.is_volatile ? state.name + " (lost at a restart)" : state.name;
    if (state.exchanges.empty()) out.put("| $name | | the end |\n", {{"name", name}});
    for (const model::Exchange& exchange : state.exchanges) {
      std::string answers;
      for (const model::Transition& answer : exchange.answers)
        answers += std::format("{}`{}` → {}", answers.empty() ? "" : ", ", answer.out->name,
                               contract.states[answer.next].name);
      out.put("| $name | `$request` | $answers |\n",
              {{"name", name}, {"request", exchange.request->name}, {"answers", answers}});
    }
  }
  out.put("\n");
}

}  // namespace

std::string type_text(const model::Type& type) {
  switch (type.kind) {
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return std::format("{}{}", type.is_signed ? "i" : "u", type.size * 8);
    case Kind::enumeration:
      return type.enumeration->name;
    case Kind::structure:
      return type.structure->name;
    case Kind::string:
      return std::format("string<{}>", type.capacity);
    case Kind::array:
      return std::format("array<{}, {}>", type_text(*type.element), type.capacity);
    case Kind::lend:
      return std::format("lend {}{}", type.writable ? "write" : "read",
                         type.structure == nullptr ? "" : "<" + type.structure->name + ">");
    case Kind::give:
      return "give";
    case Kind::service:
      return "service";
  }
  return {};
}

std::string_view on_failure_text(model::OnFailure on_failure) {
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

std::string document(const model::Contract& contract) {
  Output out;
  out.put("# contract $name", {{"name", contract.name}});
  if (contract.versioned) out.put(", version $version", {{"version", std::to_string(contract.version)}});
  out.put("\n\n");
  if (!contract.documentation.empty()) out.put("$text\n\n", {{"text", contract.documentation}});
  if (!contract.constants.empty()) {
    out.put("## Constants\n\n| name | value | |\n|---|---|---|\n");
    for (const model::Constant& constant : contract.constants)
      out.put("| `$name` | $value | $text |\n",
              {{"name", constant.name},
               {"value", constant.negative ? std::to_string(static_cast<std::int64_t>(constant.value))
                                           : std::to_string(constant.value)},
               {"text", cell(constant.documentation)}});
    out.put("\n");
  }
  if (!contract.enums.empty() || !contract.structs.empty()) out.put("## Types\n\n");
  for (const auto& enumeration : contract.enums) put_enum(*enumeration, out);
  for (const auto& structure : contract.structs) {
    out.put("### struct $name, $size bytes\n\n",
            {{"name", structure->name}, {"size", std::to_string(structure->size)}});
    if (!structure->documentation.empty()) out.put("$text\n\n", {{"text", structure->documentation}});
    put_fields(structure->fields, out);
  }
  put_states(contract, out);
  out.put("## Messages\n\n");
  for (const auto& message : contract.messages) put_message(contract, *message, out);
  if (!contract.events.empty()) {
    out.put("## Events\n\n| name | |\n|---|---|\n");
    for (const model::Event& event : contract.events)
      out.put("| `$name` | $text |\n", {{"name", event.name}, {"text", cell(event.documentation)}});
    out.put("\n");
  }
  return out.text();
}

}  // namespace contractc
