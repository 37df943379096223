// SPDX-License-Identifier: BSD-2-Clause
#include <format>

#include "tools/contractc/output.hpp"
#include "tools/contractc/report.hpp"

namespace contractc {
namespace {

using Kind = model::Type::Kind;

std::string deadline(std::uint64_t within_us) {
  if (within_us == 0) return "waits";
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

void put_fields(const std::vector<model::Field>& fields, Output& out) {
  if (fields.empty()) return;
  out.put("| field | type | at | |\n|---|---|---|---|\n");
  for (const model::Field& field : fields) {
    const std::string place =
        field.type.in_back() ? std::format("lend {}", field.offset) : std::format("{}", field.offset);
    out.put(
        "| `$name` | `$type` | $place | $text |\n",
        {{"name", field.name}, {"type", type_text(field.type)}, {"place", place}, {"text", cell(field.documentation)}});
  }
  out.put("\n");
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
  out.put("On failure: $failure; $deadline. Answers:",
          {{"failure", failure}, {"deadline", deadline(message.within_us)}});
  for (const model::Message* answer : contract.answers_to(message)) out.put(" `$name`", {{"name", answer->name}});
  out.put(".\n\n");
}

void put_states(const model::Contract& contract, Output& out) {
  out.put("## States\n\n| state | request | answer | next |\n|---|---|---|---|\n");
  for (const model::State& state : contract.states) {
    const std::string name = state.is_volatile ? state.name + " (volatile)" : state.name;
    if (state.exchanges.empty()) out.put("| $name | | | the end |\n", {{"name", name}});
    for (const model::Exchange& exchange : state.exchanges) {
      for (const model::Transition& answer : exchange.answers)
        out.put("| $name | `$request` | `$answer` | $next |\n", {{"name", name},
                                                                 {"request", exchange.request->name},
                                                                 {"answer", answer.out->name},
                                                                 {"next", contract.states[answer.next].name}});
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
  out.put("## Messages\n\n");
  for (const auto& message : contract.messages) put_message(contract, *message, out);
  if (!contract.events.empty()) {
    out.put("## Events\n\n| name | |\n|---|---|\n");
    for (const model::Event& event : contract.events)
      out.put("| `$name` | $text |\n", {{"name", event.name}, {"text", cell(event.documentation)}});
    out.put("\n");
  }
  put_states(contract, out);
  return out.text();
}

std::string document(const model::Personality& personality) {
  Output out;
  out.put("# personality $name\n\n", {{"name", personality.name}});
  if (!personality.documentation.empty()) out.put("$text\n\n", {{"text", personality.documentation}});
  out.put("Page faults go to `$server`.\n\n| number | call | server |\n|---|---|---|\n",
          {{"server", personality.servers.at(personality.fault_server)}});
  for (const model::ProgramCall& call : personality.calls) {
    std::string arguments;
    for (const model::Argument& argument : call.arguments) {
      arguments += arguments.empty() ? "" : ", ";
      switch (argument.kind) {
        case model::Argument::Kind::integer:
          arguments += type_text(argument.type) + " ";
          break;
        case model::Argument::Kind::memory_read:
          arguments += "user read ";
          break;
        case model::Argument::Kind::memory_write:
          arguments += "user write ";
          break;
        case model::Argument::Kind::string:
          arguments += "user string ";
          break;
        case model::Argument::Kind::address:
          arguments += "user " + argument.pointee + " ";
          break;
      }
      arguments += argument.name;
      if (argument.count != nullptr) arguments += "[" + argument.count_text + "]";
    }
    out.put("| $number | `$name($arguments)` | $server |\n", {{"number", std::to_string(call.number)},
                                                              {"name", call.name},
                                                              {"arguments", cell(arguments)},
                                                              {"server", personality.servers.at(call.server)}});
  }
  out.put("\nAnswered with ENOSYS:");
  for (const model::AbsentCall& call : personality.absent)
    out.put(" $name ($number)", {{"name", call.name}, {"number", std::to_string(call.number)}});
  out.put(".\n");
  return out.text();
}

}  // namespace contractc
