// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <format>
#include <limits>

#include "abi/message.hpp"
#include "tools/contractc/checker.hpp"
#include "tools/contractc/names.hpp"

namespace contractc {
namespace {

constexpr std::uint64_t payload = abi::payload_words * 8;
constexpr std::uint64_t paper_deadline_us = 3'000'000;

model::OnFailure on_failure_of(const std::string& word) {
  if (word == "idempotent") return model::OnFailure::idempotent;
  if (word == "once") return model::OnFailure::once;
  if (word == "configures") return model::OnFailure::configures;
  return word == "lossy" ? model::OnFailure::lossy : model::OnFailure::lost;
}

}  // namespace

void Checker::check_message(const syntax::Message& syntax) {
  auto message = std::make_unique<model::Message>();
  message->name = syntax.name.text;
  message->type_name = pascal_case(syntax.name.text);
  message->is_request = syntax.is_request;
  message->documentation = syntax.documentation;
  message->at = syntax.name.at;
  // A structure or an enum keeps its name; the message that is called like it has another.
  const auto taken = declared_.find(message->type_name);
  if (taken != declared_.end() && taken->second != "a message") message->type_name += "Message";
  declare(syntax.name, message->type_name, "a message");
  if (message->is_request && message->name == "client")
    diagnostics_.error(syntax.name.at, "no request may be called `client`",
                       "choose another name: `on_client` tells of clients");
  if (message->is_request && message->name == "match")
    diagnostics_.error(syntax.name.at, "no request may be called `match`",
                       "choose another name: `match` looks at outcomes");
  message->number = static_cast<unsigned>(model_->messages.size()) + 1;
  if (message->number >= abi::label_message_mask)
    diagnostics_.error(syntax.name.at, "a contract has at most 4094 messages", "split it");
  message->fields = check_fields(syntax.fields);
  message->front_size = lay_out(message->fields);
  message->back = message->lends();
  check_sizes(syntax, *message);
  if (syntax.condition) {
    message->condition = resolve(*syntax.condition, scope_, &message->fields, diagnostics_);
    message->condition_text = text_of(*syntax.condition);
    if (message->condition != nullptr && message->condition->value != model::Expression::Value::boolean)
      diagnostics_.error(syntax.condition->at, "`requires` has a number where a condition belongs",
                         "compare it: `count != 0`");
  }
  check_annotations(syntax, *message);
  written_[message.get()] = &syntax;
  model_->messages.push_back(std::move(message));
}

void Checker::check_sizes(const syntax::Message& syntax, model::Message& message) {
  for (std::size_t i = 0; i < syntax.fields.size(); ++i) {
    const bool lends = syntax.fields[i].type.kind == syntax::Type::Kind::lend_read ||
                       syntax.fields[i].type.kind == syntax::Type::Kind::lend_write;
    if (lends && !message.is_request)
      diagnostics_.error(syntax.fields[i].name.at, std::format("the answer `{}` cannot lend", message.name),
                         "a lend ends with the answer: let the request lend memory that the answer fills");
  }
  if (message.back > 2)
    diagnostics_.error(
        syntax.name.at,
        std::format("`{}` has {} lends and gives, a message carries at most 2", message.name, message.back),
        "lend one piece of memory that holds several things");
  const std::uint64_t size = message.front_size + 16 * message.back;
  if (size > payload && message.back <= 2)
    diagnostics_.error(syntax.name.at,
                       std::format("`{}` takes {} bytes, {} more than the {} that a message carries", message.name,
                                   size, size - payload, payload),
                       "lend what is large: `lend read data`");
}

void Checker::check_annotations(const syntax::Message& syntax, model::Message& message) {
  bool within = false;
  bool waits = false;
  for (const syntax::Annotation& annotation : syntax.annotations) {
    const std::string& word = annotation.word.text;
    const Position& at = annotation.word.at;
    if (!message.is_request) {
      diagnostics_.error(at, std::format("the answer `{}` has the annotation `{}`", message.name, word),
                         "annotations belong to the request: remove it here");
      return;
    }
    if (word == "within" || word == "waits") {
      if (within || waits)
        diagnostics_.error(at, std::format("`{}` has two deadlines", message.name), "keep one `within`, or `waits`");
      (word == "within" ? within : waits) = true;
      if (word == "within") check_within(annotation, message);
      continue;
    }
    const model::OnFailure on_failure = on_failure_of(word);
    if (on_failure == model::OnFailure::lost) {
      diagnostics_.error(at, std::format("there is no annotation `{}`", word),
                         "annotations are idempotent, once, configures, lossy, within, waits");
      continue;
    }
    if (message.on_failure != model::OnFailure::lost)
      diagnostics_.error(at, std::format("`{}` says twice what a failure may do", message.name),
                         "keep one of idempotent, once, configures, lossy");
    message.on_failure = on_failure;
    if (on_failure == model::OnFailure::configures) check_configures(annotation, message);
  }
  if (!model_->versioned && !within && !waits) {
    message.within_us = paper_deadline_us;
    within = true;
  }
  deadline_given_[&message] = within || waits;
}

void Checker::check_within(const syntax::Annotation& annotation, model::Message& message) {
  const std::string& unit = annotation.unit.text;
  const std::uint64_t scale = unit == "us" ? 1 : unit == "ms" ? 1'000 : unit == "s" ? 1'000'000 : 0;
  if (scale == 0) {
    diagnostics_.error(annotation.unit.at, std::format("there is no unit `{}`", unit), "write us, ms or s");
    return;
  }
  constexpr std::uint64_t longest_us = 3'600'000'000;
  if (annotation.number == 0 || annotation.number > longest_us / scale)
    diagnostics_.error(annotation.unit.at, "a deadline is longer than nothing and at most an hour",
                       "write a time such as `within 3 s`, or `waits` where a program or a person is waited for");
  message.within_us = annotation.number * scale;
}

void Checker::check_configures(const syntax::Annotation& annotation, model::Message& message) {
  if (message.back != 0)
    diagnostics_.error(annotation.word.at,
                       std::format("`{}` configures, but lends memory that is gone when it is replayed", message.name),
                       "carry the setting in the message, or use `idempotent` and let the client set it again");
  if (!annotation.key) return;
  const auto field = std::ranges::find(message.fields, annotation.key->text, &model::Field::name);
  if (field == message.fields.end() || !field->type.is_scalar()) {
    diagnostics_.error(annotation.key->at,
                       std::format("the key `{}` is no number, enum or bool of the message", annotation.key->text),
                       "name a field of this message");
    return;
  }
  message.key = &*field;
  message.key_capacity = field->type.kind == model::Type::Kind::boolean ? 2
                         : field->type.kind == model::Type::Kind::enumeration
                             ? field->type.enumeration->enumerators.size()
                             : 16;
  if (annotation.capacity == nullptr) return;
  const auto capacity = constant_value(*annotation.capacity, scope_, diagnostics_);
  if (!capacity) return;
  if (*capacity < 1 || *capacity > 1024)
    diagnostics_.error(annotation.capacity->at, "a shadow remembers between 1 and 1024 keys", "choose another bound");
  else
    message.key_capacity = static_cast<std::uint64_t>(*capacity);
}

// What a failure of the exporter does must be said, unless all that the message works on is lost with the exporter.
void Checker::check_failures() {
  for (const auto& message : model_->messages) {
    if (!message->is_request) continue;
    const Position& at = message->at;
    bool keeps = false;
    for (const model::State& state : model_->states) {
      for (const model::Exchange& exchange : state.exchanges) {
        if (exchange.request == message.get()) keeps |= !state.is_volatile;
      }
    }
    if (keeps && message->on_failure == model::OnFailure::lost)
      diagnostics_.error(
          at, std::format("`{}` does not say what a failure of the exporter may do to it", message->name),
          "write idempotent, once, configures or lossy behind it, or make the states that accept it volatile");
    if (!deadline_given_[message.get()])
      diagnostics_.error(at, std::format("`{}` has no deadline", message->name),
                         "write `within 3 s`, or `waits` where a program or a person is waited for");
  }
}

}  // namespace contractc
