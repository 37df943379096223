// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <format>

#include "tools/contractc/checker.hpp"

namespace contractc {

bool Checker::is_answering(const syntax::Body& body) const {
  return !body.moves.empty() && !body.moves.front().is_request;
}

void Checker::check_states() {
  if (syntax_.states.empty()) {
    diagnostics_.error(syntax_.name.at, "the contract has no state",
                       "write `state Ready: one { MESSAGE? -> one { ANSWER! -> Ready; }; }`");
    return;
  }
  for (const syntax::State& state : syntax_.states) {
    check_name(state.name, "a state", diagnostics_);
    if (!named_states_.emplace(state.name.text, &state).second)
      diagnostics_.error(state.name.at, std::format("the state `{}` is declared twice", state.name.text),
                         "choose another name");
    check_body(state.body);
  }
  if (diagnostics_.any()) return;
  if (is_answering(syntax_.states.front().body)) {
    diagnostics_.error(syntax_.states.front().name.at, "the first state waits for answers, but nothing was asked yet",
                       "let the first state be one that waits for requests");
    return;
  }
  for (const syntax::State& state : syntax_.states) {
    if (is_answering(state.body)) continue;
    request_states_[state.name.text] = static_cast<unsigned>(model_->states.size());
    model_->states.push_back({.name = state.name.text,
                              .named = true,
                              .is_volatile = state.is_volatile || !model_->versioned,
                              .exchanges = {},
                              .documentation = state.documentation});
  }
  used_states_.insert(syntax_.states.front().name.text);
  for (const syntax::State& state : syntax_.states) {
    if (!is_answering(state.body)) fill_state(request_states_[state.name.text], state.body);
  }
  if (!diagnostics_.any()) check_reached();
}

// All moves of a body go in one direction, each message once.
void Checker::check_body(const syntax::Body& body) {
  for (std::size_t i = 0; i < body.moves.size(); ++i) {
    const syntax::Move& move = body.moves[i];
    message_of(move);
    if (move.is_request != body.moves.front().is_request)
      diagnostics_.error(move.message.at, "the state waits for requests and for answers at once",
                         "only one side has the turn: split the state");
    for (std::size_t j = 0; j < i; ++j) {
      if (body.moves[j].message.text == move.message.text)
        diagnostics_.error(move.message.at, std::format("`{}` is there twice in this state", move.message.text),
                           "remove one of the two");
    }
    if (move.target.body != nullptr) {
      if (move.target.body->moves.empty())
        diagnostics_.error(move.target.body->at, "an inline state has no moves",
                           "name a state without moves where the conversation ends");
    }
    const syntax::State* target = nullptr;
    if (move.target.body == nullptr) {
      const auto found = std::ranges::find(syntax_.states, move.target.name.text,
                                           [](const syntax::State& state) { return state.name.text; });
      if (found == syntax_.states.end()) {
        diagnostics_.error(move.target.name.at, std::format("there is no state `{}`", move.target.name.text),
                           "declare it, or lead to another");
        continue;
      }
      target = &*found;
    }
    const syntax::Body& next = target != nullptr ? target->body : *move.target.body;
    const Position& at = target != nullptr ? move.target.name.at : move.target.body->at;
    if (move.is_request && !is_answering(next))
      diagnostics_.error(at, std::format("the request `{}` leads to a state without answers", move.message.text),
                         "each request is followed by exactly one answer: lead to a state of `!` moves");
    if (!move.is_request && is_answering(next))
      diagnostics_.error(
          at, std::format("the answer `{}` leads to another answer", move.message.text),
          "each request is followed by exactly one answer; for more, let the importer ask again, or use an event");
    if (move.target.body != nullptr) check_body(*move.target.body);
  }
}

const model::Message* Checker::message_of(const syntax::Move& move) {
  for (const auto& message : model_->messages) {
    if (message->name != move.message.text) continue;
    if (message->is_request != move.is_request)
      diagnostics_.error(move.message.at,
                         std::format("`{}` is an `{}` message", message->name, message->is_request ? "in" : "out"),
                         std::format("write `{}{}`", message->name, message->is_request ? "?" : "!"));
    return message.get();
  }
  diagnostics_.error(move.message.at, std::format("there is no message `{}`", move.message.text),
                     std::format("declare it: `{} message {}();`", move.is_request ? "in" : "out", move.message.text));
  return nullptr;
}

void Checker::fill_state(unsigned index, const syntax::Body& body) {
  for (const syntax::Move& move : body.moves) {
    const std::string state_name = model_->states[index].name;
    const bool is_volatile = model_->states[index].is_volatile;
    model::Exchange exchange{.request = message_of(move), .name = {}, .answers = {}};
    const syntax::Body* answers = move.target.body.get();
    if (answers == nullptr) {
      exchange.name = move.target.name.text;
      used_states_.insert(exchange.name);
      answers = &named_states_[exchange.name]->body;
    }
    fill_answers(exchange, *answers, state_name + "_" + move.message.text, is_volatile);
    model_->states[index].exchanges.push_back(std::move(exchange));
  }
}

void Checker::fill_answers(model::Exchange& exchange, const syntax::Body& body, const std::string& inline_name,
                           bool inherits_volatile) {
  for (const syntax::Move& answer : body.moves) {
    const model::Message* out = message_of(answer);
    const unsigned next = request_state(answer.target, inline_name + "_" + answer.message.text, inherits_volatile);
    exchange.answers.push_back({out, next});
  }
}

unsigned Checker::request_state(const syntax::Target& target, const std::string& inline_name, bool inherits_volatile) {
  if (target.body == nullptr) {
    used_states_.insert(target.name.text);
    return request_states_[target.name.text];
  }
  // One inline state, also where several requests lead to the named state of answers that holds it.
  for (const auto& [name, state] : inline_states_) {
    if (name == target.body.get()) return state;
  }
  const unsigned index = static_cast<unsigned>(model_->states.size());
  inline_states_.emplace_back(target.body.get(), index);
  model_->states.push_back(
      {.name = inline_name, .named = false, .is_volatile = inherits_volatile, .exchanges = {}, .documentation = {}});
  fill_state(index, *target.body);
  return index;
}

void Checker::check_reached() {
  std::vector<unsigned> open{0};
  std::set<unsigned> reached{0};
  std::set<const model::Message*> used;
  while (!open.empty()) {
    const unsigned index = open.back();
    open.pop_back();
    for (const model::Exchange& exchange : model_->states[index].exchanges) {
      used.insert(exchange.request);
      for (const model::Transition& answer : exchange.answers) {
        used.insert(answer.out);
        if (reached.insert(answer.next).second) open.push_back(answer.next);
      }
    }
  }
  for (const syntax::State& state : syntax_.states) {
    const auto found = request_states_.find(state.name.text);
    const bool is_reached =
        found != request_states_.end() ? reached.contains(found->second) : used_states_.contains(state.name.text);
    if (!is_reached)
      diagnostics_.error(state.name.at, std::format("the state `{}` is never reached", state.name.text),
                         "lead to it, or remove it");
  }
  for (const auto& message : model_->messages) {
    if (!used.contains(message.get()))
      diagnostics_.error(message->at, std::format("the message `{}` is in no state", message->name),
                         "add it to one, or remove it");
  }
  if (model_->states.size() > 250) diagnostics_.error(syntax_.name.at, "a contract has at most 250 states", "split it");
}

}  // namespace contractc
