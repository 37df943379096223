// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <deque>
#include <format>

#include "tools/contractc/examples.hpp"
#include "tools/contractc/generate_tests.hpp"
#include "tools/contractc/names.hpp"

namespace contractc {
namespace {

std::string words_of(const Example& example) {
  std::string list;
  for (const std::uint64_t word : example.words) list += std::format("{}{:#x}", list.empty() ? "" : ", ", word);
  return "{" + list + "}";
}

std::string raw(const Example& example) {
  return std::format("{{{}, {}, {}}}", example.number, example.lends, words_of(example));
}

class ViolationTests {
 public:
  explicit ViolationTests(const model::Contract& contract) : contract_(contract) {
    for (const auto& message : contract.messages) {
      if (const auto example = good_example(*message))
        examples_[message.get()] = *example;
      else
        without_.push_back(message->name);
    }
    find_paths();
  }

  const std::vector<std::string>& without_example() const { return without_; }

  std::string generate() {
    out_.put(
        "// SPDX-License-Identifier: BSD-2-Clause\n"
        "// Made by contractc: every violation of contract $name, from either side.\n"
        "#include \"generated/contract/$space.hpp\"\n#include \"lib/contract/host/violation_test.hpp\"\n\n"
        "namespace {\n\nnamespace subject = ::contract::$space;\nusing ::contract::Violation;\n"
        "using ::contract::host::Case;\nusing ::contract::host::Raw;\nusing ::contract::host::Step;\n\n",
        {{"name", contract_.name}, {"space", contract_.space}});
    put_server();
    put_client();
    put_paths();
    put_cases();
    out_.put(
        "\nstruct Subject {\n"
        "  template <::contract::Monitor monitor>\n  using Server = TestServer<monitor>;\n"
        "  template <::contract::Monitor monitor>\n  using Shadow = subject::BasicShadow<monitor>;\n"
        "  static bool request(auto& shadow, const ::contract::Message& message) { return issue(shadow, message); }\n"
        "  static std::span<const Case> all_cases() { return cases; }\n"
        "  static std::span<const Step> path_to(unsigned state) {\n"
        "    return std::span<const Step>(steps).subspan(paths[state].first, paths[state].count);\n  }\n"
        "  static std::span<const Step> all_exchanges() { return exchanges; }\n"
        "};\n\n"
        "TEST(Violations_$space, AreReported) { ::contract::host::expect_reported<Subject>(); }\n"
        "TEST(Violations_$space, AreNotReportedWithoutTheMonitor) { ::contract::host::expect_unreported<Subject>(); }\n"
        "TEST(Violations_$space, WhatIsAllowedIsNotReported) { ::contract::host::expect_accepted<Subject>(); }\n\n"
        "}  // namespace\n",
        {{"space", contract_.space}});
    return out_.text();
  }

 private:
  void find_paths() {
    paths_.resize(contract_.states.size());
    reached_.resize(contract_.states.size());
    reached_[0] = true;
    std::deque<unsigned> open{0};
    while (!open.empty()) {
      const unsigned state = open.front();
      open.pop_front();
      for (const model::Exchange& exchange : contract_.states[state].exchanges) {
        for (const model::Transition& answer : exchange.answers) {
          if (reached_[answer.next]) continue;
          reached_[answer.next] = true;
          paths_[answer.next] = paths_[state];
          paths_[answer.next].emplace_back(exchange.request, answer.out);
          open.push_back(answer.next);
        }
      }
    }
  }

  // Handlers answer with what the test wants.
  void put_server() {
    out_.put(
        "template <::contract::Monitor monitor>\n"
        "class TestServer final : public subject::BasicExporter<monitor>, public ::contract::host::Scripted {\n "
        "public:\n");
    for (const auto& message : contract_.messages) {
      if (!message->is_request) continue;
      out_.put(
          "  $answer on_$name(::contract::Call&, const subject::$type&) override {\n"
          "    return this->template next<$answer>();\n  }\n",
          {{"answer", cpp_outs(contract_, *message, "Answer")}, {"name", message->name}, {"type", message->type_name}});
    }
    out_.put("};\n\n");
  }

  void put_client() {
    out_.put(
        "bool issue([[maybe_unused]] auto& shadow, const ::contract::Message& message) {\n  switch "
        "(::contract::number_of(message.tag)) {\n");
    for (const auto& message : contract_.messages) {
      if (!message->is_request) continue;
      std::string arguments;
      for (const model::Field& field : message->fields)
        arguments += std::format("{}request.{}", arguments.empty() ? "" : ", ", field.name);
      out_.put(
          "    case $number: {\n"
          "      [[maybe_unused]] const auto request = subject::$type::decode(message, {});\n"
          "      return !shadow.$name($arguments).failed();\n    }\n",
          {{"number", std::to_string(message->number)},
           {"type", message->type_name},
           {"name", message->name},
           {"arguments", arguments}});
    }
    out_.put("    default: return false;\n  }\n}\n");
  }

  void put_steps(std::string_view name,
                 const std::vector<std::pair<const model::Message*, const model::Message*>>& steps) {
    // A zero step at the end, because an array may not be empty.
    out_.put("\nconstexpr Step $name[] = {\n", {{"name", std::string(name)}});
    for (const auto& [request, answer] : steps)
      out_.put("    {$request,\n     $answer},  // $text\n", {{"request", raw(examples_.at(request))},
                                                              {"answer", raw(examples_.at(answer))},
                                                              {"text", request->name + "? " + answer->name + "!"}});
    out_.put("    {},\n};\n");
  }

