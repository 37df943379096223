// SPDX-License-Identifier: BSD-2-Clause
#include <format>

#include "tools/contractc/generate.hpp"
#include "tools/contractc/names.hpp"

namespace contractc {
namespace {

// The function that makes an outcome of a reply. In contracts with states it moves the lane as well.
void put_take(const model::Contract& contract, const model::Message& request, Output& out) {
  out.put("[&](const ::contract::Message& message_, auto& outcome_) {\n"
          "          switch (::contract::number_of(message_.tag)) {\n");
  for (const model::Message* answer : contract.answers_to(request)) {
    out.put("            case ::contract::$space::$type::message_number:\n"
            "              if constexpr (monitor_ == ::contract::Monitor::on) {\n"
            "                const auto violation_ = ::contract::$space::$type::check(message_);\n"
            "                if (violation_ != ::contract::Violation::none) [[unlikely]] return violation_;\n"
            "              }\n"
            "              outcome_ = ::contract::$space::$type::decode(message_, {});\n"
            "              break;\n",
            {{"space", contract.space}, {"type", answer->type_name}});
  }
  out.put("            default: return ::contract::$space::check_reply(message_) == ::contract::Violation::unknown_message\n"
          "                                ? ::contract::Violation::unknown_message\n"
          "                                : ::contract::Violation::wrong_state;\n          }\n",
          {{"space", contract.space}});
  if (contract.has_states())
    out.put("          const auto next_ = detail::next_state((*lane_)->state, $number, ::contract::number_of(message_.tag));\n"
            "          if (next_ == detail::no_state) [[unlikely]] return ::contract::Violation::wrong_state;\n"
            "          (*lane_)->state = next_;\n",
            {{"number", std::to_string(request.number)}});
  out.put("          return ::contract::Violation::none;\n        }");
}

std::string key_of(const model::Message& request) {
  if (request.key == nullptr) return "0";
  return std::format("static_cast<::contract::u64>(request_.{})", request.key->name);
}

void put_request(const model::Contract& contract, const model::Message& request, bool with_intent, Output& out) {
  const std::string result = cpp_outs(contract, request, "Outcome");
  const std::string parameters = cpp_parameters(request);
  const Output::Values values = {{"result", result},
                                 {"name", request.name},
                                 {"parameters", with_intent ? "::contract::Intent intent_" + std::string(parameters.empty() ? "" : ", ") + parameters
                                                            : parameters},
                                 {"begin", with_intent ? "ShadowBase::begin(intent_)" : "ShadowBase::begin()"},
                                 {"space", contract.space},
                                 {"type", request.type_name},
                                 {"arguments", cpp_arguments(request)},
                                 {"number", std::to_string(request.number)},
                                 {"key", key_of(request)}};
  out.document(request.documentation, "  ");
  out.put("  $result $name($parameters) {\n"
          "    using Request_ = ::contract::$space::$type;\n"
          "    using Result_ = $result;\n"
          "    const Request_ request_{$arguments};\n",
          values);
  const bool configures = request.on_failure == model::OnFailure::configures;
  if (configures)
    out.put("    if (!ShadowBase::room_for($key, Request_::message_number)) return ::contract::Failure::refused;\n", values);
  out.put("    const auto attempt_ = $begin;\n", values);
  std::string on_failure = "Request_::message_on_failure";
  if (contract.has_states()) {
    out.put("    const auto lane_ = ConversationBase::enter(attempt_, detail::is_volatile);\n"
            "    if (!lane_) return lane_.error();\n"
            "    if (!detail::accepts((*lane_)->state, Request_::message_number)) return ::contract::Failure::refused;\n"
            "    const bool lost_ = (*lane_)->state != 0 && detail::is_volatile((*lane_)->state);\n");
    on_failure = "lost_ ? ::contract::OnFailure::lost : Request_::message_on_failure";
  }
  const bool direct = !contract.has_states() && !configures;
  out.put("    ${begin}ShadowBase::issue<Result_>(\n        attempt_, request_, $failure,\n        ",
          {{"begin", direct ? "return " : "const Result_ result_ = "}, {"failure", on_failure}});
  put_take(contract, request, out);
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
  const std::string base = contract.has_states() ? "ConversationBase" : "ShadowBase";
  out.put("\ninline constexpr ::contract::ShadowContract shadow_contract{contract_name, &check_reply};\n"
          "\n/// The client side: a function for each request, which returns when there is an outcome.\n"
          "template <::contract::Monitor monitor_>\n"
          "class BasicShadow : public ::contract::$base {\n public:\n"
          "  explicit BasicShadow(::contract::Import import)\n      : $base(import, shadow_contract, $configurations, $handlers) {}\n\n",
          {{"base", base},
           {"configurations", configurations == 0 ? "{}" : "configurations_"},
           {"handlers", contract.events.empty() ? "{}" : "handlers_"}});
  for (const auto& message : contract.messages) {
    if (!message->is_request) continue;
    put_request(contract, *message, false, out);
    if (message->on_failure == model::OnFailure::once) put_request(contract, *message, true, out);
  }
  for (const model::Event& event : contract.events)
    out.put("  /// Calls `object.method()` when the exporter has raised `$name`.\n"
            "  template <auto method, class Object>\n"
            "  void on_$name(Object& object) {\n"
            "    handlers_[static_cast<std::size_t>(Event::$name)] = ::contract::EventHandler::of<method>(object);\n  }\n",
            {{"name", event.name}});
  if (configurations != 0 || !contract.events.empty()) out.put("\n private:\n");
  if (configurations != 0)
    out.put("  ::contract::Configuration configurations_[$count] = {};\n", {{"count", std::to_string(configurations)}});
  if (!contract.events.empty())
    out.put("  ::contract::EventHandler handlers_[$count] = {};\n", {{"count", std::to_string(contract.events.size())}});
  out.put("};\nusing Shadow = BasicShadow<::contract::Monitor::on>;\n");
}

}  // namespace contractc
