// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <format>
#include <set>

#include "abi/slot.hpp"
#include "tools/contractc/check.hpp"
#include "tools/contractc/scope.hpp"

namespace contractc {
namespace {

class PersonalityChecker {
 public:
  PersonalityChecker(const syntax::Personality& syntax, Diagnostics& diagnostics)
      : syntax_(syntax), diagnostics_(diagnostics) {}

  std::unique_ptr<model::Personality> check() {
    check_name(syntax_.name, "a personality", diagnostics_);
    model_->name = syntax_.name.text;
    model_->documentation = syntax_.documentation;
    for (const syntax::Name& server : syntax_.servers) {
      check_name(server, "a server", diagnostics_);
      if (std::ranges::find(model_->servers, server.text) != model_->servers.end())
        diagnostics_.error(server.at, std::format("the server `{}` is there twice", server.text),
                           "remove one of the two");
      model_->servers.push_back(server.text);
    }
    for (const syntax::ProgramCall& call : syntax_.calls) check_call(call);
    for (const syntax::AbsentCall& call : syntax_.absent) {
      check_number(call.number, call.at);
      model_->absent.push_back({static_cast<unsigned>(call.number), call.name});
    }
    std::ranges::sort(model_->calls, {}, &model::ProgramCall::number);
    if (syntax_.fault)
      model_->fault_server = server_of(*syntax_.fault);
    else
      diagnostics_.error(syntax_.name.at, "no server takes page faults", "write `fault -> SERVER;`");
    return std::move(model_);
  }

 private:
  unsigned server_of(const syntax::Name& name) {
    const auto found = std::ranges::find(model_->servers, name.text);
    if (found == model_->servers.end())
      diagnostics_.error(name.at, std::format("there is no server `{}`", name.text),
                         std::format("declare it: `server {};`", name.text));
    return static_cast<unsigned>(found - model_->servers.begin());
  }

  void check_number(std::uint64_t number, const Position& at) {
    if (number >= abi::max_program_calls)
      diagnostics_.error(
          at, std::format("number {} is beyond the {} calls that the kernel knows", number, abi::max_program_calls),
          "look the number up again");
    if (!numbers_.insert(number).second)
      diagnostics_.error(at, std::format("number {} is there twice", number), "look the number up again");
  }

  void check_call(const syntax::ProgramCall& syntax) {
    check_name(syntax.name, "a call", diagnostics_);
    check_number(syntax.number, syntax.at);
    for (const model::ProgramCall& other : model_->calls) {
      if (other.name == syntax.name.text)
        diagnostics_.error(syntax.name.at, std::format("the call `{}` is there twice", other.name),
                           "remove one of the two");
    }
    if (syntax.name.text == "dispatch" || syntax.name.text == "unknown_call")
      diagnostics_.error(syntax.name.at, std::format("no call may be called `{}`", syntax.name.text),
                         "choose another name");
    if (syntax.arguments.size() > 6)
      diagnostics_.error(syntax.at, std::format("`{}` has more than six arguments", syntax.name.text),
                         "a call has six registers");
    model::ProgramCall call{.number = static_cast<unsigned>(syntax.number),
                            .name = syntax.name.text,
                            .arguments = {},
                            .server = server_of(syntax.server),
                            .documentation = syntax.documentation};
    for (const syntax::Argument& argument : syntax.arguments) check_argument(argument, call);
    check_counts(syntax, call);
    model_->calls.push_back(std::move(call));
  }

  void check_argument(const syntax::Argument& syntax, model::ProgramCall& call) {
    check_name(syntax.name, "an argument", diagnostics_);
    if (syntax.name.text == "call" ||
        std::ranges::find(call.arguments, syntax.name.text, &model::Argument::name) != call.arguments.end())
      diagnostics_.error(syntax.name.at, std::format("the name `{}` is taken", syntax.name.text),
                         "choose another name");
    model::Argument argument{.kind = static_cast<model::Argument::Kind>(syntax.kind),
                             .name = syntax.name.text,
                             .type = {},
                             .pointee = syntax.type.text,
                             .count = nullptr,
                             .count_text = {}};
    if (syntax.kind == syntax::Argument::Kind::integer) {
      if (const auto type = integer_type(syntax.type.text))
        argument.type = *type;
      else
        diagnostics_.error(syntax.type.at, std::format("`{}` is no integer type", syntax.type.text),
                           "arguments are integers, or `user ...` for addresses");
    }
    call.arguments.push_back(std::move(argument));
  }

  // A count may name arguments that come later, so all of them are looked at first.
  void check_counts(const syntax::ProgramCall& syntax, model::ProgramCall& call) {
    std::vector<model::Field> fields;
    for (const model::Argument& argument : call.arguments) {
      if (argument.kind == model::Argument::Kind::integer)
        fields.push_back({.name = argument.name, .type = argument.type, .offset = 0, .documentation = {}});
    }
    const Scope scope;
    for (std::size_t i = 0; i < syntax.arguments.size(); ++i) {
      if (syntax.arguments[i].count == nullptr) continue;
      const syntax::Expression& count = *syntax.arguments[i].count;
      call.arguments[i].count = resolve(count, scope, &fields, diagnostics_);
      call.arguments[i].count_text = text_of(count);
      if (call.arguments[i].count != nullptr && call.arguments[i].count->value == model::Expression::Value::boolean)
        diagnostics_.error(count.at, "the count is a condition", "write how many bytes are used");
    }
  }

  const syntax::Personality& syntax_;
  Diagnostics& diagnostics_;
  std::set<std::uint64_t> numbers_;
  std::unique_ptr<model::Personality> model_ = std::make_unique<model::Personality>();
};

}  // namespace

std::unique_ptr<model::Personality> check(const syntax::Personality& personality, Diagnostics& diagnostics) {
  return PersonalityChecker(personality, diagnostics).check();
}

}  // namespace contractc