  void put_paths() {
    std::vector<std::pair<const model::Message*, const model::Message*>> all;
    std::string ranges;
    for (const auto& path : paths_) {
      ranges += std::format(" {{{}, {}}},", all.size(), path.size());
      all.insert(all.end(), path.begin(), path.end());
    }
    put_steps("steps", all);
    out_.put("constexpr ::contract::host::Range paths[] = {$ranges};\n", {{"ranges", ranges}});
    std::vector<std::pair<const model::Message*, const model::Message*>> exchanges;
    for (const auto& message : contract_.messages) {
      if (!message->is_request) continue;
      const auto answers = contract_.answers_to(*message);
      if (!answers.empty()) exchanges.emplace_back(message.get(), answers.front());
    }
    put_steps("exchanges", exchanges);
  }

  struct CaseText {
    std::string what;
    bool to_exporter;
    unsigned state;
    Example request;
    Example message;
    std::string violation;
    bool structural;
    std::string where = "";
  };

  void put(const CaseText& c) {
    out_.put(
        "    {.what = $what,\n     .to_exporter = $to, .structural = $structural, .state = $state,$where\n"
        "     .request = $request,\n     .message = $message,\n     .violation = Violation::$violation},\n",
        {{"what", c_string(c.what)},
         {"to", c.to_exporter ? "true" : "false"},
         {"structural", c.structural ? "true" : "false"},
         {"state", std::to_string(c.state)},
         {"where", c.where},
         {"request", raw(c.request)},
         {"message", raw(c.message)},
         {"violation", c.violation}});
  }

  void put_cases() {
    out_.put("\nconstexpr Case cases[] = {\n");
    for (unsigned state = 0; state < contract_.states.size(); ++state) put_cases_of(state);
    out_.put("};\n");
  }

  void put_cases_of(unsigned state) {
    const std::string in = contract_.states[state].name + ": ";
    Example unknown{.number = static_cast<unsigned>(contract_.messages.size()) + 1, .lends = 0, .words = {}};
    for (const auto& message : contract_.messages) {
      const Example& good = examples_.at(message.get());
      if (!message->is_request) {
        put({in + message->name + " as a request", true, state, good, good, "unknown_message", true});
        continue;
      }
      const auto& exchanges = contract_.states[state].exchanges;
      const auto exchange = std::ranges::find(exchanges, message.get(), &model::Exchange::request);
      if (exchange == exchanges.end()) {
        put({in + message->name + " is not accepted here", true, state, good, good, "wrong_state", false});
        continue;
      }
      put_request(in, state, *exchange);
      put_replies(in, state, *exchange);
    }
    put({in + "a number without a message", true, state, unknown, unknown, "unknown_message", true});
  }

  void put_request(const std::string& in, unsigned state, const model::Exchange& exchange) {
    const model::Message& request = *exchange.request;
    const Example& good = examples_.at(&request);
    for (const BadExample& bad : bad_examples(request))
      put({in + request.name + ": " + bad.what, true, state, good, bad.example, bad.violation, false});
    put({in + request.name + " on a lane that the importer does not have", true, state, good, good, "wrong_lane", false,
         " .lane = ::contract::host::lanes,"});
    put({in + request.name + " of a component that imports nothing", true, state, good, good, "wrong_lane", false,
         " .stranger = true,"});
  }

  void put_replies(const std::string& in, unsigned state, const model::Exchange& exchange) {
    const model::Message& request = *exchange.request;
    const Example& asked = examples_.at(&request);
    const auto ever = contract_.answers_to(request);
    for (const auto& message : contract_.messages) {
      const Example& good = examples_.at(message.get());
      const std::string name = in + request.name + " answered by " + message->name;
      if (message->is_request) {
        put({name, false, state, asked, good, "unknown_message", true});
      } else if (std::ranges::none_of(exchange.answers,
                                      [&](const auto& answer) { return answer.out == message.get(); })) {
        const bool structural = std::ranges::find(ever, message.get()) == ever.end();
        put({name, false, state, asked, good, "wrong_state", structural});
      } else {
        for (const BadExample& bad : bad_examples(*message))
          put({name + ": " + bad.what, false, state, asked, bad.example, bad.violation, false});
      }
    }
    Example unknown{.number = static_cast<unsigned>(contract_.messages.size()) + 1, .lends = 0, .words = {}};
    put({in + request.name + " answered by a number without a message", false, state, asked, unknown, "unknown_message",
         true});
  }

  const model::Contract& contract_;
  Output out_;
  std::map<const model::Message*, Example> examples_;
  std::vector<std::string> without_;
  std::vector<std::vector<std::pair<const model::Message*, const model::Message*>>> paths_;
  std::vector<bool> reached_;
};

}  // namespace

std::optional<std::string> generate_violation_tests(const model::Contract& contract,
                                                    std::vector<std::string>& without_example) {
  ViolationTests tests(contract);
  without_example = tests.without_example();
  if (!without_example.empty()) return std::nullopt;
  return tests.generate();
}

}  // namespace contractc
