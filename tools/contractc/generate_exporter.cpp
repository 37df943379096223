// SPDX-License-Identifier: BSD-2-Clause
#include <format>

#include "tools/contractc/generate.hpp"
#include "tools/contractc/names.hpp"

namespace contractc {
namespace {

// Which request and answer each state allows, as flat switches over (state, request, answer).
void put_transitions(const model::Contract& contract, Output& out) {
  out.put(
      "\nnamespace detail {\n\nconstexpr ::contract::u32 no_state = 0xff;\n\n"
      "constexpr bool is_volatile([[maybe_unused]] ::contract::u32 state) {\n");
  for (std::size_t i = 0; i < contract.states.size(); ++i) {
    if (contract.states[i].is_volatile)
      out.put("  if (state == $i) return true;  // $name\n",
              {{"i", std::to_string(i)}, {"name", contract.states[i].name}});
  }
  out.put("  return false;\n}\n");
  out.put(
      "\nconstexpr bool accepts(::contract::u32 state, ::contract::MessageNumber request) {\n"
      "  switch (::contract::u64{state} << 12 | request) {\n");
  for (std::size_t i = 0; i < contract.states.size(); ++i) {
    for (const model::Exchange& exchange : contract.states[i].exchanges)
      out.put("    case $i << 12 | $request:  // $state: $name?\n",
              {{"i", std::to_string(i)},
               {"request", std::to_string(exchange.request->number)},
               {"state", contract.states[i].name},
               {"name", exchange.request->name}});
  }
  out.put("      return true;\n    default: return false;\n  }\n}\n");
  out.put(
      "\n/// The state after an answer.\nconstexpr ::contract::u32 next_state(::contract::u32 state, "
      "::contract::MessageNumber request,\n"
      "                                     ::contract::MessageNumber answer) {\n"
      "  switch (::contract::u64{state} << 24 | ::contract::u64{request} << 12 | answer) {\n");
  for (std::size_t i = 0; i < contract.states.size(); ++i) {
    for (const model::Exchange& exchange : contract.states[i].exchanges) {
      for (const model::Transition& answer : exchange.answers)
        out.put("    case $i << 24 | $request << 12 | $answer: return $next;  // $state: $name? $out!\n",
                {{"i", std::to_string(i) + "ull"},
                 {"request", std::to_string(exchange.request->number)},
                 {"answer", std::to_string(answer.out->number)},
                 {"next", std::to_string(answer.next)},
                 {"state", contract.states[i].name},
                 {"name", exchange.request->name},
                 {"out", answer.out->name}});
    }
  }
  out.put("    default: return no_state;\n  }\n}\n\n}  // namespace detail\n");
}

void put_case(const model::Contract& contract, const model::Message& request, Output& out) {
  const Output::Values values = {
      {"type", request.type_name}, {"name", request.name}, {"states", contract.has_states() ? "true" : "false"}};
  out.put(
      "    case $type::message_number: {\n"
      "      if constexpr (monitor_ == ::contract::Monitor::on) {\n"
      "        const auto violation = $type::check(message);\n"
      "        if (violation != ::contract::Violation::none) [[unlikely]]\n"
      "          return violated(sender, message, violation);\n",
      values);
  if (contract.has_states())
    out.put(
        "        ::contract::u32& state = state_of(sender, message.tag);\n"
        "        if (!detail::accepts(state, $type::message_number)) [[unlikely]]\n"
        "          return violated(sender, message, ::contract::Violation::wrong_state);\n"
        "        state |= lane_busy;\n",
        values);
  out.put("      }\n");
  const bool once = request.on_failure == model::OnFailure::once;
  out.put("      ::contract::Call call(*this, sender, message.tag$once);\n", {{"once", once ? ", true" : ""}});
  if (once) {
    if (contract.has_states()) out.put("      const ::contract::Tag request = message.tag;\n");
    out.put("      if (answered_before(call, message)) {\n");
    if (contract.has_states()) out.put("        advance(sender, request, ::contract::number_of(message.tag));\n");
    out.put("        return ::contract::Disposition::reply;\n      }\n");
  }
  out.put(
      "      return this->template settle<monitor_, $states>(on_$name(call, $type::decode(message, sender)), call, "
      "message);\n"
      "    }\n",
      values);
}

}  // namespace

void generate_exporter(const model::Contract& contract, Output& out) {
  if (contract.has_states()) put_transitions(contract, out);
  out.put(
      "\n/// The server side: a component derives from it and has a handler for each request.\n"
      "template <::contract::Monitor monitor_>\n"
      "class BasicExporter : public ::contract::ExporterBase {\n public:\n");
  for (const auto& message : contract.messages) {
    if (!message->is_request) continue;
    out.document(message->documentation, "  ");
    out.put(
        "  virtual $answer on_$name(\n      ::contract::Call& call, const ::contract::$space::$type& message) = 0;\n",
        {{"answer", cpp_outs(contract, *message, "Answer")},
         {"name", message->name},
         {"space", contract.space},
         {"type", message->type_name}});
  }
  if (!contract.events.empty())
    out.put(
        "\n  /// Raises an event at every importer, or at the one in a slot.\n"
        "  void raise(Event event) { raise_bit(static_cast<unsigned>(event)); }\n"
        "  void raise(Event event, unsigned slot) { raise_bit(static_cast<unsigned>(event), slot); }\n");
  out.put(
      "\n  ::contract::Disposition dispatch(::contract::Endpoint sender, ::contract::Message& message) final {\n"
      "    if constexpr (monitor_ == ::contract::Monitor::on) {\n"
      "      if (!admitted(sender, message.tag)) [[unlikely]] {\n"
      "        ::contract::Violation violation;\n"
      "        if (!admit(sender, message, violation)) return violated(sender, message, violation);\n"
      "      }\n"
      "    }\n"
      "    switch (::contract::number_of(message.tag)) {\n");
  for (const auto& message : contract.messages) {
    if (message->is_request) put_case(contract, *message, out);
  }
  out.put("    default: return violated(sender, message, ::contract::Violation::unknown_message);\n    }\n  }\n");
  if (contract.has_states())
    out.put(
        "\n  bool advance(::contract::Endpoint caller, ::contract::Tag request, ::contract::MessageNumber answer) "
        "final {\n"
        "    ::contract::u32* state = state_for_answer(caller, request);\n"
        "    if (state == nullptr) return true;\n"
        "    const ::contract::u32 next =\n"
        "        detail::next_state(*state & ~lane_busy, ::contract::number_of(request), answer);\n"
        "    if (next == detail::no_state) return false;\n"
        "    *state = next;\n"
        "    return true;\n  }\n");
  out.put(
      "\n protected:\n  BasicExporter() : ExporterBase(contract_name) {}\n  ~BasicExporter() = default;\n};\n"
      "using Exporter = BasicExporter<::contract::Monitor::on>;\n");
}

}  // namespace contractc
