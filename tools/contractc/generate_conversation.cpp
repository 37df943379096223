// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <filesystem>
#include <format>

#include "tools/contractc/generate.hpp"

namespace contractc {
namespace {

void put_state(const model::Contract& contract, unsigned index, Output& out) {
  const model::State& state = contract.states[index];
  const std::string name = "In_" + state.name;
  out.put("\n");
  out.document(state.documentation);
  out.put("class [[nodiscard, clang::consumable(unconsumed)]] $name : ::contract::Position<Shadow> {\n public:\n",
          {{"name", name}});
  if (index == 0)
    out.put(
        "  /// Begins a conversation on the calling thread's lane.\n"
        "  [[clang::return_typestate(unconsumed)]] explicit $name(Shadow& shadow) : Position(shadow) { "
        "shadow.begin_conversation(); }\n",
        {{"name", name}});
  out.put(
      "  [[clang::return_typestate(unconsumed)]] $name(Shadow& shadow, ::contract::Continued) : Position(shadow) {}\n"
      "  $name($name&&) = default;\n"
      "  $name& operator=($name&&) = default;\n",
      {{"name", name}});
  for (const model::Exchange& exchange : state.exchanges) {
    out.document(exchange.request->documentation, "  ");
    out.put(
        "  [[clang::callable_when(\"unconsumed\"), clang::set_typestate(consumed)]] inline $turn $request($parameters) "
        "&&;\n",
        {{"turn", turn_name(state, exchange)},
         {"request", exchange.request->name},
         {"parameters", cpp_parameters(*exchange.request)}});
  }
  out.put("};\n");
}

void put_turn(const model::Contract& contract, const model::State& state, const model::Exchange& exchange,
              Output& out) {
  std::string steps;
  for (const model::Transition& answer : exchange.answers)
    steps += std::format(",\n    ::contract::Leads<::contract::{}::{}, In_{}>", contract.space, answer.out->type_name,
                         contract.states[answer.next].name);
  out.put(
      "\nclass [[nodiscard, clang::consumable(unconsumed)]] $name : ::contract::Turn<Shadow$steps> {\n public:\n"
      "  template <class Outcome>\n"
      "  [[clang::return_typestate(unconsumed)]] $name(Shadow& shadow, const Outcome& outcome) : Turn(shadow, outcome) "
      "{}\n"
      "  $name($name&&) = default;\n"
      "  /// Calls the handler for the answer with the state behind it, or the one for a Failure.\n"
      "  template <class... Handlers>\n"
      "  [[clang::callable_when(\"unconsumed\"), clang::set_typestate(consumed)]] auto match(Handlers&&... handlers) "
      "&& {\n"
      "    return this->resolve_(std::forward<Handlers>(handlers)...);\n  }\n};\n",
      {{"name", turn_name(state, exchange)}, {"steps", steps}});
}

}  // namespace

std::string turn_name(const model::State& state, const model::Exchange& exchange) {
  return exchange.name.empty() ? std::format("After_{}_{}", state.name, exchange.request->name) : "In_" + exchange.name;
}

std::string generate_conversation(const model::Contract& contract) {
  Output out;
  out.put(
      "// SPDX-License-Identifier: BSD-2-Clause\n"
      "// Made by contractc of $file. Change that, not this.\n#pragma once\n\n"
      "#include \"generated/contract/$space.hpp\"\n#include \"lib/contract/turn.hpp\"\n\n"
      "// Its states as types. -Wconsumed makes a use after a move an error.\n"
      "#pragma clang diagnostic error \"-Wunused-result\"\n\n"
      "namespace contract::$space {\n\n",
      {{"file", std::filesystem::path(contract.source).filename().string()}, {"space", contract.space}});
  for (const model::State& state : contract.states) out.put("class In_$name;\n", {{"name", state.name}});
  std::vector<std::string> turns;
  for (const model::State& state : contract.states) {
    for (const model::Exchange& exchange : state.exchanges) {
      const std::string name = turn_name(state, exchange);
      if (std::ranges::find(turns, name) != turns.end()) continue;
      turns.push_back(name);
      put_turn(contract, state, exchange, out);
    }
  }
  for (unsigned index = 0; index < contract.states.size(); ++index) put_state(contract, index, out);
  for (const model::State& state : contract.states) {
    for (const model::Exchange& exchange : state.exchanges)
      out.put(
          "\ninline $turn In_$state::$request($parameters) && {\n"
          "  return $turn(*shadow_, shadow_->$request($arguments));\n}\n",
          {{"turn", turn_name(state, exchange)},
           {"state", state.name},
           {"request", exchange.request->name},
           {"parameters", cpp_parameters(*exchange.request)},
           {"arguments", cpp_arguments(*exchange.request)}});
  }
  out.put("\n}  // namespace contract::$space\n", {{"space", contract.space}});
  return out.text();
}

}  // namespace contractc
