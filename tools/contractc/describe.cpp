// SPDX-License-Identifier: BSD-2-Clause
#include <nlohmann/json.hpp>

#include "tools/contractc/report.hpp"

namespace contractc {
namespace {

using json = nlohmann::ordered_json;
using Kind = model::Type::Kind;

json described(const model::Type& type) {
  json result{{"text", type_text(type)}, {"size", type.size}};
  switch (type.kind) {
    case Kind::boolean:
      result["kind"] = "bool";
      break;
    case Kind::integer:
      result["kind"] = "integer";
      result["signed"] = type.is_signed;
      break;
    case Kind::enumeration:
      result["kind"] = "enum";
      result["signed"] = type.is_signed;
      result["name"] = type.enumeration->name;
      break;
    case Kind::structure:
      result["kind"] = "struct";
      result["name"] = type.structure->name;
      break;
    case Kind::string:
      result["kind"] = "string";
      result["capacity"] = type.capacity;
      break;
    case Kind::array:
      result["kind"] = "array";
      result["capacity"] = type.capacity;
      result["element"] = described(*type.element);
      break;
    case Kind::lend:
      result["kind"] = "lend";
      break;
    case Kind::give:
      result["kind"] = "give";
      break;
    case Kind::service:
      result["kind"] = "service";
      break;
  }
  return result;
}

json described(const model::Field& field) {
  return {{"name", field.name}, {"offset", field.offset}, {"type", described(field.type)}};
}

json described(const model::Message& message) {
  json result{{"name", message.name},
              {"number", message.number},
              {"direction", message.is_request ? "in" : "out"},
              {"documentation", message.documentation},
              {"fields", json::array()},
              {"lends", json::array()},
              {"gives", json::array()}};
  for (const model::Field& field : message.fields) {
    if (field.type.kind == Kind::lend)
      result["lends"].push_back(
          {{"name", field.name},
           {"index", field.offset},
           {"right", field.type.writable ? "write" : "read"},
           {"struct", field.type.structure == nullptr ? json() : json(field.type.structure->name)}});
    else if (field.type.kind == Kind::give)
      result["gives"].push_back({{"name", field.name}, {"index", field.offset}});
    else
      result["fields"].push_back(described(field));
  }
  result["requires"] = message.condition_text.empty() ? json() : json(message.condition_text);
  if (!message.is_request) return result;
  result["on_failure"] = on_failure_text(message.on_failure);
  result["key"] = message.key == nullptr ? json() : json(message.key->name);
  result["waits"] = message.within_us == 0;
  result["within_us"] = message.within_us == 0 ? json() : json(message.within_us);
  return result;
}

json described(const model::Contract& contract, const model::State& state) {
  json result{{"name", state.name}, {"volatile", state.is_volatile}, {"accepts", json::array()}};
  for (const model::Exchange& exchange : state.exchanges) {
    json answers = json::array();
    for (const model::Transition& answer : exchange.answers)
      answers.push_back({{"message", answer.out->name}, {"next", contract.states[answer.next].name}});
    result["accepts"].push_back({{"request", exchange.request->name}, {"answers", std::move(answers)}});
  }
  return result;
}

json value_of(std::uint64_t value, bool is_signed) {
  return is_signed ? json(static_cast<std::int64_t>(value)) : json(value);
}

}  // namespace

std::string describe(const model::Contract& contract) {
  json result{{"kind", "contract"},
              {"name", contract.name},
              {"namespace", contract.space},
              {"version", contract.versioned ? json(contract.version) : json()},
              {"documentation", contract.documentation},
              {"imports", contract.imports},
              {"constants", json::array()},
              {"enums", json::array()},
              {"structs", json::array()},
              {"events", json::array()},
              {"messages", json::array()},
              {"states", json::array()}};
  for (const model::Constant& constant : contract.constants)
    result["constants"].push_back(
        {{"name", constant.name}, {"value", value_of(constant.value, constant.type.is_signed)}});
  for (const auto& enumeration : contract.enums) {
    json values = json::array();
    for (const model::Enumerator& enumerator : enumeration->enumerators)
      values.push_back(
          {{"name", enumerator.name}, {"value", value_of(enumerator.value, enumeration->underlying.is_signed)}});
    result["enums"].push_back(
        {{"name", enumeration->name}, {"size", enumeration->underlying.size}, {"values", std::move(values)}});
  }
  for (const auto& structure : contract.structs) {
    json fields = json::array();
    for (const model::Field& field : structure->fields) fields.push_back(described(field));
    result["structs"].push_back({{"name", structure->name}, {"size", structure->size}, {"fields", std::move(fields)}});
  }
  for (std::size_t i = 0; i < contract.events.size(); ++i)
    result["events"].push_back({{"name", contract.events[i].name}, {"number", i}});
  for (const auto& message : contract.messages) result["messages"].push_back(described(*message));
  for (const model::State& state : contract.states) result["states"].push_back(described(contract, state));
  return result.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string describe(const model::Personality& personality) {
  json result{{"kind", "personality"},          {"name", personality.name},
              {"servers", personality.servers}, {"fault", personality.servers.at(personality.fault_server)},
              {"calls", json::array()},         {"absent", json::array()}};
  for (const model::ProgramCall& call : personality.calls) {
    json arguments = json::array();
    for (const model::Argument& argument : call.arguments) {
      constexpr const char* kinds[] = {"integer", "read", "write", "string", "address"};
      json entry{{"name", argument.name}, {"kind", kinds[static_cast<unsigned>(argument.kind)]}};
      if (argument.kind == model::Argument::Kind::integer) entry["type"] = described(argument.type);
      if (argument.kind == model::Argument::Kind::address) entry["type"] = argument.pointee;
      if (argument.count != nullptr) entry["count"] = argument.count_text;
      arguments.push_back(std::move(entry));
    }
    result["calls"].push_back({{"number", call.number},
                               {"name", call.name},
                               {"server", personality.servers.at(call.server)},
                               {"arguments", std::move(arguments)}});
  }
  for (const model::AbsentCall& call : personality.absent)
    result["absent"].push_back({{"number", call.number}, {"name", call.name}});
  return result.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace contractc
