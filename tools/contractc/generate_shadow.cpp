// SPDX-License-Identifier: BSD-2-Clause
#include <format>

#include "tools/contractc/generate.hpp"
#include "tools/contractc/names.hpp"

namespace contractc {
namespace {

// What a shadow needs to know of a request, for it to be issued again by code that all requests share.
void put_traits(const model::Contract& contract, const model::Message& request, Output& out) {
  out.put(
      "\ntemplate <::contract::Monitor monitor_>\n"
      "struct ${type}Traits {\n"
      "  static ::contract::Violation examine(const ::contract::Message& reply, [[maybe_unused]] ::contract::u32 "
      "state) {\n",
      {{"type", request.type_name}});
  out.put("    switch (::contract::number_of(reply.tag)) {\n");
  const auto answers = contract.answers_to(request);
  for (const model::Message* answer : answers) {
    out.put("      case $space::$type::message_number:\n",
            {{"space", "::contract::" + contract.space}, {"type", answer->type_name}});
    if (contract.has_states())
      out.put(
          "        if constexpr (monitor_ == ::contract::Monitor::on) {\n"
          "          if (next_state(state, $request, $number) == no_state) return ::contract::Violation::wrong_state;\n"
          "        }\n",
          {{"request", std::to_string(request.number)}, {"number", std::to_string(answer->number)}});
    out.put(
        "        return monitor_ == ::contract::Monitor::on ? $space::$type::check(reply) : "
        "::contract::Violation::none;\n",
        {{"space", "::contract::" + contract.space}, {"type", answer->type_name}});
  }
  out.put(
      "      default: return check_reply(reply) == ::contract::Violation::unknown_message\n"
      "                          ? ::contract::Violation::unknown_message\n"
      "                          : ::contract::Violation::wrong_state;\n    }\n  }\n"
      "  static constexpr ::contract::RequestTraits request{::contract::$space::$type::message_number,\n"
      "      ::contract::$space::$type::message_lends, ::contract::$space::$type::message_within_ms, &examine};\n};\n",
      {{"space", contract.space}, {"type", request.type_name}});
}

// The function that makes an outcome of a reply. In contracts with states it moves the lane as well. Whatever is none
// of the others is the last answer: the reply has been examined.
void put_decode(const model::Contract& contract, const model::Message& request, Output& out) {
  out.put("[&](const ::contract::Message& message_) -> Result_ {\n");
  if (contract.has_states())
    out.put(
        "          (*lane_)->state = detail::next_state((*lane_)->state, $number, "
        "::contract::number_of(message_.tag));\n",
        {{"number", std::to_string(request.number)}});
  const auto answers = contract.answers_to(request);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Output::Values values = {{"space", contract.space}, {"type", answers[i]->type_name}};
    if (i + 1 < answers.size())
      out.put("          if (::contract::number_of(message_.tag) == ::contract::$space::$type::message_number)\n  ",
              values);
    out.put("          return ::contract::$space::$type::decode(message_, {});\n", values);
  }
  out.put("        }");
}

std::string key_of(const model::Message& request) {
  if (request.key == nullptr) return "0";
  return std::format("static_cast<::contract::u64>(request_.{})", request.key->name);
}

void put_request(const model::Contract& contract, const model::Message& request, bool with_intent, Output& out) {
  const std::string result = cpp_outs(contract, request, "Outcome");
  const std::string parameters = cpp_parameters(request);
  const Output::Values values = {
      {"result", result},
      {"name", request.name},
      {"parameters", with_intent
                         ? "::contract::Intent intent_" + std::string(parameters.empty() ? "" : ", ") + parameters
                         : parameters},
      {"begin", with_intent ? "ShadowBase::begin(intent_)" : "ShadowBase::begin()"},
      {"space", contract.space},
      {"type", request.type_name},
      {"arguments", cpp_arguments(request)},
      {"number", std::to_string(request.number)},
      {"key", key_of(request)}};
  out.document(request.documentation, "  ");
  out.put(
      "  $result $name($parameters) {\n"
      "    using Request_ = ::contract::$space::$type;\n"
      "    using Result_ = $result;\n"
      "    const Request_ request_{$arguments};\n",
      values);
  const bool configures = request.on_failure == model::OnFailure::configures;
  if (configures)
    out.put("    if (!ShadowBase::room_for($key, Request_::message_number)) return ::contract::Failure::refused;\n",
            values);
  out.put("    const auto attempt_ = $begin;\n", values);
  std::string on_failure = "Request_::message_on_failure";
  if (contract.has_states()) {
    out.put(
        "    const auto lane_ = ConversationBase::enter(attempt_, detail::is_volatile);\n"
        "    if (!lane_) return lane_.error();\n"
        "    if (!detail::accepts((*lane_)->state, Request_::message_number)) return ::contract::Failure::refused;\n"
        "    const bool lost_ = (*lane_)->state != 0 && detail::is_volatile((*lane_)->state);\n");
    on_failure = "lost_ ? ::contract::OnFailure::lost : Request_::message_on_failure";
  }
  const bool direct = !contract.has_states() && !configures;
  out.put(
      "    ${begin}ShadowBase::template issue<detail::${type}Traits<monitor_>, Result_>(\n"
      "        attempt_, request_, $failure, $state,\n        ",
      {{"begin", direct ? "return " : "const Result_ result_ = "},
       {"failure", on_failure},
       {"type", request.type_name},
       {"state", contract.has_states() ? "(*lane_)->state" : "0"}});
  put_decode(contract, request, out);
  out.put(");\n");
  if (contract.has_states()) out.put("    ConversationBase::leave(**lane_, result_.failure());\n");
  // The first answer is the one that says that it was done.
  if (configures) out.put("    if (result_.index() == 0) ShadowBase::remember($key, request_);\n", values);
  if (!direct) out.put("    return result_;\n");
  out.put("  }\n");
}

}  // namespace

