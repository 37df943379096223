// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/tests/mistake.hpp"

namespace contractc::test {
namespace {

constexpr std::string_view one_answer = "each request is followed by exactly one answer: lead to a state of `!` moves";
constexpr std::string_view one_answer_more =
    "each request is followed by exactly one answer; for more, let the importer ask again, or use an event";

constexpr Mistake states[] = {
    {"state S: @x? -> S;", "there is no message `x`", "declare it: `in message x();`"},
    {"state S: q? -> one { @x! -> S; };", "there is no message `x`", "declare it: `out message x();`"},
    {"state S: @a? -> S;", "`a` is an `out` message", "write `a!`"},
    {"state S: q? -> one { @q! -> S; };", "`q` is an `in` message", "write `q?`"},
    {"state S: q? -> @S;", "the request `q` leads to a state without answers", one_answer},
    {"state S: q? -> @T; state T: ;", "the request `q` leads to a state without answers", one_answer},
    {"state S: q? -> @q? -> S;", "the request `q` leads to a state without answers", one_answer},
    {"state S: q? -> a! -> @b! -> S;", "the answer `a` leads to another answer", one_answer_more},
    {"state S: q? -> T; state T: a! -> @U; state U: b! -> S;", "the answer `a` leads to another answer",
     one_answer_more},
    {"state S: q? -> @T;", "there is no state `T`", "declare it, or lead to another"},
    {"state S: one { q? -> a! -> S; @q? -> b! -> S; }", "`q` is there twice in this state", "remove one of the two"},
    {"state S: one { q? -> a! -> S; @b! -> S; }", "the state waits for requests and for answers at once",
     "only one side has the turn: split the state"},
    {"state S: q? -> @one { };", "an inline state has no moves",
     "name a state without moves where the conversation ends"},
    {"state S: q? -> a! -> S; state @S: ;", "the state `S` is declared twice", "choose another name"},
    {"state @S: a! -> T; state T: q? -> S;", "the first state waits for answers, but nothing was asked yet",
     "let the first state be one that waits for requests"},
    {"state S: q? -> one { a! -> S; b! -> S; }; state @T: ;", "the state `T` is never reached",
     "lead to it, or remove it"},
    {"state S: q? -> one { a! -> S; b! -> S; }; state @T: a! -> S;", "the state `T` is never reached",
     "lead to it, or remove it"},
    {"state @new: q? -> a! -> new;", "`new` is a word of C++ and cannot name a state", "choose another name"},
};

std::string with_states(std::string_view states) {
  return std::format("contract t {{ in message q(); out message a(); out message b(); {} }}", states);
}

TEST(StateErrors, EachIsNamed) {
  for (const Mistake& mistake : states) expect_mistake(with_states(mistake.text), mistake);
}

TEST(StateErrors, NoStateAtAll) {
  expect_mistake(
      "contract @t { in message q(); }",
      {{}, "the contract has no state", "write `state Ready: one { MESSAGE? -> one { ANSWER! -> Ready; }; }`"});
}

TEST(StateErrors, UnusedMessage) {
  expect_mistake("contract t { in message q(); out message a(); out message @b(); state S: q? -> a! -> S; }",
                 {{}, "the message `b` is in no state", "add it to one, or remove it"});
}

}  // namespace
}  // namespace contractc::test
