// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <format>

#include "tools/contractc/generate_tests.hpp"

namespace contractc {
namespace {

class StateTestWriter {
 public:
  explicit StateTestWriter(const model::Contract& contract) : contract_(contract) {}

  StateTests generate() {
    for (Output* out : {&wrong_states_, &wrong_moves_, &twins_})
      out->put(
          "// SPDX-License-Identifier: BSD-2-Clause\n// Made by contractc of contract $name.\n"
          "#include \"generated/contract/${space}_conversation.hpp\"\n\nnamespace subject = ::contract::$space;\n\n",
          {{"name", contract_.name}, {"space", contract_.space}});
    twins_.put("// expected-no-diagnostics\n");
    for (const model::State& state : contract_.states) {
      put_messages(state);
      put_moves(state);
      for (const model::Exchange& exchange : state.exchanges) put_outcome(state, exchange);
    }
    // A contract without any request has nothing to do wrong but to copy a state.
    if (!wrong_moves_.text().contains("expected-error")) wrong_moves_.put("// expected-no-diagnostics\n");
    return {wrong_states_.text(), wrong_moves_.text(), twins_.text()};
  }

 private:
  std::string next_name() { return std::format("case_{}", ++count_); }

  static std::string call(const model::Message& message) {
    std::string arguments;
    for (std::size_t i = 0; i < message.fields.size(); ++i) arguments += i == 0 ? "{}" : ", {}";
    return std::format("{}({})", message.name, arguments);
  }

  // Handlers for all answers; `without` leaves one out, "Failure" that of the failure.
  std::string handlers(const model::Exchange& exchange, std::string_view without = "") const {
    std::string list;
    for (const model::Transition& answer : exchange.answers) {
      if (answer.out->name == without) continue;
      list += std::format("[](const subject::{}&, subject::In_{}) {{ return 1; }}, ", answer.out->type_name,
                          contract_.states[answer.next].name);
    }
    if (without == "Failure")
      list.resize(list.empty() ? 0 : list.size() - 2);
    else
      list += "[](::contract::Failure) { return 2; }";
    return list;
  }

  // Every request in every state: those that are not accepted are no members.
  void put_messages(const model::State& state) {
    for (const auto& message : contract_.messages) {
      if (!message->is_request) continue;
      const auto found = std::ranges::find(state.exchanges, message.get(), &model::Exchange::request);
      const std::string name = next_name();
      if (found != state.exchanges.end()) {
        twins_.put("int $name(subject::In_$state state) {\n  return std::move(state).$call.match($handlers);\n}\n",
                   {{"name", name}, {"state", state.name}, {"call", call(*message)}, {"handlers", handlers(*found)}});
        continue;
      }
      wrong_states_.put(
          "void $name(subject::In_$state state) {\n"
          "  // expected-error@+1 {{no member named '$message' in 'contract::$space::In_$state'}}\n"
          "  std::move(state).$call;\n}\n",
          {{"name", name},
           {"state", state.name},
           {"message", message->name},
           {"space", contract_.space},
           {"call", call(*message)}});
      twins_.put("subject::In_$state $name(subject::In_$state state) { return state; }\n",
                 {{"name", name}, {"state", state.name}});
    }
  }

  void put_moves(const model::State& state) {
    const std::string copy = next_name();
    wrong_states_.put(
        "void $name(const subject::In_$state& state) {\n"
        "  // expected-error@+1 {{call to implicitly-deleted copy constructor of 'subject::In_$state'}}\n"
        "  [[maybe_unused]] subject::In_$state copy = state;\n}\n",
        {{"name", copy}, {"state", state.name}});
    twins_.put(
        "void $name(subject::In_$state&& state) { [[maybe_unused]] subject::In_$state moved = std::move(state); }\n",
        {{"name", copy}, {"state", state.name}});
    if (state.exchanges.empty()) return;
    const model::Exchange& exchange = state.exchanges.front();
    const std::string again = next_name();
    const Output::Values values = {{"name", again},
                                   {"state", state.name},
                                   {"call", call(*exchange.request)},
                                   {"message", exchange.request->name},
                                   {"handlers", handlers(exchange)}};
    wrong_moves_.put(
        "int $name(subject::In_$state state) {\n"
        "  const int first = std::move(state).$call.match($handlers);\n"
        "  // expected-error@+1 {{invalid invocation of method '$message' on a temporary object while it is in the "
        "'consumed' state}}\n"
        "  return first + std::move(state).$call.match($handlers);\n}\n"
        "int ${name}_moved(subject::In_$state state) {\n"
        "  [[maybe_unused]] subject::In_$state other = std::move(state);\n"
        "  // expected-error@+1 {{invalid invocation of method '$message' on a temporary object while it is in the "
        "'consumed' state}}\n"
        "  return std::move(state).$call.match($handlers);\n}\n",
        values);
    twins_.put(
        "int $name(subject::In_$state state) {\n"
        "  subject::In_$state other = std::move(state);\n"
        "  return std::move(other).$call.match($handlers);\n}\n",
        values);
  }

  void put_outcome(const model::State& state, const model::Exchange& exchange) {
    const std::string turn = turn_name(state, exchange);
    const std::string name = next_name();
    const Output::Values values = {{"name", name},
                                   {"state", state.name},
                                   {"call", call(*exchange.request)},
                                   {"turn", turn},
                                   {"space", contract_.space},
                                   {"request", exchange.request->name},
                                   {"handlers", handlers(exchange)}};
    // While answers are awaited nothing may be sent.
    wrong_states_.put(
        "void $name(subject::$turn turn) {\n"
        "  // expected-error@+1 {{no member named '$request' in 'contract::$space::$turn'}}\n"
        "  std::move(turn).$call;\n}\n",
        values);
    twins_.put("int $name(subject::$turn turn) { return std::move(turn).match($handlers); }\n", values);
    for (const model::Transition& answer : exchange.answers)
      put_missing_handler(turn, exchange, answer.out->name, "an answer has no handler");
    put_missing_handler(turn, exchange, "Failure", "Failure has no handler");
    // The declaration says [[nodiscard]], and its header makes that an error.
    wrong_moves_.put(
        "void ${name}_forgotten(subject::In_$state state) {\n"
        "  // expected-error@+1 {{ignoring return value of function declared with 'nodiscard' attribute}}\n"
        "  std::move(state).$call;\n}\n"
        "int ${name}_twice(subject::$turn turn) {\n"
        "  const int first = std::move(turn).match($handlers);\n"
        "  // expected-error@+1 {{invalid invocation of method 'match' on a temporary object while it is in the "
        "'consumed' state}}\n"
        "  return first + std::move(turn).match($handlers);\n}\n",
        values);
  }

  void put_missing_handler(const std::string& turn, const model::Exchange& exchange, const std::string& without,
                           std::string_view text) {
    wrong_states_.put(
        "void $name(subject::$turn turn) {\n"
        "  // expected-error-re@*:* {{static assertion failed {{.*}}$text}}\n"
        "  std::move(turn).match($handlers);\n}\n",
        {{"name", next_name()},
         {"turn", turn},
         {"text", std::string(text)},
         {"handlers", handlers(exchange, without)}});
  }

  const model::Contract& contract_;
  Output wrong_states_;
  Output wrong_moves_;
  Output twins_;
  unsigned count_ = 0;
};

}  // namespace

StateTests generate_state_tests(const model::Contract& contract) { return StateTestWriter(contract).generate(); }

}  // namespace contractc