void generate_shadow(const model::Contract& contract, Output& out) {
  std::uint64_t configurations = 0;
  for (const auto& message : contract.messages) {
    if (message->on_failure == model::OnFailure::configures) configurations += message->key_capacity;
  }
  out.put("\nnamespace detail {\n");
  for (const auto& message : contract.messages) {
    if (message->is_request) put_traits(contract, *message, out);
  }
  out.put("\n}  // namespace detail\n");
  const std::string base = contract.has_states() ? "ConversationBase" : "ShadowBase";
  out.put(
      "\ninline constexpr ::contract::ShadowContract shadow_contract{contract_name, &check_reply};\n"
      "\n/// The client side: a function for each request, which returns when there is an outcome.\n"
      "template <::contract::Monitor monitor_>\n"
      "class BasicShadow : public ::contract::$base {\n public:\n"
      "  explicit BasicShadow(::contract::Import import)\n      : $base(import, shadow_contract, $configurations, "
      "$handlers) {}\n\n",
      {{"base", base},
       {"configurations", configurations == 0 ? "{}" : "configurations_"},
       {"handlers", contract.events.empty() ? "{}" : "handlers_"}});
  for (const auto& message : contract.messages) {
    if (!message->is_request) continue;
    put_request(contract, *message, false, out);
    if (message->on_failure == model::OnFailure::once) put_request(contract, *message, true, out);
  }
  for (const model::Event& event : contract.events)
    out.put(
        "  /// Calls `object.method()` when the exporter has raised `$name`.\n"
        "  template <auto method, class Object>\n"
        "  void on_$name(Object& object) {\n"
        "    handlers_[static_cast<std::size_t>(Event::$name)] = ::contract::EventHandler::of<method>(object);\n  }\n",
        {{"name", event.name}});
  if (configurations != 0 || !contract.events.empty()) out.put("\n private:\n");
  if (configurations != 0)
    out.put("  ::contract::Configuration configurations_[$count] = {};\n", {{"count", std::to_string(configurations)}});
  if (!contract.events.empty())
    out.put("  ::contract::EventHandler handlers_[$count] = {};\n",
            {{"count", std::to_string(contract.events.size())}});
  out.put("};\nusing Shadow = BasicShadow<::contract::Monitor::on>;\n");
}

}  // namespace contractc
