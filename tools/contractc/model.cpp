// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/model.hpp"

#include <algorithm>

namespace contractc::model {

std::vector<const Message*> Contract::answers_to(const Message& request) const {
  std::vector<const Message*> answers;
  for (const State& state : states) {
    for (const Exchange& exchange : state.exchanges) {
      if (exchange.request != &request) continue;
      for (const Transition& answer : exchange.answers) {
        if (std::ranges::find(answers, answer.out) == answers.end()) answers.push_back(answer.out);
      }
    }
  }
  return answers;
}

bool Contract::has_once() const {
  return std::ranges::any_of(messages, [](const auto& message) { return message->on_failure == OnFailure::once; });
}

}  // namespace contractc::model
